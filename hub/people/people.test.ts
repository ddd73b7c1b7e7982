import {
  hashPassword,
  SERVER_COST,
  unmatchablePasswordHash,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { describe, expect, it } from 'vitest';

describe('a password', () => {
  it('is known again by its hash, in either normal form, and no other is', async () => {
    const phc = await hashPassword('mot de passe é', SERVER_COST);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(await verifyPassword('mot de passe e\u0301', phc)).toBe(true);
    expect(await verifyPassword('mot de passe e', phc)).toBe(false);
    expect(await verifyPassword('', unmatchablePasswordHash(SERVER_COST))).toBe(false);
    for (const cost of ['m=8,t=0,p=1', 'm=8,t=1,p=0', 'm=8,t=1,p=2'])
      expect(await verifyPassword('', phc.replace(/m=\d+,t=\d+,p=\d+/, cost))).toBe(false);
    expect(await verifyPassword('x', 'not a hash')).toBe(false);
  });
});

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
    expect(await verifyPassword('x', 'not a hash')).toBe(false);
  });
});

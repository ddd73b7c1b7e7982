import {
  hashPassword,
  SERVER_COST,
  unmatchablePasswordHash,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { AttemptLimiter } from './attempt-limiter.ts';

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

describe('attempts', () => {
  it('are counted by key over a quarter of an hour', async () => {
    const clock = new FakeClock();
    const limiter = new AttemptLimiter(clock);
    for (let index = 0; index < 8; index++) limiter.failed('a 1');
    expect(limiter.mayTry('a 1')).toBe(false);
    expect(limiter.mayTry('a 2')).toBe(true);
    await clock.advance(15 * 60 * 1000 + 1);
    expect(limiter.mayTry('a 1')).toBe(true);
  });

  it('are forgiven by a success', () => {
    const limiter = new AttemptLimiter(new FakeClock());
    for (let index = 0; index < 8; index++) limiter.failed('a 1');
    limiter.succeeded('a 1');
    expect(limiter.mayTry('a 1')).toBe(true);
  });
});

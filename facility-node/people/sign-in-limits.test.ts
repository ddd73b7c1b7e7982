import { describe, expect, it, vi } from 'vitest';
import { SignInLimits } from './sign-in-limits.ts';

const at = (address: string) => ({ isKnown: false, key: address });
const browser = { isKnown: true, key: 'browser a' };
const tooMany = { code: 'SH-A005' };

describe('limits on signing in', () => {
  it('stop one password that is tried on everybody from an address, and nobody who is known there', async () => {
    const limits = new SignInLimits();
    for (let index = 0; index < 60; index++) await limits.begin(`login${index}`, at('192.168.1.7'));
    await expect(limits.begin('awa', at('192.168.1.7'))).rejects.toMatchObject(tooMany);
    await limits.begin('awa', browser);
    await limits.begin('awa', at('192.168.1.8'));
  });

  it('stop many addresses that try one login, and not its owner where she signed in before', async () => {
    const limits = new SignInLimits();
    for (let index = 0; index < 100; index++) await limits.begin('awa', at(`10.0.0.${index}`));
    await expect(limits.begin('awa', at('10.0.1.1'))).rejects.toMatchObject(tooMany);
    await limits.begin('awa', browser);
    await limits.begin('binta', at('10.0.1.1'));
  });

  it('remember no more invented logins than an address has attempts', async () => {
    vi.useFakeTimers();
    const limits = new SignInLimits();
    const attempts = Array.from({ length: 500 }, (_, index) => limits.begin(`invented${index}`, at('192.168.1.7')));
    await Promise.allSettled(attempts);
    // A timer for each key that is remembered: 60 logins with their source, as often each, and the address.
    const all = vi.getTimerCount();
    for (let index = 0; index < 500; index++)
      await expect(limits.begin(`other${index}`, at('192.168.1.7'))).rejects.toMatchObject(tooMany);
    expect(vi.getTimerCount()).toBe(all);
    vi.useRealTimers();
  });

  it('do not count what was right: a whole shift behind one address signs in', async () => {
    const limits = new SignInLimits();
    for (let index = 0; index < 200; index++) {
      await limits.begin('awa', at('192.168.1.7'));
      await limits.succeeded('awa', at('192.168.1.7'));
    }
  });
});

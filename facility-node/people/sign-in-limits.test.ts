import { describe, expect, it } from 'vitest';
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

  it('do not count what was right: a whole shift behind one address signs in', async () => {
    const limits = new SignInLimits();
    for (let index = 0; index < 200; index++) {
      await limits.begin('awa', at('192.168.1.7'));
      await limits.succeeded('awa', at('192.168.1.7'));
    }
  });
});

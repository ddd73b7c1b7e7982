import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sealKeysFromSeed, sealTo, sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { isLater, latestOf, openVerifier, sealVerifier } from './sealed-verifier.ts';

const ACCOUNT = '00000000-0000-8000-8000-00000000000a';
const OTHER = '00000000-0000-8000-8000-00000000000b';
const hash = (cost: string): string => `$argon2id$v=19$${cost}$${'A'.repeat(22)}$${'B'.repeat(43)}`;
const taken = { passwordHash: hash('m=19456,t=2,p=1'), passwordUntil: null, verifierVersion: 3 };

beforeAll(sodiumReady);
const keysOf = (fill: number) => sealKeysFromSeed(new Uint8Array(32).fill(fill));

describe('a sealed verifier', () => {
  it('opens with one of the node’s keys, for the account that it was sealed for', () => {
    const sealed = sealVerifier(toHex(keysOf(1).publicKey), { ...taken, account: ACCOUNT });
    expect(openVerifier(sealed, { keys: [keysOf(2), keysOf(1)], account: ACCOUNT })).toEqual(taken);
    expect(openVerifier(sealed, { keys: [keysOf(1)], account: OTHER })).toBeUndefined();
    expect(openVerifier(sealed, { keys: [keysOf(2)], account: ACCOUNT })).toBeUndefined();
  });

  it.each([
    [
      'a cost that would take all the memory',
      { account: ACCOUNT, version: 3, hash: hash('m=9999999,t=2,p=1'), until: null },
    ],
    [
      'a cost that would take all its time',
      { account: ACCOUNT, version: 3, hash: hash('m=65536,t=9,p=1'), until: null },
    ],
    ['no pass', { account: ACCOUNT, version: 3, hash: hash('m=19456,t=0,p=1'), until: null }],
    ['too little memory for its lanes', { account: ACCOUNT, version: 3, hash: hash('m=8,t=1,p=2'), until: null }],
    ['another function', { account: ACCOUNT, version: 3, hash: '$2b$10$abcdefghijklmnopqrstuv', until: null }],
    ['no version', { account: ACCOUNT, hash: taken.passwordHash, until: null }],
  ])('with %s is none', (_, content) => {
    const sealed = sealTo(keysOf(1).publicKey, Buffer.from(JSON.stringify(content)));
    expect(openVerifier(sealed, { keys: [keysOf(1)], account: ACCOUNT })).toBeUndefined();
  });

  it('that is no JSON is none', () => {
    const sealed = sealTo(keysOf(1).publicKey, Buffer.from('{'));
    expect(openVerifier(sealed, { keys: [keysOf(1)], account: ACCOUNT })).toBeUndefined();
  });
});

describe('of two passwords', () => {
  it('that of the higher version is later, and of one version the same one everywhere', () => {
    const next = { ...taken, verifierVersion: 4, passwordHash: hash('m=8,t=1,p=1') };
    const atOnce = { ...next, passwordHash: hash('m=9,t=1,p=1') };
    expect([isLater(next, taken), isLater(taken, next), isLater(taken, taken)]).toEqual([true, false, false]);
    expect(isLater(next, atOnce)).not.toBe(isLater(atOnce, next));
  });

  it('none is later whose version has run away', () => {
    const away = { ...taken, verifierVersion: Number.MAX_SAFE_INTEGER };
    const next = { ...taken, verifierVersion: 4 };
    expect(isLater(away, taken)).toBe(false);
    expect(latestOf([away, taken, next], undefined)).toEqual(next);
    expect(latestOf([away, next], taken)).toEqual(next);
    expect([latestOf([away], taken), latestOf([taken], next), latestOf([], undefined)]).toEqual(
      Array(3).fill(undefined),
    );
  });
});

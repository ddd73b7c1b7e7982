import { describe, expect, it } from 'vitest';
import { fingerprintWords } from '../crypto/fingerprint.ts';
import { hubIdentityHash } from '../crypto/hub-identity.ts';
import { formatEnrolmentToken, parseEnrolmentToken } from './enrolment.ts';

const token = { hubHash: 'ab'.repeat(16), secret: '01'.repeat(16), facility: 'cscom_sangha', expiresAt: 1_790_000_000 };

describe('an enrolment token', () => {
  it('is read as it was printed, with the blanks of a copy and paste', () => {
    expect(parseEnrolmentToken(` ${formatEnrolmentToken(token)}\n`)).toEqual(token);
  });

  it.each([
    '',
    'SH1',
    'SH2.x',
    `${formatEnrolmentToken(token)}x`,
    formatEnrolmentToken(token).replace('cscom', 'CSCOM'),
  ])('is not read from %j', (text) => {
    expect(parseEnrolmentToken(text)).toBeUndefined();
  });
});

describe('what people compare over the phone', () => {
  const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

  it('is six words that differ as soon as a key does', () => {
    const words = fingerprintWords(key(1), key(2));
    expect(words).toHaveLength(6);
    expect(words.every((word) => /^[\p{L}]{3,12}$/u.test(word))).toBe(true);
    expect(fingerprintWords(key(1), key(3))).not.toEqual(words);
    expect(fingerprintWords(key(2), key(1))).not.toEqual(words);
  });

  it('pins both keys of the hub', () => {
    const hash = hubIdentityHash({ signKey: '11'.repeat(32), sealKey: '22'.repeat(32) });
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(hubIdentityHash({ signKey: '11'.repeat(32), sealKey: '23'.repeat(32) })).not.toBe(hash);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../crypto/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { canonicalJson, recordDigest } from './digest.ts';
import type { RegisterStamp, SetStamps } from './merge.ts';
import type { Stamp } from './stamp.ts';

/** RFC 8785 for what a state holds, as plainly as it can be said. */
function plainJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${plainJson(member)}`).join(',')}}`;
}

const text = fc.string({ unit: 'binary' });
const registerStamp: fc.Arbitrary<RegisterStamp> = fc.record({
  stamp: fc.constantFrom('1.0123456789ab.7' as Stamp, '16777215.ffffffffffff.999999' as Stamp),
  clock: fc.record({ ms: fc.nat(Number.MAX_SAFE_INTEGER), counter: fc.nat(65_535) }),
  authorised: fc.boolean(),
  author: fc.option(fc.uuid()),
  role: text,
});
const setStamps: fc.Arbitrary<SetStamps> = fc.record({
  tags: fc.dictionary(text, fc.constant(['1.0123456789ab.7' as Stamp])),
});
const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text));
const number = fc.nat(99).map(String);
const state = fc.record({
  fields: fc.dictionary(number, value),
  stamps: fc.dictionary(number, fc.oneof(registerStamp, setStamps)),
});

describe('the digest of a record', () => {
  it('is that of its canonical JSON, whatever it holds', () => {
    fc.assert(
      fc.property(fc.nat(99), state, (type, { fields, stamps }) => {
        expect(recordDigest(type, { fields, stamps })).toEqual(sha256(plainJson([type, fields, stamps])).slice(0, 16));
      }),
    );
  });

  it('never changes, because two replicas of two releases must agree', () => {
    const clock = { ms: 1_795_000_000_000, counter: 3 };
    const author = '0f0e0d0c-0b0a-8908-8706-050403020100';
    const stamp = '1.0123456789ab.7' as Stamp;
    const digest = recordDigest(1, {
      fields: { 1: 'Ongoïba', 2: 'a"b\\', 10: true, 60: ['x|1'] },
      stamps: {
        1: { stamp, clock, authorised: true, author, role: 'nurse' },
        2: { stamp, clock, authorised: false, author: null, role: 'system' },
        10: { stamp, clock, authorised: true, author, role: 'nurse' },
        60: { tags: { 'x|1': [stamp] } },
      },
    });
    expect(toHex(digest)).toBe('55398c592cb715c07f19274e947af70a');
  });
});

describe('canonical JSON', () => {
  it('sorts the keys and escapes as JSON does', () => {
    expect(canonicalJson({ b: [1, null], a: 'é\u0000"', 10: true, 9: '\u2028' })).toBe(
      '{"10":true,"9":"\u2028","a":"é\\u0000\\"","b":[1,null]}',
    );
  });
});

import { encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor } from './cbor.ts';

describe('CBOR of a stranger', () => {
  it('with a key twice in one map is refused: whoever checks and whoever stores might each believe another', () => {
    const map = (...entries: readonly number[]): Uint8Array => Uint8Array.of(0xa0 | (entries.length / 2), ...entries);
    expect(decodeCbor(map(0x01, 0x05, 0x02, 0x06))).toEqual(
      new Map([
        [1, 5],
        [2, 6],
      ]),
    );
    expect(() => decodeCbor(map(0x01, 0x05, 0x01, 0x06))).toThrow();
    expect(encodeCbor(new Map([[1, 5]]))).toEqual(map(0x01, 0x05));
  });
});

describe('CBOR of our own', () => {
  it('is what the library makes of it as RFC 8949 says, whatever it is and whatever order it was given in', () => {
    const key = fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }), fc.string());
    const leaf = fc.oneof(
      ...[fc.maxSafeInteger(), fc.integer({ min: -70_000, max: 70_000 }), fc.double({ noNaN: true }), fc.bigInt()],
      ...[fc.string({ unit: 'binary' }), fc.uint8Array(), fc.boolean(), fc.constant(null)],
      fc.tuple(fc.integer(), fc.integer()).map((pair) => new Tagged(4, pair)),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value')),
        fc.array(fc.tuple(key, tie('value'))).map((entries) => new Map(entries)),
      ),
    }));
    const encoded = (make: () => Uint8Array): string => {
      try {
        return Buffer.from(make()).toString('hex');
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(value, (any) => {
        expect(encoded(() => encodeCbor(any))).toBe(encoded(() => encode(any, rfc8949EncodeOptions)));
      }),
    );
  });

  it('may be longer than what there was room for', () => {
    const long = [new Uint8Array(40_000).fill(7), 'é'.repeat(50_000), 5];
    expect(decodeCbor(encodeCbor(long))).toEqual(long);
    expect(encodeCbor([1, 'a'])).toEqual(new Uint8Array([0x82, 1, 0x61, 0x61]));
  });
});

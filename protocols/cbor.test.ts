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

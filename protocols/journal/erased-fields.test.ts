import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sodiumReady } from '../crypto/sodium.ts';
import { recordHistory } from './arbitraries.ts';
import { chainHead } from './chain.ts';
import { decodeChange, encodeChange } from './change-codec.ts';
import { erasedFields, isErased } from './erased-fields.ts';

beforeAll(sodiumReady);
const key = new Uint8Array(32).fill(7);

describe('fields that were erased', () => {
  it('leave the chain as it is, say nothing, and are never taken for fields', () => {
    fc.assert(
      fc.property(recordHistory, ([change]) => {
        if (change === undefined) return;
        const encoded = encodeChange(change);
        const erased = { meta: encoded.meta, fields: erasedFields(encoded.fields, key) };
        expect(isErased(encoded.fields)).toBe(false);
        expect(chainHead(new Uint8Array(32), erased, key)).toEqual(chainHead(new Uint8Array(32), encoded, key));
        expect(erasedFields(erased.fields, key)).toBe(erased.fields);
        const decoded = decodeChange(erased);
        expect(decoded).toEqual({ ...decodeChange(encoded), writes: {}, isErased: true });
      }),
    );
  });
});

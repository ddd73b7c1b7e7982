import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { deriveRecordId } from '../crypto/hash.ts';
import { sodiumReady } from '../crypto/sodium.ts';
import { recordHistory } from './arbitraries.ts';
import { CHAIN_START, chainHead } from './chain.ts';
import type { Change, RecordChange } from './change.ts';
import { decodeChange, encodeChange, MalformedChange } from './change-codec.ts';
import { stampOf } from './stamp.ts';

const origin = { node: 0xfffffe, incarnation: '0123456789ab' };
const entry = {
  origin,
  sequence: 42,
  orderClock: { ms: 1_790_000_000_000, counter: 3 },
  isClockTrusted: false,
  isLastOfTransaction: true,
};
const created: RecordChange = {
  ...entry,
  kind: 'record',
  isCreate: true,
  recordId: deriveRecordId(origin, 42),
  recordType: 5,
  author: 'b0000000-0000-8000-8000-000000000002',
  role: 'nurse',
  writes: {
    1: { kind: 'register', value: 'a0000000-0000-8000-8000-000000000001', base: null, authorised: true },
    4: { kind: 'register', value: '8310-5', base: null, authorised: true },
    6: { kind: 'register', value: 1_790_000_000_000, base: null, authorised: true },
    7: { kind: 'register', value: '-38.50', base: stampOf(origin, 7), authorised: false },
    8: { kind: 'register', value: null, base: stampOf(origin, 8), authorised: true },
    60: { kind: 'set', add: ['x|1'], remove: [{ member: 'x|0', seen: [stampOf(origin, 3)] }], authorised: true },
  },
};

beforeAll(sodiumReady);

describe('the bytes of a change', () => {
  it('come back as the same change, whatever was written', () => {
    const opening: Change = {
      ...entry,
      kind: 'opening',
      parent: { incarnation: 'ffffffffffff', head: new Uint8Array(32).fill(7) },
    };
    const correction: Change = {
      ...entry,
      kind: 'clock-correction',
      target: { node: 3, incarnation: '00000000000a' },
      from: 4,
      to: 9,
      correctedTo: { ms: 5, counter: 6 },
    };
    const release: Change = {
      ...entry,
      kind: 'release',
      holder: 3,
      records: [created.recordId, deriveRecordId(origin, 7)],
    };
    for (const change of [created, opening, { ...opening, parent: null }, correction, release]) {
      expect(decodeChange(encodeChange(change))).toEqual(change);
    }
    fc.assert(
      fc.property(recordHistory, (history) => {
        for (const change of history) expect(decodeChange(encodeChange(change))).toEqual(change);
      }),
    );
  });

  it('are the same for equal changes, so that two machines hash the same', () => {
    const reordered = { ...created, writes: Object.fromEntries(Object.entries(created.writes).reverse()) };
    expect(encodeChange(reordered)).toEqual(encodeChange(created));
  });

  it('say nothing of the id of a record they create', () => {
    const bytes = Buffer.from(encodeChange(created).meta).toString('hex');
    expect(bytes).not.toContain(created.recordId.replaceAll('-', ''));
  });

  it('are refused when flipped, cut or made up, without any other error', () => {
    const whole = encodeChange(created);
    fc.assert(
      fc.property(fc.nat(whole.meta.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, isCut) => {
        const meta = isCut
          ? whole.meta.slice(0, at)
          : whole.meta.map((byte, index) => (index === at ? byte ^ flip : byte));
        try {
          decodeChange({ meta, fields: whole.fields });
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedChange);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (meta, fields) => {
        expect(() => decodeChange({ meta, fields })).toThrow(MalformedChange);
      }),
    );
  });

  it('chain: changing one byte of fields or of metadata changes every later head', () => {
    const key = new Uint8Array(32).fill(9);
    const encoded = encodeChange(created);
    const head = chainHead(CHAIN_START, encoded, key);
    expect(
      chainHead(CHAIN_START, { ...encoded, fields: encoded.fields.map((b, i) => (i === 0 ? b ^ 1 : b)) }, key),
    ).not.toEqual(head);
    expect(
      chainHead(CHAIN_START, { ...encoded, meta: encoded.meta.map((b, i) => (i === 5 ? b ^ 1 : b)) }, key),
    ).not.toEqual(head);
    expect(chainHead(head, encoded, key)).not.toEqual(head);
  });

  it('without those of its fields are of a change that was forgotten, which is not one that wrote nothing', () => {
    const { meta } = encodeChange(created);
    expect(decodeChange({ meta, fields: new Uint8Array(0) })).toEqual({ ...created, writes: {}, isForgotten: true });
    expect(decodeChange(encodeChange({ ...created, writes: {} }))).toEqual({ ...created, writes: {} });
  });
});

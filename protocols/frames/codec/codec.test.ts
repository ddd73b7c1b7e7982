import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../cbor.ts';
import { deriveRecordId } from '../../crypto/hash.ts';
import { recordHistory } from '../../journal/arbitraries.ts';
import type { Change, RecordChange } from '../../journal/change.ts';
import { encodeChange } from '../../journal/change-codec.ts';
import { type CarriedChange, MalformedMessage } from '../messages.ts';
import { ChangesCodec, NEWEST_MODEL, PLAIN } from './codec.ts';
import type { FrameContext } from './frame-memory.ts';

const codec = new ChangesCodec();
const CONTEXT: FrameContext = {
  origins: [{ node: 0x00a1b2, incarnation: 'a1a1a1a1a1a1', lastSequence: 4 }],
  afterPosition: 4,
  clockMs: Date.UTC(2026, 10, 20, 11),
};
const MODELS = [PLAIN, NEWEST_MODEL];

/** At positions that rise, with gaps. */
function carried(changes: readonly Change[]): readonly CarriedChange[] {
  return changes.map((change, index) => ({
    position: 5 + index + 3 * Math.floor(index / 3),
    encoded: encodeChange(change),
  }));
}

/** What comes out of a body that was made of these. */
function roundTrip(changes: readonly CarriedChange[], model: number, context = CONTEXT): readonly CarriedChange[] {
  const { body, after } = codec.encode(changes, { context, stampOf: () => undefined, model });
  const decoded = codec.decode(body, context);
  expect(decoded.after).toEqual(after);
  return decoded.changes;
}

function bytes(changes: readonly CarriedChange[]): unknown {
  return changes.map(({ position, encoded }) => [
    position,
    Buffer.from(encoded.meta).toString('hex'),
    Buffer.from(encoded.fields).toString('hex'),
  ]);
}

const change = (writes: RecordChange['writes'], more: Partial<RecordChange> = {}): RecordChange => ({
  kind: 'record',
  origin: { node: 0x00a1b2, incarnation: 'a1a1a1a1a1a1' },
  sequence: 9,
  orderClock: { ms: CONTEXT.clockMs + 5, counter: 0 },
  isClockTrusted: true,
  isLastOfTransaction: true,
  isCreate: true,
  recordId: 'a0000000-0000-8000-8000-000000000001',
  recordType: 1,
  author: null,
  role: 'nurse',
  writes,
  ...more,
});
const text = (value: string) => ({ kind: 'register' as const, value, base: null, authorised: true });

describe('the codec of changes', () => {
  it.each(MODELS)('gives back every history to the byte, with model %i', (model) => {
    fc.assert(
      fc.property(recordHistory, (history) => {
        const changes = carried(history);
        expect(bytes(roundTrip(changes, model))).toEqual(bytes(changes));
      }),
      { numRuns: 150 },
    );
  });

  it('gives back whatever text a field holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 30 }), (family, village) => {
        if (!family.isWellFormed()) return;
        const changes = carried([change({ '1': text(family), '6': text(village), '5': text('+22376123456') })]);
        expect(bytes(roundTrip(changes, NEWEST_MODEL))).toEqual(bytes(changes));
      }),
    );
  });

  it('gives back values of every kind and of extreme sizes', () => {
    const values = { start: Number.MAX_SAFE_INTEGER, note: '', decimal: '-0.000000000000000001', date: '1987-05~' };
    const writes = {
      '2': { ...text(''), value: values.start },
      '3': { ...text(''), value: CONTEXT.clockMs - 60_000 },
      '10': text(values.note),
      '1': text('b0000000-0000-8000-8000-000000000002'),
    };
    const encounter = change(writes, { recordType: 4 });
    const observation = change(
      { '7': { ...text(''), value: values.decimal }, '6': { ...text(''), value: 0 } },
      { recordType: 5 },
    );
    const patient = change({ '4': text(values.date) });
    const changes = carried([encounter, observation, patient]);
    expect(bytes(roundTrip(changes, NEWEST_MODEL))).toEqual(bytes(changes));
  });

  it('carries what it does not understand as it stands: openings, corrections, a newer catalogue, other bytes', () => {
    const opening = encodeChange({
      ...change({}),
      kind: 'opening',
      parent: { incarnation: 'b1b1b1b1b1b1', head: new Uint8Array(32).fill(7) },
    } as never);
    const newer = {
      meta: encodeChange(change({})).meta,
      fields: encodeCbor(new Map([[250, ['x', null, true, [1, 2, 3]]]])),
    };
    const unknownField = {
      meta: encodeChange(change({})).meta,
      fields: encodeCbor(new Map<number, unknown>([[249, ['a value of a field that this release lacks']]])),
    };
    const nothing = { meta: Uint8Array.of(0xff), fields: new Uint8Array(0) };
    const changes = [opening, newer, unknownField, nothing].map((encoded, index) => ({ position: 5 + index, encoded }));
    expect(bytes(roundTrip(changes, NEWEST_MODEL))).toEqual(bytes(changes));
  });

  it('names a record that the writer knows by its place, which costs a few bytes, and any other by its id', () => {
    const origin = { node: 0x00a1b2, incarnation: 'a1a1a1a1a1a1' };
    const id = deriveRecordId(origin, 3);
    const changes = carried([change({ '1': text('Aa') }, { isCreate: false, recordId: id })]);
    const size = (knows: boolean): number =>
      codec.encode(changes, {
        context: CONTEXT,
        stampOf: () => (knows ? { ...origin, sequence: 3 } : undefined),
        model: NEWEST_MODEL,
      }).body.length;
    expect(size(true)).toBeLessThan(size(false) - 10);
    const { body } = codec.encode(changes, {
      context: CONTEXT,
      stampOf: () => ({ ...origin, sequence: 3 }),
      model: NEWEST_MODEL,
    });
    expect(bytes(codec.decode(body, CONTEXT).changes)).toEqual(bytes(changes));
  });

  it('does not believe a writer’s wrong idea of who made a record', () => {
    const changes = carried([
      change({ '1': text('Aa') }, { isCreate: false, recordId: 'c0000000-0000-8000-8000-000000000009' }),
    ]);
    const { body } = codec.encode(changes, {
      context: CONTEXT,
      stampOf: () => ({ node: 7, incarnation: 'ffffffffffff', sequence: 3 }),
      model: NEWEST_MODEL,
    });
    expect(bytes(codec.decode(body, CONTEXT).changes)).toEqual(bytes(changes));
  });

  it('forgets each frame: the same changes give the same bytes whatever was coded before', () => {
    const changes = carried([change({ '1': text('Traoré') })]);
    const writing = { context: CONTEXT, stampOf: () => undefined, model: NEWEST_MODEL };
    const first = codec.encode(changes, writing).body;
    codec.encode(carried([change({ '1': text('Coulibaly') })]), writing);
    expect(Buffer.from(codec.encode(changes, writing).body)).toEqual(Buffer.from(first));
  });

  it('refuses a model that it does not know', () => {
    expect(() => codec.decode(Uint8Array.of(250, 1, 2), CONTEXT)).toThrow(MalformedMessage);
    expect(() => codec.decode(new Uint8Array(0), CONTEXT)).toThrow(MalformedMessage);
  });

  it('throws nothing but its own error on any bytes, and never gives more than the bound', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), fc.uint8Array({ maxLength: 300 }), (model, noise) => {
        try {
          const { changes } = codec.decode(Uint8Array.of(model, ...noise), CONTEXT);
          const opened = changes.reduce((sum, { encoded }) => sum + encoded.meta.length + encoded.fields.length, 0);
          expect(opened).toBeLessThanOrEqual(32 * 1024 + 64 * (noise.length + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('survives flipped and cut bodies', () => {
    fc.assert(
      fc.property(recordHistory, fc.nat(), fc.integer({ min: 1, max: 255 }), (history, at, flip) => {
        const { body } = codec.encode(carried(history), {
          context: CONTEXT,
          stampOf: () => undefined,
          model: NEWEST_MODEL,
        });
        const flipped = Uint8Array.from(body);
        flipped[1 + (at % (flipped.length - 1))]! ^= flip;
        for (const broken of [flipped, body.subarray(0, at % body.length)]) {
          try {
            codec.decode(broken, CONTEXT);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessage);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('opens a body of the same thing over and over within the bound', () => {
    const same = Array.from({ length: 3000 }, (_, index) =>
      change({ '1': text('Traoré') }, { sequence: 5 + index, orderClock: { ms: CONTEXT.clockMs, counter: index } }),
    );
    const changes = same.map((one, index) => ({ position: 5 + index, encoded: encodeChange(one) }));
    expect(bytes(roundTrip(changes, NEWEST_MODEL))).toEqual(bytes(changes));
  });
});

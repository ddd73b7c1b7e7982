import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgePart } from '../documents/content-part.ts';
import {
  BLOB_FETCHING_START,
  type BlobFetching,
  type BlobFetchingEffect,
  type BlobFetchingInput,
  stepBlobFetching,
} from './blob-fetching-machine.ts';
import type { BlobHave } from './blob-messages.ts';
import {
  BLOB_SENDING_START,
  type BlobSending,
  type BlobSendingEffect,
  type BlobSendingInput,
  MIN_PIECE_BYTES,
  stepBlobSending,
} from './blob-sending-machine.ts';

const RECORD = 'a';

/** Feeds inputs to a sender; gives the state and all effects. */
function send(inputs: readonly BlobSendingInput[], from: BlobSending = BLOB_SENDING_START) {
  const effects: BlobSendingEffect[] = [];
  let state = from;
  for (const input of inputs) {
    const step = stepBlobSending(state, input);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

function fetch(inputs: readonly BlobFetchingInput[], from: BlobFetching = BLOB_FETCHING_START) {
  const effects: BlobFetchingEffect[] = [];
  let state = from;
  for (const input of inputs) {
    const step = stepBlobFetching(state, input);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const CLEAR = { kind: 'clear', isClear: true } as const;
const item = (size: number, from = 0) => ({ kind: 'item', item: { record: RECORD, size, from } }) as const;
const have = (upTo: number, more: Partial<BlobHave> = {}): BlobSendingInput => ({
  kind: 'have',
  have: { kind: 'blob-have', record: RECORD, upTo, ...more },
  elapsedMs: 900,
});
const pieces = (effects: readonly BlobSendingEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'send-piece' ? [[effect.offset, effect.length]] : []));

describe('sending content', () => {
  it('waits for everything else (B1)', () => {
    expect(send([{ kind: 'more' }]).effects).toEqual([]);
    const { state, effects } = send([CLEAR, item(5000), { kind: 'clear', isClear: false }, have(1024)]);
    expect(pieces(effects)).toEqual([
      [0, 1024],
      [1024, 1024],
    ]);
    expect(pieces(send([CLEAR], state).effects)).toEqual([
      [2048, 2048],
      [4096, 904],
    ]);
  });

  it('keeps two pieces under way, which double with each that arrives (B3, B4)', () => {
    const { effects } = send([CLEAR, item(100_000), have(1024), have(2048)]);
    expect(pieces(effects)).toEqual([
      [0, 1024],
      [1024, 1024],
      [2048, 2048],
      [4096, 2048],
      [6144, 4096],
    ]);
  });

  it('goes back where the receiver has less, once all under way is answered, and forward where it has more (B2)', () => {
    const back = send([CLEAR, item(9000, 4000), have(100), have(100)]);
    expect(pieces(back.effects)).toEqual([
      [4000, 1024],
      [5024, 1024],
      [100, 1024],
      [1124, 1024],
    ]);
    const forward = send([CLEAR, item(9000), have(8500)]);
    expect(pieces(forward.effects).at(-1)).toEqual([8500, 500]);
  });

  it('chooses anew when all is there, when it is refused, and when it is gone', () => {
    for (const last of [have(10), have(0, { refusal: 'unknown' }), { kind: 'gone', record: RECORD } as const]) {
      const { state, effects } = send([CLEAR, item(10), last]);
      expect(effects.at(-1)).toEqual({ kind: 'choose' });
      expect(state.item).toBeUndefined();
      // An answer to what was given up changes nothing.
      expect(send([have(3)], state)).toEqual({ state, effects: [] });
    }
    expect(send([CLEAR, { kind: 'item', item: undefined }]).state.hasMore).toBe(false);
  });

  it('halves after a connection that delivered nothing, down to a few bytes, and takes a quarter of what one delivered (B4)', () => {
    const dead = send([CLEAR, item(50_000), { kind: 'closed' }]).state;
    expect(dead.pieceBytes).toBe(512);
    let state = dead;
    for (let times = 0; times < 12; times++) state = send([CLEAR, item(50_000), { kind: 'closed' }], state).state;
    expect(state.pieceBytes).toBe(MIN_PIECE_BYTES);
    expect(send([CLEAR, item(50_000), have(1024), { kind: 'closed' }]).state.pieceBytes).toBe(256);
  });
});

describe('fetching content', () => {
  const wanted = { kind: 'item', item: { record: RECORD, received: 7 } } as const;

  it('asks for one at a time, from where it is here (B5)', () => {
    const { state, effects } = fetch([CLEAR, wanted, { kind: 'more' }]);
    expect(effects).toEqual([{ kind: 'choose' }, { kind: 'ask', record: RECORD, offset: 7, pieceBytes: 1024 }]);
    expect(fetch([{ kind: 'stored', record: RECORD, bytes: 5, isOver: true }], state).effects).toEqual([
      { kind: 'choose' },
    ]);
    expect(fetch([{ kind: 'absent', record: RECORD }], state).effects).toEqual([{ kind: 'choose' }]);
    expect(fetch([{ kind: 'absent', record: 'another' }], state).effects).toEqual([]);
  });

  it('asks for smaller pieces after a connection that brought none (B6)', () => {
    const { state } = fetch([CLEAR, wanted, { kind: 'closed' }]);
    expect(fetch([CLEAR, wanted], state).effects.at(-1)).toMatchObject({ pieceBytes: 512 });
    expect(fetch([CLEAR, wanted, { kind: 'stored', record: RECORD, bytes: 400, isOver: false }]).state).toMatchObject({
      pieceBytes: 2048,
    });
  });
});

describe('both ends', () => {
  it('bring all bytes over any link that carries a small piece and its answer before it dies', () => {
    const FRAME = 20;
    const lives = fc.array(fc.integer({ min: MIN_PIECE_BYTES + 2 * FRAME, max: 9000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), lives, (size, lifeBytes) => {
        let received = 0;
        let noted = 0;
        let sender = BLOB_SENDING_START;
        for (let connection = 0; received < size; connection++) {
          expect(connection).toBeLessThan(3000);
          let left = lifeBytes[connection % lifeBytes.length] as number;
          const carries = (bytes: number): boolean => {
            left -= bytes + FRAME;
            return left >= 0;
          };
          const queue: BlobSendingInput[] = [CLEAR, item(size, noted)];
          for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
            const step = stepBlobSending(sender, input);
            sender = step.state;
            for (const effect of step.effects) {
              if (effect.kind === 'note') noted = effect.upTo;
              if (effect.kind !== 'send-piece' || !carries(effect.length)) continue;
              const verdict = judgePart(received, effect);
              if (verdict.kind === 'keep') received += effect.length - verdict.skip;
              if (carries(0)) queue.push(have(received));
            }
          }
          sender = stepBlobSending(sender, { kind: 'closed' }).state;
        }
        expect(received).toBe(size);
      }),
      { numRuns: 200 },
    );
  });
});

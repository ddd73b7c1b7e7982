import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type HubExchangeState,
  type HubExchangeStep,
  startHubExchange,
  stepHubExchange,
} from './hub-exchange-machine.ts';

const NOTHING = { upTo: 0, beyond: [] };
const HELLO = { backlogUpTo: 0, received: NOTHING, late: [], feedReceived: 0 };
const entries = (from: number, to: number, bytes = 100) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ position: from + index, bytes }));

describe('the hub’s side of the exchange', () => {
  it('sends nothing down before the node’s backlog is here', () => {
    const started = startHubExchange({ ...HELLO, backlogUpTo: 10, received: { upTo: 4, beyond: [] } });
    expect(started.effects).toEqual([]);
    const halfway = stepHubExchange(started.state, { kind: 'stored', upTo: 9, beyond: [] });
    expect(stepHubExchange(halfway.state, { kind: 'feed-grown' }).effects).toEqual([]);
    const drained = stepHubExchange(halfway.state, { kind: 'stored', upTo: 10, beyond: [] });
    expect(drained.effects).toEqual([{ kind: 'read-feed', after: 0, bytes: 8192 }]);
  });

  it('does not let the feed wait for what can wait itself', () => {
    const late = [{ from: 3, to: 8 }];
    const started = startHubExchange({
      ...HELLO,
      backlogUpTo: 10,
      received: { upTo: 2, beyond: [{ from: 10, to: 10 }] },
      late,
    });
    expect(started.effects).toEqual([]);
    const { effects } = stepHubExchange(started.state, { kind: 'stored', upTo: 2, beyond: [{ from: 9, to: 10 }] });
    expect(effects).toEqual([{ kind: 'read-feed', after: 0, bytes: 8192 }]);
  });

  it('starts with small frames, two at most under way, and doubles them with each acknowledgement', () => {
    const { state } = startHubExchange(HELLO);
    const sent = stepHubExchange(state, { kind: 'feed-read', entries: entries(1, 200) });
    expect(sent.effects).toEqual([
      { kind: 'send-feed', from: 1, to: 40 },
      { kind: 'send-feed', from: 41, to: 80 },
    ]);
    const acknowledged = stepHubExchange(sent.state, { kind: 'feed-acknowledged', upTo: 40 });
    expect(acknowledged.effects).toEqual([
      { kind: 'note-feed', upTo: 40 },
      { kind: 'read-feed', after: 80, bytes: 8192 },
    ]);
    const next = stepHubExchange(acknowledged.state, { kind: 'feed-read', entries: entries(81, 300) });
    expect(next.effects).toEqual([{ kind: 'send-feed', from: 81, to: 161 }]);
  });

  it('looks again when the feed grew while it was being read', () => {
    const { state } = startHubExchange(HELLO);
    const grown = stepHubExchange(state, { kind: 'feed-grown' });
    expect(grown.effects).toEqual([]);
    const read = stepHubExchange(grown.state, { kind: 'feed-read', entries: [] });
    expect(read.effects).toEqual([{ kind: 'read-feed', after: 0, bytes: 8192 }]);
    expect(stepHubExchange(read.state, { kind: 'feed-read', entries: [] }).effects).toEqual([]);
  });

  it('sends an entry that is larger than a frame alone', () => {
    const { state } = startHubExchange(HELLO);
    const { effects } = stepHubExchange(state, { kind: 'feed-read', entries: entries(1, 2, 1_000_000) });
    expect(effects).toEqual([
      { kind: 'send-feed', from: 1, to: 1 },
      { kind: 'send-feed', from: 2, to: 2 },
    ]);
  });

  it('never sends what lies beyond a gap, nor believes an acknowledgement of what it never sent', () => {
    const { state } = startHubExchange({ ...HELLO, feedReceived: 5 });
    expect(stepHubExchange(state, { kind: 'feed-read', entries: entries(7, 9) }).effects).toEqual([]);
    const sent = stepHubExchange(state, { kind: 'feed-read', entries: entries(6, 7) });
    const { effects } = stepHubExchange(sent.state, { kind: 'feed-acknowledged', upTo: 99 });
    expect(effects).toContainEqual({ kind: 'note-feed', upTo: 7 });
  });

  it('delivers every entry once and in order, however reading, growth and acknowledgements interleave', () => {
    const choices = fc.array(
      fc.record({ what: fc.constantFrom('ack', 'grow', 'read'), by: fc.integer({ min: 1, max: 30 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(choices, fc.integer({ min: 0, max: 50 }), (moves, initial) => {
        let length = initial;
        const delivered: number[] = [];
        const frames: number[] = [];
        let pendingRead: { after: number; bytes: number } | undefined;
        let state: HubExchangeState = startHubExchange(HELLO).state;
        const apply = (step: HubExchangeStep): void => {
          state = step.state;
          for (const effect of step.effects) {
            if (effect.kind === 'read-feed') pendingRead = effect;
            if (effect.kind !== 'send-feed') continue;
            for (let position = effect.from; position <= effect.to; position++) delivered.push(position);
            frames.push(effect.to);
          }
        };
        const read = (): void => {
          if (pendingRead === undefined) return;
          const { after, bytes } = pendingRead;
          pendingRead = undefined;
          const last = Math.min(length, after + Math.max(1, Math.floor(bytes / 300)));
          apply(stepHubExchange(state, { kind: 'feed-read', entries: entries(after + 1, last, 300) }));
        };
        const acknowledge = (): void => {
          const upTo = frames.shift();
          if (upTo !== undefined) apply(stepHubExchange(state, { kind: 'feed-acknowledged', upTo }));
        };
        apply(startHubExchange(HELLO));
        for (const { what, by } of moves) {
          if (what === 'grow') {
            length += by;
            apply(stepHubExchange(state, { kind: 'feed-grown' }));
          } else if (what === 'read') read();
          else acknowledge();
          expect(frames.length).toBeLessThanOrEqual(2);
        }
        while (pendingRead !== undefined || frames.length > 0) {
          read();
          acknowledge();
        }
        expect(delivered).toEqual(Array.from({ length }, (_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExchangeEffect,
  type ExchangeInput,
  type ExchangeState,
  isPushed,
  startExchange,
  stepExchange,
} from './exchange-machine.ts';
import type { Ack, Changes } from './messages.ts';

const LINEAGE = [{ incarnation: 'aabbccddeeff', lastSequence: 1000 }];
const CHANGE_BYTES = 120;

/** A hub and a link that dies after some bytes of each connection; the machine is driven until all is pushed. */
function drive(head: number, bytesPerConnection: (connection: number) => number) {
  let state = startExchange({ head, acknowledged: 0, feedReceived: 0 });
  let hubUpTo = 0;
  let connections = 0;
  let bytes = 0;
  const run = (input: ExchangeInput): readonly ExchangeEffect[] => {
    const step = stepExchange(state, input);
    state = step.state;
    return step.effects;
  };
  while (!isPushed(state) && connections < 5000) {
    let budget = bytesPerConnection(connections++);
    run({ kind: 'connected' });
    const hello = {
      kind: 'hub-hello' as const,
      nonce: new Uint8Array(16),
      received: { incarnation: 'aabbccddeeff', upTo: hubUpTo, beyond: [] },
      wallMs: 0,
      newestModel: 1,
    };
    let effects = [...run({ kind: 'hub-hello', hello, lineage: LINEAGE })];
    while (effects.length > 0 && budget > 0) {
      const effect = effects.shift() as ExchangeEffect;
      if (effect.kind !== 'send-changes') continue;
      const count = Math.max(1, Math.floor(effect.maxBytes / CHANGE_BYTES));
      const upTo = Math.min(head, effect.after + count);
      const size = (upTo - effect.after) * CHANGE_BYTES;
      effects = [...effects, ...run({ kind: 'sent', from: effect.after + 1, upTo, bytes: size })];
      bytes += Math.min(size, budget);
      budget -= size;
      if (budget < 0) break;
      expect(effect.after).toBeLessThanOrEqual(hubUpTo + 0xffff);
      hubUpTo = Math.max(hubUpTo, upTo);
      const ack: Ack = { kind: 'ack', upTo: hubUpTo, head: new Uint8Array(8), refused: [], repeats: 0, beyond: [] };
      effects = [...effects, ...run({ kind: 'ack', ack, elapsedMs: 700 })];
    }
    if (!isPushed(state)) run({ kind: 'closed' });
  }
  return { state, hubUpTo, connections, bytes };
}

function live(overrides: Partial<ExchangeState> = {}): ExchangeState {
  return { ...startExchange({ head: 10, acknowledged: 10, feedReceived: 5 }), phase: 'live', ...overrides };
}

/** The machine once the next connection was greeted by a hub that has so much. */
function afterDeath(state: ExchangeState, upTo: number): ExchangeState {
  const closed = stepExchange(state, { kind: 'closed' }).state;
  const greeting = stepExchange(closed, { kind: 'connected' }).state;
  const received = { incarnation: 'aabbccddeeff', upTo, beyond: [] };
  const hello = { kind: 'hub-hello' as const, nonce: new Uint8Array(16), received, wallMs: 0, newestModel: 1 };
  return stepExchange(greeting, { kind: 'hub-hello', hello, lineage: LINEAGE }).state;
}

function feed(from: number, count: number): Changes {
  const encoded = { meta: new Uint8Array(), fields: new Uint8Array() };
  return {
    kind: 'changes',
    changes: Array.from({ length: count }, (_, index) => ({ position: from + index, encoded })),
  };
}

describe('the exchange machine', () => {
  it('finishes on any link that carries one change a connection', () => {
    expect(drive(200, () => CHANGE_BYTES)).toMatchObject({ hubUpTo: 200 });
    const { connections, bytes } = drive(1000, () => 2000);
    expect(connections).toBeLessThan(200);
    expect(bytes).toBeLessThan(1000 * CHANGE_BYTES * 1.6);
  });

  it('ends with everything at the hub, for any link', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: CHANGE_BYTES, max: 20_000 }), { minLength: 1, maxLength: 20 }),
        (head, budgets) => {
          const { state, hubUpTo } = drive(head, (connection) => budgets[connection % budgets.length] as number);
          expect(hubUpTo).toBe(head);
          expect(isPushed(state)).toBe(true);
        },
      ),
    );
  });

  it('believes a hub that has less than it once acknowledged, and sends the rest again', () => {
    const state = startExchange({ head: 50, acknowledged: 50, feedReceived: 0 });
    const greeting = stepExchange(state, { kind: 'connected' }).state;
    const hello = {
      kind: 'hub-hello' as const,
      nonce: new Uint8Array(16),
      received: { incarnation: 'aabbccddeeff', upTo: 20, beyond: [] },
      wallMs: 0,
      newestModel: 1,
    };
    expect(stepExchange(greeting, { kind: 'hub-hello', hello, lineage: LINEAGE }).effects).toEqual([
      { kind: 'send-changes', after: 20, upTo: 50, maxBytes: 1024 },
    ]);
    const stranger = { ...hello, received: { incarnation: '999999999999', upTo: 20, beyond: [] } };
    expect(stepExchange(greeting, { kind: 'hub-hello', hello: stranger, lineage: LINEAGE }).state.acknowledged).toBe(0);
    const clone = { ...hello, received: { incarnation: 'aabbccddeeff', upTo: 2000, beyond: [] } };
    expect(
      stepExchange(greeting, {
        kind: 'hub-hello',
        hello: clone,
        lineage: [{ incarnation: 'aabbccddeeff', lastSequence: 30 }],
      }).state.acknowledged,
    ).toBe(30);
  });

  it('halves its frames when a connection dies and nothing arrived, and doubles them on success', () => {
    const sending = live({ head: 100, inFlight: [{ from: 11, upTo: 20, bytes: 900 }], frameBytes: 1024, sentUpTo: 20 });
    expect(stepExchange(sending, { kind: 'closed' }).state).toMatchObject({ sentUpTo: 10, phase: 'idle' });
    expect(afterDeath(sending, 10).frameBytes).toBe(512);
    const ack: Ack = { kind: 'ack', upTo: 20, head: new Uint8Array(8), refused: [], repeats: 0, beyond: [] };
    const grown = stepExchange(sending, { kind: 'ack', ack, elapsedMs: 900 }).state;
    expect(grown).toMatchObject({ frameBytes: 2048, deliveredBytes: 900 });
    // One that dies with nothing under way says nothing about the link.
    expect(afterDeath({ ...grown, inFlight: [] }, 20).frameBytes).toBe(2048);
  });

  it('bounds its frames to a quarter of what a connection delivered before it died, acknowledged or not', () => {
    const inFlight = [
      { from: 11, upTo: 40, bytes: 1000 },
      { from: 41, upTo: 60, bytes: 1000 },
    ];
    const dying = live({ head: 100, inFlight, frameBytes: 2048, sentUpTo: 60, deliveredBytes: 600 });
    const wiser = afterDeath(dying, 40);
    expect(wiser).toMatchObject({ frameBytes: 400, ceilingBytes: 400, acknowledged: 40 });
    const ack = (upTo: number): Ack => ({
      kind: 'ack',
      upTo,
      head: new Uint8Array(8),
      refused: [],
      repeats: 0,
      beyond: [],
    });
    const busy = { ...wiser, sentUpTo: 60, inFlight: [{ from: 41, upTo: 50, bytes: 400 }] };
    expect(stepExchange(busy, { kind: 'ack', ack: ack(50), elapsedMs: 900 }).state.frameBytes).toBe(400);
    // A connection that lives much longer raises the bound again.
    const lively = { ...busy, deliveredBytes: 3000 };
    expect(stepExchange(lively, { kind: 'ack', ack: ack(50), elapsedMs: 900 }).state.frameBytes).toBe(800);
  });

  it('sends what is urgent first, what can wait last, and nothing twice that is safe beyond a gap', () => {
    const idle = startExchange({ head: 5000, acknowledged: 10, feedReceived: 0 });
    const lanes = {
      urgent: [
        { from: 600, to: 600 },
        { from: 4000, to: 4002 },
      ],
      late: [{ from: 11, to: 40 }],
    };
    const grown = stepExchange(idle, { kind: 'grown', head: 5000, lanes }).state;
    const greeting = stepExchange(grown, { kind: 'connected' }).state;
    const received = { incarnation: 'aabbccddeeff', upTo: 10, beyond: [{ from: 45, to: 50 }] };
    const hello = { kind: 'hub-hello' as const, nonce: new Uint8Array(16), received, wallMs: 0, newestModel: 1 };
    const lineage = [{ incarnation: 'aabbccddeeff', lastSequence: 5000 }];
    let { state, effects } = stepExchange(greeting, { kind: 'hub-hello', hello, lineage });
    const runs: (readonly [number, number])[] = [];
    for (let effect = effects[0]; effect?.kind === 'send-changes'; [effect] = effects) {
      runs.push([effect.after + 1, effect.upTo]);
      ({ state, effects } = stepExchange(state, {
        kind: 'sent',
        from: effect.after + 1,
        upTo: effect.upTo,
        bytes: 10,
      }));
    }
    expect(runs).toEqual([
      [4000, 4002],
      [41, 44],
      [51, 3999],
      [4003, 5000],
      [11, 40],
    ]);
    const beyond = [{ from: 41, to: 5000 }];
    const ack: Ack = { kind: 'ack', upTo: 10, head: new Uint8Array(8), refused: [], repeats: 0, beyond };
    const safe = stepExchange(state, { kind: 'ack', ack, elapsedMs: 900 }).state;
    expect(safe).toMatchObject({ acknowledged: 10, beyond, inFlight: [{ from: 11, upTo: 40 }] });
    expect(isPushed(safe)).toBe(false);
    const rest = stepExchange(safe, { kind: 'ack', ack: { ...ack, upTo: 5000, beyond: [] }, elapsedMs: 900 }).state;
    expect(rest).toMatchObject({ acknowledged: 5000, beyond: [], inFlight: [] });
  });

  it('makes no more ranges than the hub can name', () => {
    const head = 9000;
    const urgent = Array.from({ length: 12 }, (_, index) => ({ from: 3000 + 10 * index, to: 3000 + 10 * index }));
    const idle = startExchange({ head, acknowledged: 0, feedReceived: 0 });
    const begun = stepExchange(
      { ...idle, phase: 'live', frameBytes: 1000 },
      { kind: 'grown', head, lanes: { urgent, late: [] } },
    );
    let { state, effects } = begun;
    const firsts: number[] = [];
    for (let effect = effects[0]; effect?.kind === 'send-changes' && firsts.length < 9; [effect] = effects) {
      firsts.push(effect.after + 1);
      ({ state, effects } = stepExchange(state, {
        kind: 'sent',
        from: effect.after + 1,
        upTo: effect.after + 1,
        bytes: 10,
      }));
    }
    expect(firsts).toEqual([...urgent.slice(0, 8).map(({ from }) => from), 1]);
  });

  it('applies the feed in order, acknowledges repeats without applying, and closes on a gap', () => {
    expect(stepExchange(live({ feedApplying: 5 }), { kind: 'changes', changes: feed(6, 2) }).effects).toMatchObject([
      { kind: 'apply-feed' },
    ]);
    expect(stepExchange(live({ feedApplying: 5 }), { kind: 'changes', changes: feed(4, 2) }).effects).toEqual([
      { kind: 'send-ack', upTo: 5, repeats: 2 },
    ]);
    expect(stepExchange(live({ feedApplying: 5 }), { kind: 'changes', changes: feed(8, 1) }).effects).toMatchObject([
      { kind: 'close' },
    ]);
    expect(stepExchange(live(), { kind: 'feed-applied', upTo: 7, repeats: 0 })).toMatchObject({
      state: { feedReceived: 7 },
      effects: [{ kind: 'send-ack', upTo: 7 }],
    });
  });

  it('closes on an acknowledgement of what it never sent, and on anything before the greeting', () => {
    const ack: Ack = { kind: 'ack', upTo: 99, head: new Uint8Array(8), refused: [], repeats: 0, beyond: [] };
    expect(stepExchange(live(), { kind: 'ack', ack, elapsedMs: 1 }).effects).toMatchObject([{ kind: 'close' }]);
    const idle = startExchange({ head: 1, acknowledged: 0, feedReceived: 0 });
    expect(stepExchange(idle, { kind: 'changes', changes: feed(1, 1) }).effects).toMatchObject([{ kind: 'close' }]);
  });
});

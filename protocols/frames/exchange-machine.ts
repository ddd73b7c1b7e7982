import { type Ack, type Changes, type HubHello, type LineageEntry, MAX_RANGES } from './messages.ts';
import {
  addRange,
  countOf,
  coversRange,
  intersectRanges,
  NO_RANGES,
  type Range,
  type Ranges,
  subtractRanges,
  uniteRanges,
} from './ranges.ts';

/**
 * The node's side of the exchange, pure: what it sends next and what it has been promised.
 *
 * | phase | input | effects | next |
 * |---|---|---|---|
 * | idle | connected | send-hello | greeting |
 * | greeting | hub-hello | send-changes if anything waits | live |
 * | live | grown (the journal) | send-changes while the window has room | live |
 * | live | sent | send-changes while the window has room | live |
 * | live | ack | persist-ack, then send-changes | live |
 * | live | changes (the feed) | apply-feed, or send-ack for repeats | live |
 * | live | feed-applied | send-ack | live |
 * | any | closed | – | idle |
 * | greeting, live | anything out of turn | close | idle after `closed` |
 *
 * Invariants: E1 `acknowledged` is what the hub said in this connection, lower than before after it was restored, as is `feedReceived` then ·
 * E2 nothing is forgotten at the node because it was sent, only ever resent from `acknowledged` · E3 the feed is applied
 * in order without gaps and acknowledged only once it is safe · E4 a frame holds at least one change, so any link that
 * carries one change finishes · E5 a connection that dies with frames under way bounds the next frames: to a quarter of what it
 * did deliver, as the next HELLO tells; where that is too little, to what went through and a little more; to half of a frame
 * where nothing did. The bound is raised again by connections that live longer · E6 what is urgent goes before a long queue, what can
 * wait after all else, and in between the journal goes in its order, as long as the hub can name the ranges that this makes; what is safe beyond a gap is not sent again.
 */
export type ExchangeState = {
  readonly phase: 'idle' | 'greeting' | 'live';
  /** The last sequence of the node's own journal. */
  readonly head: number;
  /** Everything up to here is safe at the hub. */
  readonly acknowledged: number;
  /** Safe at the hub beyond `acknowledged`. */
  readonly beyond: Ranges;
  /** The last sequence that was sent on this connection, or that the hub said it has. */
  readonly sentUpTo: number;
  /** Frames sent and not yet acknowledged, oldest first. */
  readonly inFlight: readonly { readonly from: number; readonly upTo: number; readonly bytes: number }[];
  readonly lanes: Lanes;
  /** Whether a send-changes effect is being carried out. */
  readonly isSending: boolean;
  /** What the next frame aims at, in bytes; it lasts from connection to connection. */
  readonly frameBytes: number;
  readonly feedReceived: number;
  /** The last feed position handed to apply-feed. */
  readonly feedApplying: number;
  /** No frame aims at more, in bytes: what links that died have taught. */
  readonly ceilingBytes: number;
  /** On links that die within {@link SHORT_LIFE_BYTES}: what a connection last delivered, and the least that none did, in bytes. */
  readonly provenBytes: number;
  readonly failedBytes: number;
  /** What this connection has delivered, in bytes, as far as it was acknowledged. */
  readonly deliveredBytes: number;
  /** How the last connection died, while frames were under way; until the next HELLO tells what of it arrived. */
  readonly death: { readonly deliveredBytes: number; readonly inFlight: ExchangeState['inFlight'] } | undefined;
};

/** The sequences that go before all others, each with what it refers to; and those that can wait for all others. */
export type Lanes = { readonly urgent: Ranges; readonly late: Ranges };

/** Everything in the journal's order. */
export const NO_LANES: Lanes = { urgent: NO_RANGES, late: NO_RANGES };

/** What happened. `elapsedMs` of an ack is how long its oldest frame was under way. */
export type ExchangeInput =
  | { readonly kind: 'connected' }
  | { readonly kind: 'hub-hello'; readonly hello: HubHello; readonly lineage: readonly LineageEntry[] }
  | { readonly kind: 'grown'; readonly head: number; readonly lanes: Lanes }
  | { readonly kind: 'sent'; readonly from: number; readonly upTo: number; readonly bytes: number }
  | { readonly kind: 'ack'; readonly ack: Ack; readonly elapsedMs: number }
  | { readonly kind: 'changes'; readonly changes: Changes }
  | { readonly kind: 'feed-applied'; readonly upTo: number; readonly repeats: number }
  | { readonly kind: 'closed' };

/** What the caller now does; after send-changes it feeds back `sent`, after apply-feed `feed-applied`. */
export type ExchangeEffect =
  | { readonly kind: 'send-hello' }
  /** Read own changes after `after` and up to `upTo` (at least one, then up to `maxBytes`) and send them as one frame. */
  | { readonly kind: 'send-changes'; readonly after: number; readonly upTo: number; readonly maxBytes: number }
  | { readonly kind: 'persist-ack'; readonly ack: Ack }
  | { readonly kind: 'apply-feed'; readonly changes: Changes }
  | { readonly kind: 'send-ack'; readonly upTo: number; readonly repeats: number }
  | { readonly kind: 'close'; readonly reason: string };

/** The new state and what to do, in order. */
export type ExchangeStep = { readonly state: ExchangeState; readonly effects: readonly ExchangeEffect[] };

const FIRST_FRAME_BYTES = 1024;
/** A frame of one change, sealed, may be so small. */
const MIN_FRAME_BYTES = 40;
/** Of a connection that delivered less than this, more than a quarter is tried. */
const SHORT_LIFE_BYTES = 256;
/** The largest frame of a slow link (2G), in bytes: lost with the connection, so worth little. */
export const SLOW_FRAME_BYTES = 4 * 1024;
/** A frame of a link that answers within {@link FAST_ANSWER_MS}: the hub's transaction is then what costs. */
const FAST_FRAME_BYTES = 128 * 1024;
const FAST_ANSWER_MS = 400;
/**
 * An urgent change does not jump a queue that is shorter: so many take a few seconds of EDGE, and what is sent out of its order costs
 * bytes, because frames become small.
 */
const PATIENCE_CHANGES = 2000;

/** The machine at the daemon's start, from what is stored. */
export function startExchange(stored: {
  readonly head: number;
  readonly acknowledged: number;
  readonly feedReceived: number;
}): ExchangeState {
  return {
    phase: 'idle',
    ...stored,
    beyond: NO_RANGES,
    sentUpTo: stored.acknowledged,
    inFlight: [],
    lanes: NO_LANES,
    isSending: false,
    frameBytes: FIRST_FRAME_BYTES,
    feedApplying: stored.feedReceived,
    ceilingBytes: FAST_FRAME_BYTES,
    provenBytes: 0,
    failedBytes: Number.POSITIVE_INFINITY,
    deliveredBytes: 0,
    death: undefined,
  };
}

/** One step of the machine. */
export function stepExchange(state: ExchangeState, input: ExchangeInput): ExchangeStep {
  switch (input.kind) {
    case 'connected':
      return { state: { ...state, phase: 'greeting', deliveredBytes: 0 }, effects: [{ kind: 'send-hello' }] };
    case 'hub-hello':
      return state.phase === 'greeting' ? greeted(state, input.hello, input.lineage) : outOfTurn(state, input.kind);
    case 'grown':
      return pump({ ...state, head: Math.max(state.head, input.head), lanes: input.lanes }, []);
    case 'sent':
      return pump(sent(state, input), []);
    case 'ack':
      return state.phase === 'live' ? acknowledged(state, input.ack, input.elapsedMs) : outOfTurn(state, input.kind);
    case 'changes':
      return state.phase === 'live' ? fed(state, input.changes) : outOfTurn(state, input.kind);
    case 'feed-applied': {
      const feedReceived = Math.max(state.feedReceived, input.upTo);
      const effects =
        state.phase === 'live' ? [{ kind: 'send-ack' as const, upTo: feedReceived, repeats: input.repeats }] : [];
      return { state: { ...state, feedReceived }, effects };
    }
    case 'closed':
      return { state: closed(state), effects: [] };
  }
}

/** Whether everything written up to now is safe at the hub. */
export function isPushed(state: ExchangeState): boolean {
  return state.phase === 'live' && state.acknowledged >= state.head;
}

/** Whether everything written up to now is safe at the hub, but for what can wait. */
export function isPushedButLate(state: ExchangeState): boolean {
  const { phase, acknowledged, beyond, head, lanes } = state;
  if (phase !== 'live' || acknowledged >= head) return phase === 'live';
  return coversRange(addRange(uniteRanges(beyond, lanes.late), { from: 1, to: acknowledged }), { from: 1, to: head });
}

function greeted(state: ExchangeState, { received, feed }: HubHello, lineage: readonly LineageEntry[]): ExchangeStep {
  // The hub names one of our incarnations and how far it has it; beyond what that incarnation wrote here lies another
  // copy of this node's disk, which is not ours to skip.
  const known = received === null ? undefined : lineage.find(({ incarnation }) => incarnation === received.incarnation);
  const upTo = known === undefined || received === null ? 0 : Math.min(received.upTo, known.lastSequence);
  const isWhole = received !== null && upTo === received.upTo;
  const feedReceived = feed?.upTo ?? state.feedReceived;
  const live: ExchangeState = {
    ...state,
    phase: 'live',
    acknowledged: upTo,
    beyond: isWhole ? intersectRanges(received.beyond, [{ from: upTo + 1, to: state.head }]) : NO_RANGES,
    sentUpTo: Math.max(upTo, (isWhole ? received.beyond.at(-1)?.to : undefined) ?? 0),
    inFlight: [],
    isSending: false,
    feedReceived,
    feedApplying: feedReceived,
  };
  return pump(bounded(live), []);
}

/** What the death of the last connection teaches, now that the hub has said what of it arrived. */
function bounded(state: ExchangeState): ExchangeState {
  const { death, frameBytes, provenBytes, failedBytes } = state;
  if (death === undefined) return state;
  const arrived = death.inFlight.filter((frame) => isSafe(state, frame));
  const delivered = arrived.reduce((sum, { bytes }) => sum + bytes, death.deliveredBytes);
  const aim = (bytes: number, more: Partial<ExchangeState>): ExchangeState => {
    const ceilingBytes = Math.max(MIN_FRAME_BYTES, Math.floor(bytes));
    return { ...state, death: undefined, ceilingBytes, frameBytes: ceilingBytes, ...more };
  };
  if (delivered > SHORT_LIFE_BYTES) {
    // A quarter loses little to the frame that is cut.
    return aim(Math.min(frameBytes, delivered / 4), { provenBytes: 0, failedBytes: Number.POSITIVE_INFINITY });
  }
  if (delivered > 0) {
    // Too short for a quarter: a little more is tried, short of what is known to be too much.
    const more = delivered * 1.25;
    return aim(more < failedBytes ? more : delivered, { provenBytes: delivered });
  }
  const isProven = provenBytes > 0 && provenBytes < frameBytes;
  return aim(isProven ? provenBytes : frameBytes / 2, {
    provenBytes: isProven ? provenBytes : 0,
    failedBytes: frameBytes,
  });
}

function sent(state: ExchangeState, { from, upTo, bytes }: Extract<ExchangeInput, { kind: 'sent' }>): ExchangeState {
  if (state.phase !== 'live') return { ...state, isSending: false };
  const inFlight = bytes === 0 ? state.inFlight : [...state.inFlight, { from, upTo, bytes }];
  return { ...state, isSending: false, sentUpTo: Math.max(state.sentUpTo, upTo), inFlight };
}

function acknowledged(state: ExchangeState, ack: Ack, elapsedMs: number): ExchangeStep {
  if (ack.upTo > state.sentUpTo)
    return { state, effects: [{ kind: 'close', reason: 'acknowledgement of what was never sent' }] };
  const acknowledged = Math.max(state.acknowledged, ack.upTo);
  const beyond = subtractRanges(uniteRanges(state.beyond, ack.beyond), [{ from: 1, to: acknowledged }]);
  const isNew = ack.upTo > state.acknowledged || countOf(subtractRanges(ack.beyond, state.beyond)) > 0;
  const limit = elapsedMs <= FAST_ANSWER_MS ? FAST_FRAME_BYTES : SLOW_FRAME_BYTES;
  const arrived = state.inFlight.filter((frame) => isSafe({ acknowledged, beyond }, frame));
  const deliveredBytes = arrived.reduce((sum, { bytes }) => sum + bytes, state.deliveredBytes);
  // A link that carries so much more than the bound allows for has become better.
  const ceilingBytes = deliveredBytes > 8 * state.ceilingBytes ? 2 * state.ceilingBytes : state.ceilingBytes;
  const next: ExchangeState = {
    ...state,
    acknowledged,
    beyond,
    inFlight: state.inFlight.filter((frame) => !arrived.includes(frame)),
    frameBytes: isNew ? Math.min(limit, ceilingBytes, state.frameBytes * 2) : state.frameBytes,
    ceilingBytes,
    deliveredBytes,
  };
  return pump(next, [{ kind: 'persist-ack', ack }]);
}

function fed(state: ExchangeState, changes: Changes): ExchangeStep {
  const first = changes.changes[0]?.position;
  const last = changes.changes.at(-1)?.position;
  if (first === undefined || last === undefined) return { state, effects: [] };
  if (first > state.feedApplying + 1) return { state, effects: [{ kind: 'close', reason: 'gap in the feed' }] };
  if (last <= state.feedReceived) {
    return { state, effects: [{ kind: 'send-ack', upTo: state.feedReceived, repeats: changes.changes.length }] };
  }
  return {
    state: { ...state, feedApplying: Math.max(state.feedApplying, last) },
    effects: [{ kind: 'apply-feed', changes }],
  };
}

function pump(state: ExchangeState, effects: readonly ExchangeEffect[]): ExchangeStep {
  const bytesInFlight = state.inFlight.reduce((sum, { bytes }) => sum + bytes, 0);
  const hasRoom = bytesInFlight < 2 * state.frameBytes;
  if (state.phase !== 'live' || state.isSending || !hasRoom) return { state, effects };
  const next = nextRun(state);
  if (next === undefined) return { state, effects };
  const send = { kind: 'send-changes' as const, after: next.from - 1, upTo: next.to, maxBytes: state.frameBytes };
  return { state: { ...state, isSending: true }, effects: [...effects, send] };
}

/** What goes next: unbroken sequences that are neither safe at the hub nor under way. */
function nextRun({ head, acknowledged, beyond, inFlight, lanes }: ExchangeState): Range | undefined {
  if (acknowledged >= head) return undefined;
  const underWay = inFlight.map(({ from, upTo }) => ({ from, to: upTo }));
  const free = subtractRanges([{ from: acknowledged + 1, to: head }], [...beyond, ...underWay]);
  // The hub names no more ranges than that: what it could not name would be sent for ever.
  if (free.length === 0 || uniteRanges(beyond, underWay).length >= MAX_RANGES) return free[0];
  const urgent = intersectRanges(free, lanes.urgent).find(({ from }) => isLongBefore(free, from));
  return urgent ?? subtractRanges(free, lanes.late)[0] ?? free[0];
}

/** Whether it would take a while until it were a change's turn. */
function isLongBefore(free: Ranges, sequence: number): boolean {
  return countOf(intersectRanges(free, [{ from: 1, to: sequence - 1 }])) >= PATIENCE_CHANGES;
}

function isSafe(
  { acknowledged, beyond }: Pick<ExchangeState, 'acknowledged' | 'beyond'>,
  { from, upTo }: { readonly from: number; readonly upTo: number },
): boolean {
  return upTo <= acknowledged || coversRange(addRange(beyond, { from: 1, to: acknowledged }), { from, to: upTo });
}

function closed(state: ExchangeState): ExchangeState {
  const { inFlight, deliveredBytes } = state;
  return {
    ...state,
    phase: 'idle',
    sentUpTo: state.acknowledged,
    inFlight: [],
    isSending: false,
    feedApplying: state.feedReceived,
    // One that died before it was greeted tells nothing new.
    death: inFlight.length === 0 ? state.death : { deliveredBytes, inFlight },
  };
}

function outOfTurn(state: ExchangeState, kind: string): ExchangeStep {
  return { state, effects: [{ kind: 'close', reason: `${kind} out of turn` }] };
}

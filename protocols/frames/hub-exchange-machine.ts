import { addRange, coversRange, NO_RANGES, type Ranges, uniteRanges } from './ranges.ts';

/**
 * The hub's side of one exchange, pure: when the feed is sent, and how much of it at once.
 *
 * | phase | input | effects | next |
 * |---|---|---|---|
 * | draining | stored (what the node announced is not yet all here) | – | draining |
 * | draining | stored (it is here, but for what can wait) | read-feed | live |
 * | live | stored | – | live |
 * | live | feed-grown | read-feed, unless one is being read or the window is full | live |
 * | live | feed-read | send-feed in frames of the present size | live |
 * | live | feed-acknowledged | note-feed, read-feed if the window has room | live |
 *
 * Invariants: H1 nothing goes down before what the node had to send is here (push before pull), but for its lane `late` · H2 entries go in order and
 * without gaps, from the first that the node lacks · H3 no more than two frames are under way · H4 a frame starts small and
 * doubles with each acknowledgement, so that a link that dies has wasted little.
 */
export type HubExchangeState = {
  readonly phase: 'draining' | 'live';
  /** The last sequence that the node had when it said HELLO. */
  readonly backlogUpTo: number;
  /** The sequences of the node that are here, and of the others those that can wait. */
  readonly settled: Ranges;
  readonly feedSent: number;
  readonly feedAcknowledged: number;
  /** Whether entries may wait beyond those sent. */
  readonly hasMore: boolean;
  readonly isReading: boolean;
  readonly frameBytes: number;
  /** The last positions of frames under way. */
  readonly inFlight: readonly number[];
};

/** One entry of the feed, as far as the machine cares. */
export type FeedEntry = { readonly position: number; readonly bytes: number };

/** What happened. */
export type HubExchangeInput =
  | { readonly kind: 'stored'; readonly upTo: number; readonly beyond: Ranges }
  | { readonly kind: 'feed-grown' }
  | { readonly kind: 'feed-read'; readonly entries: readonly FeedEntry[] }
  | { readonly kind: 'feed-acknowledged'; readonly upTo: number };

/** What the caller now does. */
export type HubExchangeEffect =
  /** Read entries after `after`, about `bytes` of them, and feed back `feed-read`. */
  | { readonly kind: 'read-feed'; readonly after: number; readonly bytes: number }
  /** Send the entries read with positions from `from` to `to` as one frame. */
  | { readonly kind: 'send-feed'; readonly from: number; readonly to: number }
  | { readonly kind: 'note-feed'; readonly upTo: number };

/** The new state and what to do, in order. */
export type HubExchangeStep = { readonly state: HubExchangeState; readonly effects: readonly HubExchangeEffect[] };

const FIRST_FRAME_BYTES = 4 * 1024;
const MAX_FRAME_BYTES = 256 * 1024;
const MAX_IN_FLIGHT = 2;

/** The machine once both HELLOs are said. */
export function startHubExchange(hello: {
  readonly backlogUpTo: number;
  readonly received: { readonly upTo: number; readonly beyond: Ranges };
  readonly late: Ranges;
  readonly feedReceived: number;
}): HubExchangeStep {
  const state: HubExchangeState = {
    phase: 'draining',
    backlogUpTo: hello.backlogUpTo,
    settled: hello.late,
    feedSent: hello.feedReceived,
    feedAcknowledged: hello.feedReceived,
    hasMore: true,
    isReading: false,
    frameBytes: FIRST_FRAME_BYTES,
    inFlight: [],
  };
  return stepHubExchange(state, { kind: 'stored', ...hello.received });
}

/** Whether nothing of the feed is to go, nor under way. */
export function isFeedIdle({ phase, hasMore, isReading, inFlight }: HubExchangeState): boolean {
  return phase === 'live' && !hasMore && !isReading && inFlight.length === 0;
}

/** One step of the machine. */
export function stepHubExchange(state: HubExchangeState, input: HubExchangeInput): HubExchangeStep {
  switch (input.kind) {
    case 'stored': {
      const settled = addRange(uniteRanges(state.settled, input.beyond), { from: 1, to: input.upTo });
      const isDrained = state.backlogUpTo === 0 || coversRange(settled, { from: 1, to: state.backlogUpTo });
      return pump({ ...state, settled: isDrained ? NO_RANGES : settled, phase: isDrained ? 'live' : state.phase }, []);
    }
    case 'feed-grown':
      return pump({ ...state, hasMore: true }, []);
    case 'feed-read':
      return sendRead({ ...state, isReading: false }, input.entries);
    case 'feed-acknowledged':
      return acknowledged(state, input.upTo);
  }
}

function pump(state: HubExchangeState, effects: readonly HubExchangeEffect[]): HubExchangeStep {
  const hasRoom = state.inFlight.length < MAX_IN_FLIGHT;
  if (state.phase !== 'live' || state.isReading || !state.hasMore || !hasRoom) return { state, effects };
  const bytes = state.frameBytes * (MAX_IN_FLIGHT - state.inFlight.length);
  // Cleared before the reading, so that growth during it is not missed.
  const next = { ...state, isReading: true, hasMore: false };
  return { state: next, effects: [...effects, { kind: 'read-feed', after: state.feedSent, bytes }] };
}

function sendRead(state: HubExchangeState, entries: readonly FeedEntry[]): HubExchangeStep {
  const effects: HubExchangeEffect[] = [];
  const inFlight = [...state.inFlight];
  let feedSent = state.feedSent;
  for (let index = 0; index < entries.length && inFlight.length < MAX_IN_FLIGHT; ) {
    const from = (entries[index] as FeedEntry).position;
    if (from !== feedSent + 1) break;
    let bytes = 0;
    do {
      const entry = entries[index] as FeedEntry;
      bytes += entry.bytes;
      feedSent = entry.position;
      index++;
    } while (index < entries.length && bytes + (entries[index] as FeedEntry).bytes <= state.frameBytes);
    inFlight.push(feedSent);
    effects.push({ kind: 'send-feed', from, to: feedSent });
  }
  const hasMore = state.hasMore || effects.length > 0;
  return pump({ ...state, feedSent, inFlight, hasMore }, effects);
}

function acknowledged(state: HubExchangeState, upTo: number): HubExchangeStep {
  if (upTo <= state.feedAcknowledged) return { state, effects: [] };
  const next: HubExchangeState = {
    ...state,
    feedAcknowledged: Math.min(upTo, state.feedSent),
    inFlight: state.inFlight.filter((position) => position > upTo),
    frameBytes: Math.min(MAX_FRAME_BYTES, state.frameBytes * 2),
  };
  return pump(next, [{ kind: 'note-feed', upTo: next.feedAcknowledged }]);
}

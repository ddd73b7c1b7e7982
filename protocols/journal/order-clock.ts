/** A hybrid logical clock reading: milliseconds since 1970 (48 bits) and a counter (16 bits). */
export type OrderClock = { readonly ms: number; readonly counter: number };

/** How far a clock may run ahead of what its node can justify, in milliseconds. */
export const MAX_AHEAD_MS = 10 * 60 * 1000;

/** The clock before anything was written. */
export const ORDER_CLOCK_START: OrderClock = { ms: 0, counter: 0 };

/** What a node knows of the time. `floorMs` is the latest time it had proof of, `elapsedMs` monotonic time since then. */
export type ClockReading = { readonly wallMs: number; readonly floorMs: number; readonly elapsedMs: number };

/** Negative, 0 or positive: a total order of readings. */
export function compareOrderClocks(left: OrderClock, right: OrderClock): number {
  return left.ms - right.ms || left.counter - right.counter;
}

/**
 * The clock of the next change: later than `clock`, and no later than the floor + elapsed + {@link MAX_AHEAD_MS} unless
 * `clock` already is. A wall clock beyond that bound, or behind the floor, is not believed: the change takes
 * floor + elapsed and `trusted` is false.
 */
export function tick(
  clock: OrderClock,
  reading: ClockReading,
): { readonly clock: OrderClock; readonly trusted: boolean } {
  const proven = reading.floorMs + reading.elapsedMs;
  const trusted = reading.wallMs <= proven + MAX_AHEAD_MS && reading.wallMs >= reading.floorMs;
  const physical = trusted ? reading.wallMs : proven;
  return { clock: physical > clock.ms ? { ms: physical, counter: 0 } : successor(clock), trusted };
}

/** `clock` advanced to a remote reading where that is within the bound of {@link tick}; a reading beyond it is ignored. */
export function observe(clock: OrderClock, remote: OrderClock, reading: ClockReading): OrderClock {
  if (remote.ms > reading.floorMs + reading.elapsedMs + MAX_AHEAD_MS) return clock;
  return compareOrderClocks(remote, clock) > 0 ? remote : clock;
}

function successor(clock: OrderClock): OrderClock {
  return clock.counter < 0xffff ? { ms: clock.ms, counter: clock.counter + 1 } : { ms: clock.ms + 1, counter: 0 };
}

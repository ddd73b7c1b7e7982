import { MAX_AHEAD_MS, type OrderClock, observe, tick } from '@santehaggui/protocols/journal/order-clock.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** What outlives a restart: the latest proven time, and the clock of the last change written or received. */
export type ClockState = { readonly floorMs: number; readonly orderClock: OrderClock };

/** What a timekeeper starts from. `hasRtc`: the machine keeps its time while it is off. */
export type TimekeeperOptions = { readonly clock: Clock; readonly hasRtc: boolean; readonly stored: ClockState };

/**
 * The node's order clock and its time floor (docs/protocol.md, order clock). Facility clocks lie: a wall clock more than
 * ten minutes beyond floor + elapsed, or behind the floor, is not believed and changes are marked untrusted until the
 * hub's time, or the passing of time, settles it.
 */
export class Timekeeper {
  readonly #clock: Clock;
  #floorMs: number;
  #anchorMs: number;
  #orderClock: OrderClock;

  constructor({ clock, hasRtc, stored }: TimekeeperOptions) {
    this.#clock = clock;
    // Off for three days is no reason to doubt a battery-backed clock; without one, only the floor is known.
    this.#floorMs = hasRtc ? Math.max(stored.floorMs, clock.now()) : stored.floorMs;
    this.#anchorMs = clock.monotonic();
    this.#orderClock = stored.orderClock;
  }

  /** The clock of the next change of this node, later than any before, and whether the wall clock was believed. */
  next(): { readonly clock: OrderClock; readonly trusted: boolean } {
    const ticked = tick(this.#orderClock, this.#reading());
    this.#orderClock = ticked.clock;
    return ticked;
  }

  /** Takes note of a change received: ours then order after it, within the bound. */
  observe(remote: OrderClock): void {
    this.#orderClock = observe(this.#orderClock, remote, this.#reading());
  }

  /** Takes note of the hub's wall clock, which was authenticated: the floor never falls. */
  provenBy(hubWallMs: number): void {
    this.#raise(hubWallMs);
  }

  /** Whether the wall clock is within what this node can justify. */
  isTrusted(): boolean {
    const { wallMs, floorMs, elapsedMs } = this.#reading();
    return wallMs >= floorMs && wallMs <= floorMs + elapsedMs + MAX_AHEAD_MS;
  }

  /** How far the wall clock is from what is proven, in milliseconds; positive when it is ahead. */
  deviationMs(): number {
    const { wallMs, floorMs, elapsedMs } = this.#reading();
    return wallMs - floorMs - elapsedMs;
  }

  /** What is to be stored now; a wall clock that is believed raises the floor. */
  state(): ClockState {
    const { wallMs, floorMs, elapsedMs } = this.#reading();
    const proven = floorMs + elapsedMs;
    if (!this.isTrusted()) return { floorMs: proven, orderClock: this.#orderClock };
    if (wallMs > proven) this.#raise(wallMs);
    return { floorMs: Math.max(floorMs, wallMs), orderClock: this.#orderClock };
  }

  #reading(): { readonly wallMs: number; readonly floorMs: number; readonly elapsedMs: number } {
    const elapsedMs = Math.floor(this.#clock.monotonic() - this.#anchorMs);
    return { wallMs: this.#clock.now(), floorMs: this.#floorMs, elapsedMs };
  }

  #raise(toMs: number): void {
    if (toMs <= this.#floorMs) return;
    this.#floorMs = toMs;
    this.#anchorMs = this.#clock.monotonic();
  }
}

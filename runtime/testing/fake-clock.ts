import type { Clock } from '../time/clock.ts';

type Sleeper = { readonly dueMs: number; readonly order: number; readonly wake: () => void };

// Lets everything that was waiting for a promise run up to its next sleep.
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that moves only when told to. Wall clock and monotonic clock can be moved apart with `setNow`. */
export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  /** `startMs`: the wall clock at first, milliseconds since 1970 UTC (default 2026-01-05T08:00:00Z, a Monday). */
  constructor(startMs = Date.UTC(2026, 0, 5, 8)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper: Sleeper = {
        dueMs: this.#monotonic + ms,
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves both clocks on, waking each sleeper at its own time, and lets what they wake run. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonic + ms;
    await settle();
    for (;;) {
      const [next] = this.#sleepers
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.#move(Math.max(next.dueMs, this.#monotonic));
      next.wake();
      await settle();
    }
    this.#move(endMs);
  }

  /** Steps the wall clock alone, as a wrong or corrected clock does. */
  setNow(ms: number): void {
    this.#now = ms;
  }

  #move(toMonotonic: number): void {
    this.#now += toMonotonic - this.#monotonic;
    this.#monotonic = toMonotonic;
  }
}

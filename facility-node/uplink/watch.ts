import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** Lets many wait for the next thing to happen. */
export class Watch {
  readonly #clock: Clock;
  #waiting = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes all who wait. */
  notify(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const controller of waiting) controller.abort();
  }

  /** Resolves with true at the next `notify`, with false after so many milliseconds without one. */
  async next(timeoutMs: number): Promise<boolean> {
    const controller = new AbortController();
    this.#waiting.add(controller);
    try {
      await this.#clock.sleep(timeoutMs, controller.signal);
      this.#waiting.delete(controller);
      return false;
    } catch {
      return true;
    }
  }
}

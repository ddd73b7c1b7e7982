import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** Notices when something that should move has not for too long. */
export class StallDetector {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #mark: string | undefined;
  #sinceMs = 0;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Whether `mark`, which says where things are, has been the same for longer than the limit. */
  hasStalled(mark: string): boolean {
    const now = this.#clock.monotonic();
    if (mark !== this.#mark) {
      this.#mark = mark;
      this.#sinceMs = now;
    }
    return now - this.#sinceMs > this.#limitMs;
  }
}

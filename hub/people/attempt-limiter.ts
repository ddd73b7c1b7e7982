import type { Clock } from '@santehaggui/runtime/time/clock.ts';

const WINDOW_MS = 15 * 60 * 1000;
const MAX_FAILURES = 8;
const MAX_KEYS = 10_000;

/**
 * Counts failed attempts by key (login and address together, so that a stranger cannot lock somebody else out) over a
 * quarter of an hour. Kept in memory: a restart forgives.
 */
export class AttemptLimiter {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { readonly sinceMs: number; readonly count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether another attempt may be made. */
  mayTry(key: string): boolean {
    const failure = this.#current(key);
    return failure === undefined || failure.count < MAX_FAILURES;
  }

  /** Notes a failure. */
  failed(key: string): void {
    const failure = this.#current(key) ?? { sinceMs: this.#clock.monotonic(), count: 0 };
    this.#failures.delete(key);
    this.#failures.set(key, { ...failure, count: failure.count + 1 });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_KEYS && oldest !== undefined) this.#failures.delete(oldest);
  }

  /** Forgets the failures of a key. */
  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  #current(key: string): { readonly sinceMs: number; readonly count: number } | undefined {
    const failure = this.#failures.get(key);
    return failure === undefined || this.#clock.monotonic() - failure.sinceMs > WINDOW_MS ? undefined : failure;
  }
}

import { failTooMany } from './limiter.ts';

/** How much work of a costly kind goes on at once, and how much may wait for it. */
export type TurnstileOptions = { readonly atOnce: number; readonly waiting: number };

/**
 * Lets so much work of a costly kind go on at once, in the order in which it came, and keeps the rest waiting: a machine's memory and
 * the threads that everything shares are never taken by one kind of work. What would have to wait behind too many is refused.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(options: TurnstileOptions) {
    this.#options = options;
  }

  /** Does the work when its turn comes. Throws SH-A005 where too much waits already, and what the work throws. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    const { atOnce, waiting } = this.#options;
    if (this.#inside < atOnce) this.#inside++;
    else if (this.#waiting.length >= waiting) throw failTooMany(1000);
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      // The place is handed on, never free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside--;
      else next();
    }
  }
}

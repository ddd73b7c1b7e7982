import { RateLimiterMemory } from 'rate-limiter-flexible';
import { failTooMany } from './limiter.ts';

/** The first attempt in a row that costs a wait. */
const FIRST_THAT_WAITS = 4;
const LONGEST_WAIT_SECONDS = 5 * 60;
const REMEMBERED_SECONDS = 24 * 3600;

/**
 * Attempts in a row under one key: three cost nothing, then 1 s, 2 s, 4 s … 5 minutes between two. Nobody is shut out for good: a
 * colleague who types wrong passwords on purpose must not be able to keep a clinician from the records. Kept in memory.
 */
export class SlowingLimiter {
  readonly #attempts: RateLimiterMemory;
  readonly #waits: RateLimiterMemory;
  #before: Promise<unknown> = Promise.resolve();

  constructor(name: string) {
    this.#attempts = new RateLimiterMemory({ keyPrefix: `${name}-tries`, points: 1, duration: REMEMBERED_SECONDS });
    this.#waits = new RateLimiterMemory({ keyPrefix: `${name}-waits`, points: 0, duration: LONGEST_WAIT_SECONDS });
  }

  /** Counts an attempt before it is made: many at once are not all the first. Throws SH-A005 while the key waits. */
  take(key: string): Promise<void> {
    // One after the other: requests that are read in one go would all ask before the first of them begins a wait.
    const turn = this.#before.then(() => this.#take(key));
    this.#before = turn.catch(() => undefined);
    return turn;
  }

  async #take(key: string): Promise<void> {
    const wait = await this.#waits.get(key);
    if (wait !== null && wait.msBeforeNext > 0) throw failTooMany(wait.msBeforeNext);
    const { consumedPoints } = await this.#attempts.penalty(key);
    if (consumedPoints >= FIRST_THAT_WAITS) await this.#waits.block(key, waitSecondsAfter(consumedPoints));
  }

  /** An attempt that was right: the next begins a new row. */
  async forget(key: string): Promise<void> {
    await this.#attempts.delete(key);
    await this.#waits.delete(key);
  }
}

function waitSecondsAfter(attempts: number): number {
  return Math.min(2 ** (attempts - FIRST_THAT_WAITS), LONGEST_WAIT_SECONDS);
}

import { randomBytes } from 'node:crypto';
import type { Clock } from '../time/clock.ts';

const GOOD_FOR_MS = 5 * 60_000;
const MOST_OPEN = 1000;

/** Random numbers that were handed out to be signed: each for one purpose, once, within five minutes. Kept in memory. */
export class ChallengeBook {
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly purpose: string; readonly sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new one (base64url). */
  open(purpose: string): string {
    const challenge = randomBytes(32).toString('base64url');
    this.#open.set(challenge, { purpose, sinceMs: this.#clock.monotonic() });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return challenge;
  }

  /** Whether it was handed out for that and not used yet; it is used now. */
  take(purpose: string, challenge: string): boolean {
    const known = this.#open.get(challenge);
    this.#open.delete(challenge);
    return known?.purpose === purpose && this.#clock.monotonic() - known.sinceMs < GOOD_FOR_MS;
  }
}

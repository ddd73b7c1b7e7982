import type { Clock } from '../time/clock.ts';
import type { CodeSender } from './code-sender.ts';
import { isRightCode, type KeptCode, newOneTimeCode } from './one-time-code.ts';

const MOST_KEPT = 1000;

/**
 * Codes that are bound to what they were asked for: they say yes to that one thing, once. Kept in memory, hashed; of several for
 * one thing the last is good.
 */
export class BoundCodes {
  readonly #clock: Clock;
  readonly #sender: CodeSender;
  readonly #kept = new Map<string, KeptCode>();

  constructor({ clock, sender }: { readonly clock: Clock; readonly sender: CodeSender }) {
    this.#clock = clock;
    this.#sender = sender;
  }

  /** Sends a code for something; gives until when (ms) it is good. Throws what {@link CodeSender.send} throws. */
  async send(binding: string, to: string, text: (code: string) => string): Promise<number> {
    const { code, kept } = newOneTimeCode(this.#clock.now());
    this.#keep(binding, kept);
    await this.#sender.send(to, { code, text: text(code) });
    return kept.expiresAt;
  }

  /** Whether this is the code that was sent for it; one that is right is used up, and each attempt counts. */
  prove(binding: string, code: string): boolean {
    const kept = this.#kept.get(binding);
    if (kept === undefined) return false;
    const isRight = isRightCode(kept, code, this.#clock.now());
    if (isRight) this.#kept.delete(binding);
    else this.#kept.set(binding, { ...kept, attempts: kept.attempts + 1 });
    return isRight;
  }

  #keep(binding: string, kept: KeptCode): void {
    this.#kept.delete(binding);
    this.#kept.set(binding, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

import type { Limiter, LimiterMaker } from '../limits/limiter.ts';

/** A code and the text that tells it. */
export type CodeMessage = { readonly code: string; readonly text: string };

/** Sends a code to where codes of one way go: a phone number, an address; rejects when it was not taken. */
export type SendCode = (to: string, message: CodeMessage) => Promise<void>;

/**
 * Sends codes, three an hour and six a day to one number or address: each costs money, and whoever makes it ring all night is a
 * nuisance.
 */
export class CodeSender {
  readonly #send: SendCode;
  readonly #limits: readonly Limiter[];

  /** `purpose` keeps the counts of different codes apart. */
  constructor({
    purpose,
    send,
    make,
  }: { readonly purpose: string; readonly send: SendCode; readonly make: LimiterMaker }) {
    this.#send = send;
    this.#limits = [
      make({ name: `${purpose}-hour`, points: 3, seconds: 3600 }),
      make({ name: `${purpose}-day`, points: 6, seconds: 24 * 3600 }),
    ];
  }

  /** Throws SH-A005 after too many, and what sending throws. */
  async send(to: string, message: CodeMessage): Promise<void> {
    for (const limit of this.#limits) await limit.take(to);
    await this.#send(to, message);
  }
}

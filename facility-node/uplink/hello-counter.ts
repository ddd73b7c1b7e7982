import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';

const MAX_COUNTER = 0xffff;

/**
 * Gives every HELLO a counter that was never used under its incarnation. The journal's own incarnation serves first; a
 * daemon that has opened 65,536 connections goes on with a random one, for its HELLOs alone.
 */
export class HelloCounter {
  readonly #randomBytes: (count: number) => Uint8Array;
  #incarnation: string;
  #next = 0;

  constructor(incarnation: string, randomBytes: (count: number) => Uint8Array) {
    this.#incarnation = incarnation;
    this.#randomBytes = randomBytes;
  }

  /** The incarnation and counter of the next HELLO. */
  next(): { readonly incarnation: string; readonly helloCounter: number } {
    if (this.#next > MAX_COUNTER) {
      this.#incarnation = toHex(this.#randomBytes(6));
      this.#next = 0;
    }
    return { incarnation: this.#incarnation, helloCounter: this.#next++ };
  }
}

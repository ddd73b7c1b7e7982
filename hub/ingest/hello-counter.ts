import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';

/** The counters of a HELLO have 16 bits (protocols/frames/seal.ts). */
const LAST_COUNTER = 0xffff;

/**
 * Gives the hub's HELLOs their counters: each used once under an incarnation and a node's key. A node that called 65,536
 * times since the start gets a fresh incarnation, and with it a fresh key.
 */
export class HelloCounter {
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #nodes = new Map<number, { readonly incarnation: string; readonly counter: number }>();
  readonly #incarnation: string;

  constructor(incarnation: string, randomBytes: (count: number) => Uint8Array) {
    this.#incarnation = incarnation;
    this.#randomBytes = randomBytes;
  }

  /** The header of the next HELLO to a node. */
  next(node: number): { readonly node: 0; readonly incarnation: string; readonly counter: number } {
    const last = this.#nodes.get(node) ?? { incarnation: this.#incarnation, counter: -1 };
    const isUsedUp = last.counter === LAST_COUNTER;
    const next = isUsedUp
      ? { incarnation: toHex(this.#randomBytes(6)), counter: 0 }
      : { incarnation: last.incarnation, counter: last.counter + 1 };
    this.#nodes.set(node, next);
    return { node: 0, ...next };
  }
}

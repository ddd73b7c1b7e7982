import { type Contexts, MAX_CONTEXTS, type Predictor } from './predictor.ts';
import type { BitPort } from './range-coder.ts';

/** Folds one more number into a hash of 32 bits. */
export function fold(hash: number, value: number): number {
  return Math.imul(hash ^ (value + 0x7f4a7c15), 0x2c1b3c6d) ^ (hash >>> 15);
}

/** The hash of a text. */
export function hashText(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) hash = fold(hash, text.charCodeAt(index));
  return hash;
}

const BYTE_BITS = 8;
const LENGTH_BITS = 6;
/** Of a number's bits below its highest, so many are predicted; the others are taken to be even. */
const PREDICTED_BITS = 4;
const EVEN = 32_768;

/**
 * Symbols out of bits, the same calls for writing and reading: each takes the value that is to be written and gives it back;
 * reading takes undefined and gives what was written.
 */
export class Symbols {
  readonly #predictor: Predictor;
  readonly #port: BitPort;
  readonly #contexts: Contexts = { hashes: new Int32Array(MAX_CONTEXTS), count: 0, decision: 0 };

  constructor(predictor: Predictor, port: BitPort) {
    this.#predictor = predictor;
    this.#port = port;
  }

  /** A number below 2^bits, in the given contexts; `decision` is its kind. */
  small(decision: number, bits: number, hashes: readonly number[], value: number | undefined): number {
    const contexts = this.#contexts;
    contexts.decision = decision;
    contexts.count = hashes.length;
    for (let index = 0; index < hashes.length; index++) contexts.hashes[index] = hashes[index] as number;
    let node = 1;
    for (let bit = bits - 1; bit >= 0; bit--)
      node =
        (node << 1) | this.#predictor.code(this.#port, contexts, node, value === undefined ? 0 : (value >>> bit) & 1);
    return node - (1 << bits);
  }

  /** A byte. */
  byte(decision: number, hashes: readonly number[], value: number | undefined): number {
    return this.small(decision, BYTE_BITS, hashes, value);
  }

  /** A natural number below 2^53: its length, then its bits. */
  natural(decision: number, hashes: readonly number[], value: number | undefined): number {
    const length = this.small(decision, LENGTH_BITS, hashes, value === undefined ? undefined : bitLength(value));
    if (length > 53) throw new RangeError('a number too large');
    let result = length === 0 ? 0 : 1;
    for (let below = length - 2; below >= 0; below--) {
      const wanted = value === undefined ? 0 : Math.floor(value / 2 ** below) % 2;
      const isPredicted = length - 2 - below < PREDICTED_BITS;
      const bit = isPredicted
        ? this.small(
            decision + 1,
            1,
            hashes.map((hash) => fold(fold(hash, length), result)),
            wanted,
          )
        : this.#port.code(EVEN, wanted);
      result = result * 2 + bit;
    }
    return result;
  }

  /** A whole number of either sign. */
  whole(decision: number, hashes: readonly number[], value: number | undefined): number {
    const sign = this.small(decision + 2, 1, hashes, value === undefined ? undefined : value < 0 ? 1 : 0);
    const size = this.natural(
      decision,
      hashes.map((hash) => fold(hash, sign)),
      value === undefined ? undefined : Math.abs(value),
    );
    return sign === 1 ? -size : size;
  }
}

function bitLength(value: number): number {
  let length = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) length++;
  return length;
}

/**
 * A binary range coder: each bit costs what its predicted probability says, to a thousandth of a bit. Carryless, 32 bits, as
 * described by G. N. N. Martin (1979) and used by the context-mixing compressors; integers alone, so that every machine writes
 * the same bytes.
 */

/** One end of the coder: takes a bit (writing) or gives one (reading; `bit` is then ignored). */
export type BitPort = {
  /** `p` is the probability of a one in 1/65,536, from 1 to 65,535. */
  code(p: number, bit: number): number;
};

/** Thrown by a reader that is asked for more than it was given: these bytes were not written by {@link BitWriter}. */
export class RangeCoderOverrun extends Error {
  override readonly name = 'RangeCoderOverrun';
}

/** Writes bits. */
export class BitWriter implements BitPort {
  #low = 0;
  #high = 0xffffffff;
  #bytes = new Uint8Array(1024);
  #length = 0;

  code(p: number, bit: number): number {
    const middle = middleOf(this.#low, this.#high, p);
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while ((this.#low ^ this.#high) >>> 24 === 0) {
      this.#put(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
    }
    return bit;
  }

  /** The bytes so far, ended so that a reader who takes zeros after them reads the same bits. Nothing may be written after. */
  finish(): Uint8Array {
    // The shortest number between the bounds: zeros at its end need not be sent.
    for (let kept = 0; kept <= 4; kept++) {
      const unit = 2 ** (8 * (4 - kept));
      const candidate = Math.ceil(this.#low / unit) * unit;
      if (candidate > this.#high) continue;
      for (let index = 0; index < kept; index++) this.#put(Math.floor(candidate / 2 ** (8 * (3 - index))) & 0xff);
      break;
    }
    return this.#bytes.slice(0, this.#length);
  }

  #put(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}

/** Reads what a {@link BitWriter} wrote. */
export class BitReader implements BitPort {
  readonly #bytes: Uint8Array;
  #at = 0;
  #low = 0;
  #high = 0xffffffff;
  #code = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let index = 0; index < 4; index++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  code(p: number): number {
    const middle = middleOf(this.#low, this.#high, p);
    const bit = this.#code <= middle ? 1 : 0;
    if (bit === 1) this.#high = middle;
    else this.#low = middle + 1;
    while ((this.#low ^ this.#high) >>> 24 === 0) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 0xff) >>> 0;
      this.#code = ((this.#code << 8) | this.#next()) >>> 0;
    }
    return bit;
  }

  #next(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined && this.#at > this.#bytes.length + MAX_OVERRUN)
      throw new RangeCoderOverrun('the coded bits end too early');
    return byte ?? 0;
  }
}

/** A reader is four bytes ahead, and a writer leaves out at most four zeros at its end. */
const MAX_OVERRUN = 8;

function middleOf(low: number, high: number, p: number): number {
  const range = high - low;
  return low + Math.floor(range / 65536) * p + Math.floor(((range % 65536) * p) / 65536);
}

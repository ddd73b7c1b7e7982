import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';

/** A decimal fraction, RFC 8949 §3.4.4: mantissa × 10^exponent. */
export type CborDecimal = { readonly exponent: number; readonly mantissa: number | bigint };

/**
 * The deterministic encoding of a value (RFC 8949 §4.2.1); Maps keep integer keys. Every record that is saved passes here twice, so what
 * changes are made of is written at once; all else is left to the library, whose bytes are the same.
 */
export function encodeCbor(value: unknown): Uint8Array {
  return WRITER.encoded(value);
}

const FIRST_ROOM = 4096;
const KEPT_ROOM = 256 * 1024;

const MAJOR = { natural: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const;
const SIMPLE = { false: 0xf4, true: 0xf5, null: 0xf6 } as const;

/** Encodes one value after the other; nothing is encoded while something is being encoded. */
class Writer {
  #bytes = Buffer.alloc(FIRST_ROOM);
  #at = 0;

  encoded(value: unknown): Uint8Array {
    this.#at = 0;
    this.#write(value);
    const encoded = new Uint8Array(this.#bytes.subarray(0, this.#at));
    if (this.#bytes.length > KEPT_ROOM) this.#bytes = Buffer.alloc(FIRST_ROOM);
    return encoded;
  }

  #write(value: unknown): void {
    if (typeof value === 'string') this.#text(value);
    else if (Number.isSafeInteger(value)) this.#integer(value as number);
    else if (typeof value === 'boolean') this.#byte(value ? SIMPLE.true : SIMPLE.false);
    else if (value === null) this.#byte(SIMPLE.null);
    else if (value instanceof Uint8Array) {
      this.#head(MAJOR.bytes, value.length);
      this.#put(value);
    } else if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Map && hasAscendingKeys(value)) this.#map(value);
    else if (value instanceof Tagged) {
      this.#head(MAJOR.tag, value.tag);
      this.#write(value.value);
    } else this.#put(encode(value, rfc8949EncodeOptions));
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#head(MAJOR.text, length);
    this.#room(length);
    this.#at += this.#bytes.write(text, this.#at, length, 'utf8');
  }

  #integer(value: number): void {
    if (value >= 0) this.#head(MAJOR.natural, value);
    else this.#head(MAJOR.negative, -1 - value);
  }

  #array(members: readonly unknown[]): void {
    this.#head(MAJOR.array, members.length);
    for (const member of members) this.#write(member);
  }

  #map(map: ReadonlyMap<number, unknown>): void {
    this.#head(MAJOR.map, map.size);
    for (const [key, value] of map) {
      this.#head(MAJOR.natural, key);
      this.#write(value);
    }
  }

  /** The first bytes of an item, in the shortest form. */
  #head(major: number, argument: number): void {
    this.#room(9);
    const first = major << 5;
    if (argument < 24) this.#bytes[this.#at++] = first | argument;
    else if (argument < 0x100) {
      this.#bytes[this.#at] = first | 24;
      this.#at = this.#bytes.writeUInt8(argument, this.#at + 1);
    } else if (argument < 0x10000) {
      this.#bytes[this.#at] = first | 25;
      this.#at = this.#bytes.writeUInt16BE(argument, this.#at + 1);
    } else if (argument < 0x100000000) {
      this.#bytes[this.#at] = first | 26;
      this.#at = this.#bytes.writeUInt32BE(argument, this.#at + 1);
    } else {
      this.#bytes[this.#at] = first | 27;
      this.#bytes.writeUInt32BE(Math.floor(argument / 0x100000000), this.#at + 1);
      this.#at = this.#bytes.writeUInt32BE(argument >>> 0, this.#at + 5);
    }
  }

  #put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.#at + length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

const WRITER = new Writer();

/** Whether the keys are natural numbers in the order that they have in deterministic CBOR. */
function hasAscendingKeys(map: ReadonlyMap<unknown, unknown>): map is ReadonlyMap<number, unknown> {
  let last = -1;
  for (const key of map.keys()) {
    if (!Number.isSafeInteger(key) || (key as number) <= last) return false;
    last = key as number;
  }
  return true;
}

/** Wraps a decimal fraction for {@link encodeCbor}. */
export function cborDecimal(decimal: CborDecimal): unknown {
  return new Tagged(4, [decimal.exponent, decimal.mantissa]);
}

/** The decimal fraction in a decoded value, or undefined when it is something else. */
export function asCborDecimal(value: unknown): CborDecimal | undefined {
  if (!(value instanceof Tagged) || !Array.isArray(value.value)) return undefined;
  const [exponent, mantissa] = value.value as unknown[];
  if (!Number.isSafeInteger(exponent)) return undefined;
  if (typeof mantissa !== 'bigint' && !Number.isSafeInteger(mantissa)) return undefined;
  return { exponent: exponent as number, mantissa: mantissa as number | bigint };
}

/**
 * Decodes bytes that a stranger may have sent: maps become Maps, and duplicate keys, non-minimal integers, indefinite
 * lengths, other tags and trailing bytes throw.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decode(bytes, STRICT);
}

const STRICT = {
  useMaps: true,
  strict: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  tags: Tagged.preserve(4),
};

/** How large the packets of a connection may be, in bytes after the fixed header (MQTT 3.1.1 §2.2.3). */
export type PacketBounds = {
  /** Of the first, which is CONNECT: whoever sends it is nobody yet. */
  readonly connect: number;
  /** Of every later one. */
  readonly later: number;
};

/** What is wrong with a connection's bytes. */
export type PacketFault = 'not-connect' | 'too-large' | 'malformed-length' | 'reserved-type';

/** MQTT 3.1.1 §2.2.1: CONNECT 1; 0 and 15 are reserved. */
const CONNECT = 1;
const RESERVED: ReadonlySet<number> = new Set([0, 15]);
const LONGEST_LENGTH = 4;

/**
 * Follows the fixed headers of an MQTT connection as its bytes come, in pieces of any size, and tells what must not be: a first packet
 * that is no CONNECT, a packet beyond the bounds (told when its length is known, before its content comes), a length of more than four
 * bytes. What a packet says is not looked at: a parser does that, and never holds more than one packet of these bounds.
 */
export class PacketWatch {
  readonly #bounds: PacketBounds;
  #packets = 0;
  /** Bytes of the present packet that are still to come; -1 while its header is read. */
  #left = -1;
  #lengthBytes = 0;
  #length = 0;
  #hasType = false;

  constructor(bounds: PacketBounds) {
    this.#bounds = bounds;
  }

  /** How many packets have begun. */
  get packets(): number {
    return this.#packets;
  }

  /** Takes the next bytes; answers what is wrong with them, and is of no more use then. */
  take(bytes: Uint8Array): PacketFault | undefined {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, bytes.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#begin();
        continue;
      }
      const fault = this.#header(bytes[at] as number);
      if (fault !== undefined) return fault;
      at++;
    }
    return undefined;
  }

  #begin(): void {
    this.#left = -1;
    this.#hasType = false;
    this.#lengthBytes = 0;
    this.#length = 0;
  }

  #header(byte: number): PacketFault | undefined {
    if (!this.#hasType) return this.#type(byte >> 4);
    // §2.2.3: seven bits a byte, the lowest first; the highest bit says that more follow.
    this.#length += (byte & 0x7f) * 0x80 ** this.#lengthBytes;
    this.#lengthBytes++;
    const bound = this.#packets === 1 ? this.#bounds.connect : this.#bounds.later;
    if (this.#length > bound) return 'too-large';
    if ((byte & 0x80) !== 0) return this.#lengthBytes === LONGEST_LENGTH ? 'malformed-length' : undefined;
    this.#left = this.#length;
    if (this.#left === 0) this.#begin();
    return undefined;
  }

  #type(type: number): PacketFault | undefined {
    if (RESERVED.has(type)) return 'reserved-type';
    if (this.#packets === 0 && type !== CONNECT) return 'not-connect';
    this.#packets++;
    this.#hasType = true;
    return undefined;
  }
}

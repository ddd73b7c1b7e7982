/** The first byte of a piece of a frame that is too long for one message; no frame begins with it. */
const PIECE = 0x0f;
const PIECE_HEADER_BYTES = 4;
const MAX_PIECES = 15;
/** How long pieces wait for the others, in milliseconds, and of how many frames at most. */
const WAIT_MS = 24 * 60 * 60 * 1000;
const MAX_WAITING = 64;
/** What stands before a frame as text, so that a receiver knows it from what people write. */
const TEXT_PREFIX = 'SH1.';
/** A text of one message (3GPP TS 23.038: 160 characters of GSM 7 bit), and the bytes that base64url puts into what is left. */
const TEXT_CHARACTERS = 160;
const TEXT_BYTES = Math.floor(((TEXT_CHARACTERS - TEXT_PREFIX.length) * 3) / 4);

/**
 * A frame as the payloads of short messages: itself where it fits, or pieces of `maxBytes`, each with the frame's `name` (16 bits), its
 * place and their number. Throws a RangeError on a frame that 15 pieces do not hold.
 */
export function piecesOf(frame: Uint8Array, name: number, maxBytes: number): readonly Uint8Array[] {
  if (frame.length <= maxBytes) return [frame];
  const room = maxBytes - PIECE_HEADER_BYTES;
  const count = Math.ceil(frame.length / room);
  if (count > MAX_PIECES) throw new RangeError(`a frame of ${frame.length} bytes is none for short messages`);
  return Array.from({ length: count }, (_, index) =>
    Buffer.concat([
      Uint8Array.of(PIECE, (name >> 8) & 0xff, name & 0xff, (index << 4) | count),
      frame.subarray(index * room, (index + 1) * room),
    ]),
  );
}

/** A payload as a text, where a network drops 8-bit messages: base64url (RFC 4648 §5) after a mark, in letters that GSM 7 bit has. */
export function textOf(payload: Uint8Array): string {
  return TEXT_PREFIX + Buffer.from(payload).toString('base64url');
}

/** The payload in a text of {@link textOf}; undefined for what people write. */
export function payloadOf(text: string): Uint8Array | undefined {
  if (!text.startsWith(TEXT_PREFIX)) return undefined;
  const body = text.slice(TEXT_PREFIX.length);
  return /^[A-Za-z0-9_-]+$/.test(body) ? new Uint8Array(Buffer.from(body, 'base64url')) : undefined;
}

/** How many bytes a text of one message holds. */
export function textRoom(): number {
  return TEXT_BYTES;
}

type Waiting = { readonly pieces: (Uint8Array | undefined)[]; readonly since: number };

/** Puts pieces together, from any sender and in any order; what stays incomplete for a day is forgotten. */
export class PieceCollector {
  readonly #waiting = new Map<string, Waiting>();

  /** The frame that a payload is, or that it completes; undefined while pieces are missing. */
  take(sender: string, payload: Uint8Array, nowMs: number): Uint8Array | undefined {
    if (payload[0] !== PIECE) return payload;
    const [, high = 0, low = 0, place = 0] = payload;
    const [index, count] = [place >> 4, place & 0x0f];
    if (payload.length <= PIECE_HEADER_BYTES || index >= count) return undefined;
    const key = `${sender} ${(high << 8) | low} ${count}`;
    for (const [name, { since }] of this.#waiting)
      if (nowMs - since > WAIT_MS || (this.#waiting.size >= MAX_WAITING && name !== key)) this.#waiting.delete(name);
    const waiting = this.#waiting.get(key) ?? { pieces: new Array<Uint8Array | undefined>(count), since: nowMs };
    waiting.pieces[index] = payload.subarray(PIECE_HEADER_BYTES);
    this.#waiting.set(key, waiting);
    const pieces = Array.from(waiting.pieces);
    if (pieces.some((piece) => piece === undefined)) return undefined;
    this.#waiting.delete(key);
    return Buffer.concat(pieces as Uint8Array[]);
  }
}

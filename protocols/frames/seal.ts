import { fromHex, toHex } from '../crypto/bytes.ts';
import { aeadOpen, aeadSeal, keyedHash, type LinkKeys } from '../crypto/sodium.ts';
import { decodeMessage, encodeMessage, FRAME_TYPE, frameTypeOf, MalformedMessage, type Message } from './messages.ts';

/** Thrown when a frame was not sealed by the other end, was altered, or comes out of its turn. */
export class ForgedFrame extends Error {
  override readonly name = 'ForgedFrame';
}

/** The header of a HELLO frame, in clear: who speaks. type 1 · node 3 · incarnation 6 · counter 2 bytes. */
export type HelloHeader = { readonly node: number; readonly incarnation: string; readonly counter: number };

const HELLO_HEADER_BYTES = 12;

/** Seals a HELLO under the key of the sender's incarnation. `counter` is used once in an incarnation (at most 65,535). */
export function sealHello(header: HelloHeader, message: Message, sendKey: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HELLO_HEADER_BYTES);
  bytes.writeUInt8(FRAME_TYPE.hello, 0);
  bytes.writeUIntBE(header.node, 1, 3);
  bytes.set(fromHex(header.incarnation), 4);
  bytes.writeUInt16BE(header.counter, 10);
  const key = helloKey(sendKey, header.incarnation);
  return Buffer.concat([bytes, aeadSeal(key, header.counter, { header: bytes, body: encodeMessage(message) })]);
}

/** Who a HELLO frame claims to come from; throws {@link ForgedFrame} on a frame that is no HELLO. */
export function helloHeader(frame: Uint8Array): HelloHeader {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < HELLO_HEADER_BYTES || bytes[0] !== FRAME_TYPE.hello) throw new ForgedFrame('not a HELLO');
  return { node: bytes.readUIntBE(1, 3), incarnation: toHex(bytes.subarray(4, 10)), counter: bytes.readUInt16BE(10) };
}

/** Opens a HELLO; throws {@link ForgedFrame} unless the owner of `receiveKey`'s other end sealed it. */
export function openHello(frame: Uint8Array, receiveKey: Uint8Array): Message {
  const { incarnation, counter } = helloHeader(frame);
  const header = frame.subarray(0, HELLO_HEADER_BYTES);
  const body = aeadOpen(helloKey(receiveKey, incarnation), counter, {
    header,
    body: frame.subarray(HELLO_HEADER_BYTES),
  });
  if (body === undefined) throw new ForgedFrame('this HELLO was not sealed by the node it names');
  return decodeMessage(FRAME_TYPE.hello, body);
}

/** What both ends know once both HELLOs are read; it makes the keys of one connection. */
export type SessionSeed = {
  readonly nodeIncarnation: string;
  readonly hubIncarnation: string;
  readonly nodeNonce: Uint8Array;
  readonly hubNonce: Uint8Array;
};

/**
 * The live lane of one connection: seals and opens frames of one byte of header, with an implied counter a direction.
 * Frames must be opened in the order in which they were sealed, which a TCP connection gives.
 */
export class LiveLane {
  readonly #sendKey: Uint8Array;
  readonly #receiveKey: Uint8Array;
  #sent = 0;
  #received = 0;

  constructor(link: LinkKeys, seed: SessionSeed) {
    this.#sendKey = liveKey(link.send, seed);
    this.#receiveKey = liveKey(link.receive, seed);
  }

  /** The frame of a message; each call consumes a counter. */
  seal(message: Message): Uint8Array {
    const header = Uint8Array.of(frameTypeOf(message));
    const body = aeadSeal(this.#sendKey, this.#sent++, { header, body: encodeMessage(message) });
    return Buffer.concat([header, body]);
  }

  /** The message in a frame; throws {@link ForgedFrame} or {@link MalformedMessage}. */
  open(frame: Uint8Array): Message {
    const header = frame.subarray(0, 1);
    const body = aeadOpen(this.#receiveKey, this.#received, { header, body: frame.subarray(1) });
    if (body === undefined) throw new ForgedFrame('this frame was not sealed by the other end of this connection');
    this.#received++;
    const type = header[0];
    if (type === undefined || type === FRAME_TYPE.hello) throw new MalformedMessage('a HELLO belongs at the start');
    return decodeMessage(type, body);
  }
}

function helloKey(linkKey: Uint8Array, incarnation: string): Uint8Array {
  return keyedHash(linkKey, Buffer.concat([Buffer.from('hello'), fromHex(incarnation)]));
}

function liveKey(linkKey: Uint8Array, seed: SessionSeed): Uint8Array {
  const { nodeIncarnation, hubIncarnation, nodeNonce, hubNonce } = seed;
  return keyedHash(
    linkKey,
    Buffer.concat([Buffer.from('live'), fromHex(nodeIncarnation), fromHex(hubIncarnation), nodeNonce, hubNonce]),
  );
}

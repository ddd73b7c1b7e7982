import { fromHex, toHex } from '../crypto/bytes.ts';
import { aeadOpen, aeadSeal, keyedHash, type LinkKeys } from '../crypto/sodium.ts';
import type { ChangesCodec, EncodedBody, Writing } from './codec/codec.ts';
import type { FrameContext } from './codec/frame-memory.ts';
import { LaneChanges } from './codec/lane-changes.ts';
import {
  type CarriedChange,
  decodeMessage,
  encodeMessage,
  FRAME_TYPE,
  frameTypeOf,
  type HubHello,
  MalformedMessage,
  type Message,
  type NodeHello,
  type PlainMessage,
} from './messages.ts';

/** Thrown when a frame was not sealed by the other end, was altered, or comes out of its turn. */
export class ForgedFrame extends Error {
  override readonly name = 'ForgedFrame';
}

/** The header of a HELLO frame, in clear: who speaks. type 1 · node 3 · incarnation 6 · counter 2 bytes. */
export type HelloHeader = { readonly node: number; readonly incarnation: string; readonly counter: number };

const HELLO_HEADER_BYTES = 12;
/** What a live frame takes besides its body: its type, and the seal's tag (RFC 8439 §2.8). */
export const SEAL_BYTES = 17;
/** So many incarnations of a node are named by their place. */
const MAX_ORIGINS = 8;

/** Seals a HELLO under the key of the sender's incarnation. `counter` is used once in an incarnation (at most 65,535). */
export function sealHello(header: HelloHeader, message: PlainMessage, sendKey: Uint8Array): Uint8Array {
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
export function openHello(frame: Uint8Array, receiveKey: Uint8Array): PlainMessage {
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
  readonly #sentChanges: LaneChanges;
  readonly #receivedChanges: LaneChanges;
  #sent = 0;
  #received = 0;

  constructor(link: LinkKeys, seed: SessionSeed, coding: LaneCoding) {
    this.#sendKey = liveKey(link.send, seed);
    this.#receiveKey = liveKey(link.receive, seed);
    this.#sentChanges = new LaneChanges(coding.codec, coding.sending);
    this.#receivedChanges = new LaneChanges(coding.codec, coding.receiving);
  }

  /** The frame of a message; each call consumes a counter. */
  seal(message: PlainMessage): Uint8Array {
    return this.#seal(frameTypeOf(message), encodeMessage(message));
  }

  /** The body that these changes would have in the next frame of changes: its size tells how many fit. */
  prepare(changes: readonly CarriedChange[], writing: Omit<Writing, 'context'>): EncodedBody {
    return this.#sentChanges.prepare(changes, writing);
  }

  /** The frame of a prepared body, which must be the one prepared last; consumes a counter. */
  sealChanges(prepared: EncodedBody): Uint8Array {
    this.#sentChanges.sent(prepared);
    return this.#seal(FRAME_TYPE.changes, prepared.body);
  }

  /** The message in a frame; throws {@link ForgedFrame} or {@link MalformedMessage}. */
  open(frame: Uint8Array): Message {
    const header = frame.subarray(0, 1);
    const body = aeadOpen(this.#receiveKey, this.#received, { header, body: frame.subarray(1) });
    if (body === undefined) throw new ForgedFrame('this frame was not sealed by the other end of this connection');
    this.#received++;
    const type = header[0];
    if (type === undefined || type === FRAME_TYPE.hello) throw new MalformedMessage('a HELLO belongs at the start');
    if (type === FRAME_TYPE.changes) return { kind: 'changes', changes: this.#receivedChanges.receive(body) };
    return decodeMessage(type, body);
  }

  #seal(type: number, body: Uint8Array): Uint8Array {
    const header = Uint8Array.of(type);
    return Buffer.concat([header, aeadSeal(this.#sendKey, this.#sent++, { header, body })]);
  }
}

/** How the changes of a connection are coded, from what both HELLOs said. */
export type LaneCoding = {
  readonly codec: ChangesCodec;
  readonly sending: FrameContext;
  readonly receiving: FrameContext;
};

/** What both ends know of the changes that will go up and down, once both HELLOs are said. */
export function laneContexts(
  {
    node,
    nodeIncarnation,
    hubIncarnation,
  }: Pick<SessionSeed, 'nodeIncarnation' | 'hubIncarnation'> & { readonly node: number },
  hello: NodeHello,
  answer: HubHello,
): { readonly up: FrameContext; readonly down: FrameContext } {
  const upTo = answer.received?.upTo ?? 0;
  const incarnations = [...new Set([nodeIncarnation, ...hello.lineage.map(({ incarnation }) => incarnation)])];
  return {
    up: {
      // Sequences go on from incarnation to incarnation: whichever the next change is of, this is what came before.
      origins: incarnations.slice(0, MAX_ORIGINS).map((incarnation) => ({ node, incarnation, lastSequence: upTo })),
      afterPosition: upTo,
      clockMs: hello.wallMs,
    },
    down: {
      origins: [{ node: 0, incarnation: hubIncarnation, lastSequence: 0 }],
      afterPosition: answer.feed?.upTo ?? hello.feedReceived,
      clockMs: answer.wallMs,
    },
  };
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

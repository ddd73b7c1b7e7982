import { fromHex, toHex } from '../crypto/bytes.ts';
import { aeadOpen, aeadSeal, keyedHash } from '../crypto/sodium.ts';
import type { StampParts } from './codec/change-shape.ts';
import type { ChangesCodec, EncodedBody } from './codec/codec.ts';
import { NEWEST_MODEL } from './codec/codec.ts';
import type { FrameContext } from './codec/frame-memory.ts';
import {
  type Ack,
  type CarriedChange,
  decodeMessage,
  encodeMessage,
  FRAME_TYPE,
  MalformedMessage,
} from './messages.ts';
import { ForgedFrame, type HelloHeader } from './seal.ts';

/** What goes in short messages: urgent changes up, and what says that they are safe down. */
export type ShortFrame =
  | { readonly kind: 'changes'; readonly changes: readonly CarriedChange[] }
  | { readonly kind: 'ack'; readonly ack: Ack };

/** The key of one direction of a link (docs/protocol.md, 4.2), and the codec. */
export type ShortKeys = { readonly linkKey: Uint8Array; readonly codec: ChangesCodec };

const HEADER_BYTES = 12;
const TAG_BYTES = 16;
/** What an 8-bit message with a port header holds: 140 bytes less 7 (3GPP TS 23.040 §9.2.3.24.4). */
export const SHORT_MESSAGE_BYTES = 133;
/** The body of a frame that needs one message, in bytes. */
export const SHORT_BODY_BYTES = SHORT_MESSAGE_BYTES - HEADER_BYTES - TAG_BYTES;
/** Both ends count instants from here, so that none need be told: it never changes. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** The header of a short frame: type 1 · node 3 · sender's incarnation 6 · counter 2 bytes. */
export type ShortHeader = HelloHeader & { readonly type: number };

/**
 * The body that changes have in a short frame. It decodes alone: what it says is not told from any frame before it, because short
 * messages come in any order, twice or never.
 */
export function shortBody(
  changes: readonly CarriedChange[],
  { node, incarnation }: Pick<HelloHeader, 'node' | 'incarnation'>,
  coding: { readonly codec: ChangesCodec; readonly stampOf: (id: string) => StampParts | undefined },
): EncodedBody {
  const { codec, stampOf } = coding;
  return codec.encode(changes, { context: contextOf({ node, incarnation }), stampOf, model: NEWEST_MODEL });
}

/** The frame of a body of {@link shortBody}; `counter` is used once in an incarnation. */
export function sealShortChanges(header: HelloHeader, { body }: EncodedBody, linkKey: Uint8Array): Uint8Array {
  return seal({ ...header, type: FRAME_TYPE.changes }, body, linkKey);
}

/** The frame of an acknowledgement; `node` is whom it is for, incarnation and counter are the hub's. */
export function sealShortAck(header: HelloHeader, ack: Ack, linkKey: Uint8Array): Uint8Array {
  return seal({ ...header, type: FRAME_TYPE.ack }, encodeMessage(ack), linkKey);
}

/** Who a short frame claims to come from, or to be for; throws {@link ForgedFrame} on bytes that are none. */
export function shortHeader(frame: Uint8Array): ShortHeader {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const type = bytes[0];
  if (bytes.length < HEADER_BYTES + TAG_BYTES || (type !== FRAME_TYPE.changes && type !== FRAME_TYPE.ack))
    throw new ForgedFrame('not a short frame');
  const incarnation = toHex(bytes.subarray(4, 10));
  return { type, node: bytes.readUIntBE(1, 3), incarnation, counter: bytes.readUInt16BE(10) };
}

/** Opens a short frame; throws {@link ForgedFrame} unless the owner of the link's other end sealed it, {@link MalformedMessage} on nonsense. */
export function openShort(frame: Uint8Array, { linkKey, codec }: ShortKeys): ShortFrame {
  const { type, node, incarnation, counter } = shortHeader(frame);
  const header = frame.subarray(0, HEADER_BYTES);
  const body = aeadOpen(keyOf(linkKey, incarnation), counter, { header, body: frame.subarray(HEADER_BYTES) });
  if (body === undefined) throw new ForgedFrame('this short frame was not sealed by the node it names');
  if (type === FRAME_TYPE.changes)
    return { kind: 'changes', changes: codec.decode(body, contextOf({ node, incarnation })).changes };
  const ack = decodeMessage(type, body);
  if (ack.kind !== 'ack') throw new MalformedMessage('an acknowledgement was expected');
  return { kind: 'ack', ack };
}

function seal(header: ShortHeader, body: Uint8Array, linkKey: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt8(header.type, 0);
  bytes.writeUIntBE(header.node, 1, 3);
  bytes.set(fromHex(header.incarnation), 4);
  bytes.writeUInt16BE(header.counter, 10);
  return Buffer.concat([bytes, aeadSeal(keyOf(linkKey, header.incarnation), header.counter, { header: bytes, body })]);
}

function keyOf(linkKey: Uint8Array, incarnation: string): Uint8Array {
  return keyedHash(linkKey, Buffer.concat([Buffer.from('sms'), fromHex(incarnation)]));
}

function contextOf({ node, incarnation }: Pick<HelloHeader, 'node' | 'incarnation'>): FrameContext {
  return { origins: [{ node, incarnation, lastSequence: 0 }], afterPosition: 0, clockMs: EPOCH_MS };
}

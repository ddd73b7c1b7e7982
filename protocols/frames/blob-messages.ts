import { encodeCbor } from '../cbor.ts';
import { fromUuid, toUuid } from '../crypto/bytes.ts';
import { MAX_CONTENT_BYTES } from '../documents/content-type.ts';
import { bytes, natural } from './message-parts.ts';

/** No piece of content is larger, in bytes. */
export const MAX_PIECE_BYTES = 64 * 1024;

/** A piece of the content of a record, from `offset` on, of `size` bytes in all. */
export type BlobPiece = {
  readonly kind: 'blob-piece';
  readonly record: string;
  readonly offset: number;
  readonly size: number;
  readonly bytes: Uint8Array;
};

/**
 * Why content is not taken: `unknown`: the receiver has no such record, or none that says which content it has; `differs`: what came
 * was not what the record says, and is begun anew; `later`: the receiver cannot keep anything at present.
 */
export type BlobRefusal = 'unknown' | 'differs' | 'later';

/** The receiver's answer to each piece: everything before `upTo` is safe there; at the content's size it is whole and has the record's hash. */
export type BlobHave = {
  readonly kind: 'blob-have';
  readonly record: string;
  readonly upTo: number;
  readonly refusal?: BlobRefusal;
};

/** The node asks for content from `offset` on, in pieces that begin no larger than `pieceBytes`. */
export type BlobAsk = {
  readonly kind: 'blob-ask';
  readonly record: string;
  readonly offset: number;
  readonly pieceBytes: number;
};

/** The hub has not got what was asked for. */
export type BlobAbsent = { readonly kind: 'blob-absent'; readonly record: string };

/** The hub has by now what it lacked when it was asked on this connection. */
export type BlobReady = { readonly kind: 'blob-ready'; readonly record: string };

/** What a BLOB frame says (docs/protocol.md, 15). */
export type BlobMessage = BlobPiece | BlobHave | BlobAsk | BlobAbsent | BlobReady;

const KINDS = ['blob-piece', 'blob-have', 'blob-ask', 'blob-absent', 'blob-ready'] as const;
const REFUSALS = ['unknown', 'differs', 'later'] as const;

/** Whether a message goes in a BLOB frame. */
export function isBlobMessage(message: { readonly kind: string }): message is BlobMessage {
  return (KINDS as readonly string[]).includes(message.kind);
}

/** The body of a BLOB frame. */
export function encodeBlob(message: BlobMessage): Uint8Array {
  return encodeCbor([KINDS.indexOf(message.kind), fromUuid(message.record), ...partsOf(message)]);
}

function partsOf(message: BlobMessage): readonly unknown[] {
  switch (message.kind) {
    case 'blob-piece':
      return [message.offset, message.size, message.bytes];
    case 'blob-have':
      return [message.upTo, ...(message.refusal === undefined ? [] : [REFUSALS.indexOf(message.refusal)])];
    case 'blob-ask':
      return [message.offset, message.pieceBytes];
    default:
      return [];
  }
}

/** What a BLOB frame says, from its decoded CBOR; throws RangeError on anything that {@link encodeBlob} cannot have made. */
export function blobOf([tag, id, ...parts]: readonly unknown[]): BlobMessage {
  const kind = KINDS[natural(tag)];
  const record = toUuid(bytes(id, 16));
  switch (kind) {
    case 'blob-piece':
      return pieceOf(record, parts);
    case 'blob-have':
      return haveOf(record, parts);
    case 'blob-ask':
      return askOf(record, parts);
    case 'blob-absent':
    case 'blob-ready':
      return { kind, record };
    default:
      throw new RangeError('no such BLOB');
  }
}

function pieceOf(record: string, [offset, size, content]: readonly unknown[]): BlobPiece {
  const piece = {
    kind: 'blob-piece',
    record,
    offset: natural(offset),
    size: natural(size),
    bytes: bytes(content),
  } as const;
  const { length } = piece.bytes;
  if (length === 0 || length > MAX_PIECE_BYTES) throw new RangeError('no piece');
  if (piece.size > MAX_CONTENT_BYTES || piece.offset + length > piece.size) throw new RangeError('more than there is');
  return piece;
}

function haveOf(record: string, [upTo, refusal]: readonly unknown[]): BlobHave {
  const have = { kind: 'blob-have', record, upTo: natural(upTo) } as const;
  if (refusal === undefined) return have;
  const named = REFUSALS[natural(refusal)];
  if (named === undefined) throw new RangeError('no such refusal');
  return { ...have, refusal: named };
}

function askOf(record: string, [offset, pieceBytes]: readonly unknown[]): BlobAsk {
  const ask = { kind: 'blob-ask', record, offset: natural(offset), pieceBytes: natural(pieceBytes) } as const;
  if (ask.pieceBytes === 0 || ask.pieceBytes > MAX_PIECE_BYTES) throw new RangeError('no size of pieces');
  return ask;
}

import { decodeCbor, encodeCbor } from '../cbor.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import {
  aeadOpen,
  aeadSeal,
  isSignedBy,
  openSealed,
  type SealKeys,
  type SignKeys,
  sealTo,
  sign,
} from '../crypto/sodium.ts';
import { type BlobMessage, isBlobMessage } from './blob-messages.ts';
import type { ChangesCodec, Writing } from './codec/codec.ts';
import type { FrameContext } from './codec/frame-memory.ts';
import { LaneChanges } from './codec/lane-changes.ts';
import { type Ack, type CarriedChange, decodeMessage, encodeMessage, FRAME_TYPE, MAX_FRAME_BYTES } from './messages.ts';
import type { Sign, Signed } from './sign-messages.ts';

/** What a parcel says of itself, in clear, signed by its sender. */
export type ParcelHeader = {
  /** `up` from a node to the hub, `down` back. */
  readonly direction: 'up' | 'down';
  /** The node that it comes from or goes to. */
  readonly node: number;
  /** The sender's incarnation, 12 hex digits. */
  readonly incarnation: string;
  /** Its changes are at positions after this one: sequences up, places in the feed down. */
  readonly after: number;
  readonly createdMs: number;
  /** The generation of the feed that it counts in (docs/protocol.md, 7): 12 hex digits; absent before any hub was restored. */
  readonly feedGeneration?: string;
};

/** What a parcel holds, piece by piece. */
export type ParcelPiece =
  | { readonly kind: 'changes'; readonly changes: readonly CarriedChange[] }
  | { readonly kind: 'ack'; readonly ack: Ack }
  /** Up: the node's trail; down: the hub's word for it. */
  | { readonly kind: 'sign'; readonly sign: Sign | Signed }
  /** Content of attachments: pieces of it, what is wanted, how far the hub is. */
  | { readonly kind: 'blob'; readonly blob: BlobMessage }
  /** The last piece: the parcel is whole. */
  | { readonly kind: 'end' };

/** Why a file is not taken, or not to its end. */
export type ParcelFault = 'not-a-parcel' | 'forged' | 'not-for-us' | 'altered' | 'cut-short';

/** Thrown when a parcel cannot be opened, or not further. */
export class BrokenParcel extends Error {
  override readonly name = 'BrokenParcel';
  readonly fault: ParcelFault;

  constructor(fault: ParcelFault, options?: ErrorOptions) {
    super(fault, options);
    this.fault = fault;
  }
}

/** Every parcel's file name ends so. */
export const PARCEL_SUFFIX = '.haggui';

/** The name of a parcel's file: whose, which way, and how far it goes; names sort in the order in which parcels are to be taken. */
export function parcelName({
  facility,
  direction,
  upTo,
}: {
  readonly facility: string;
  readonly direction: ParcelHeader['direction'];
  readonly upTo: number;
}): string {
  return `${facility}-${direction === 'up' ? 'aller' : 'retour'}-${String(upTo).padStart(10, '0')}${PARCEL_SUFFIX}`;
}

const MAGIC = Buffer.from('HAGGUI\0\x01', 'latin1');
const SIGNATURE_BYTES = 64;
const LENGTH_BYTES = 4;
const MAX_HEADER_BYTES = 4096;
const END = 0;

/** How many bytes of a file {@link readParcelHead} needs at most. */
export const PARCEL_HEAD_BYTES = MAGIC.length + LENGTH_BYTES + MAX_HEADER_BYTES + SIGNATURE_BYTES;

/**
 * Writes a parcel (docs/protocol.md, 4.14): a header signed by the sender, with a key that only the receiver can open, then frames
 * that can neither be changed, left out nor put in another order, then an end. Each method gives the bytes that come next.
 */
export class ParcelWriter {
  readonly #key: Uint8Array;
  readonly #headHash: Uint8Array;
  readonly #changes: LaneChanges;
  readonly #head: Uint8Array;
  #index = 0;

  /** `key` is 32 random bytes, used for this parcel alone. */
  constructor(
    header: ParcelHeader,
    {
      key,
      signKeys,
      receiverSealKey,
      codec,
    }: {
      readonly key: Uint8Array;
      readonly signKeys: SignKeys;
      readonly receiverSealKey: Uint8Array;
      readonly codec: ChangesCodec;
    },
  ) {
    const { direction, node, incarnation, after, createdMs, feedGeneration } = header;
    const fields = encodeCbor([
      direction === 'up' ? 0 : 1,
      node,
      fromHex(incarnation),
      after,
      createdMs,
      sealTo(receiverSealKey, key),
      ...(feedGeneration === undefined ? [] : [fromHex(feedGeneration)]),
    ]);
    const signed = Buffer.concat([MAGIC, lengthOf(fields), fields]);
    this.#head = Buffer.concat([signed, sign(signed, signKeys.privateKey)]);
    this.#key = key;
    this.#headHash = sha256(this.#head);
    this.#changes = new LaneChanges(codec, contextOf(header));
  }

  /** The header. */
  head(): Uint8Array {
    return this.#head;
  }

  /** Changes whose positions go on from those before. */
  changes(changes: readonly CarriedChange[], writing: Omit<Writing, 'context'>): Uint8Array {
    const prepared = this.#changes.prepare(changes, writing);
    this.#changes.sent(prepared);
    return this.#frame(FRAME_TYPE.changes, prepared.body);
  }

  /** What the sender has of the receiver's. */
  ack(ack: Ack): Uint8Array {
    return this.#frame(FRAME_TYPE.ack, encodeMessage(ack));
  }

  /** The sender's audit trail, or its word for the receiver's. */
  sign(sign: Sign | Signed): Uint8Array {
    return this.#frame(FRAME_TYPE.sign, encodeMessage(sign));
  }

  /** Something of attachments. */
  blob(blob: BlobMessage): Uint8Array {
    return this.#frame(FRAME_TYPE.blob, encodeMessage(blob));
  }

  /** The end; nothing comes after it. */
  end(): Uint8Array {
    return this.#frame(END, new Uint8Array(0));
  }

  #frame(type: number, body: Uint8Array): Uint8Array {
    const header = Buffer.concat([Uint8Array.of(type), this.#headHash]);
    const sealed = aeadSeal(this.#key, this.#index++, { header, body });
    return Buffer.concat([lengthOf(sealed), Uint8Array.of(type), sealed]);
  }
}

/** The header at the start of a file, not yet believed, and the sealed key; `bytes` is its length. Throws {@link BrokenParcel}. */
export function readParcelHead(file: Uint8Array): {
  readonly header: ParcelHeader;
  readonly bytes: number;
  readonly sealedKey: Uint8Array;
} {
  if (Buffer.compare(file.subarray(0, MAGIC.length), MAGIC) !== 0) throw new BrokenParcel('not-a-parcel');
  const length = numberAt(file, MAGIC.length);
  const start = MAGIC.length + LENGTH_BYTES;
  if (length === undefined || length > MAX_HEADER_BYTES) throw new BrokenParcel('not-a-parcel');
  const bytes = start + length + SIGNATURE_BYTES;
  if (bytes > file.length) throw new BrokenParcel('cut-short');
  try {
    const [direction, node, incarnation, after, createdMs, sealedKey, feedGeneration] = decodeCbor(
      file.subarray(start, start + length),
    ) as readonly unknown[];
    if (![direction, node, after, createdMs].every((value) => Number.isSafeInteger(value) && (value as number) >= 0))
      throw new RangeError('no header');
    const header: ParcelHeader = {
      direction: direction === 0 ? 'up' : 'down',
      node: node as number,
      incarnation: toHex(incarnation as Uint8Array),
      after: after as number,
      createdMs: createdMs as number,
      ...(feedGeneration instanceof Uint8Array ? { feedGeneration: toHex(feedGeneration) } : {}),
    };
    if (header.incarnation.length !== 12 || (header.feedGeneration?.length ?? 12) !== 12)
      throw new RangeError('no header');
    return { header, bytes, sealedKey: sealedKey as Uint8Array };
  } catch (cause) {
    throw new BrokenParcel('not-a-parcel', { cause });
  }
}

/** Opens a parcel piece by piece, each only when all before it were good. */
export class ParcelReader {
  readonly #key: Uint8Array;
  readonly #headHash: Uint8Array;
  readonly #changes: LaneChanges;
  #index = 0;

  /** `head` is the file's start, as long as {@link readParcelHead} says. Throws {@link BrokenParcel} unless the sender signed it for us. */
  constructor(
    head: Uint8Array,
    {
      senderSignKey,
      sealKeys,
      codec,
    }: { readonly senderSignKey: Uint8Array; readonly sealKeys: readonly SealKeys[]; readonly codec: ChangesCodec },
  ) {
    const { header, sealedKey } = readParcelHead(head);
    const signed = head.subarray(0, head.length - SIGNATURE_BYTES);
    if (!isSignedBy(senderSignKey, signed, head.subarray(signed.length))) throw new BrokenParcel('forged');
    const key =
      sealedKey instanceof Uint8Array
        ? sealKeys.map((keys) => openSealed(keys, sealedKey)).find((opened) => opened !== undefined)
        : undefined;
    if (key?.length !== 32) throw new BrokenParcel('not-for-us');
    this.#key = key;
    this.#headHash = sha256(head);
    this.#changes = new LaneChanges(codec, contextOf(header));
  }

  /** How long the next piece is, given at least {@link LENGTH_BYTES} bytes of it. Throws {@link BrokenParcel} on what no piece can be. */
  static pieceBytes(start: Uint8Array): number {
    const length = numberAt(start, 0);
    if (length === undefined) throw new BrokenParcel('cut-short');
    if (length > MAX_FRAME_BYTES) throw new BrokenParcel('altered');
    return LENGTH_BYTES + 1 + length;
  }

  /** Opens the next piece. Throws {@link BrokenParcel}. */
  open(piece: Uint8Array): ParcelPiece {
    if (piece.length < ParcelReader.pieceBytes(piece)) throw new BrokenParcel('cut-short');
    const type = piece[LENGTH_BYTES] as number;
    const header = Buffer.concat([Uint8Array.of(type), this.#headHash]);
    const body = aeadOpen(this.#key, this.#index, { header, body: piece.subarray(LENGTH_BYTES + 1) });
    if (body === undefined) throw new BrokenParcel('altered');
    this.#index += 1;
    if (type === END) return { kind: 'end' };
    try {
      if (type === FRAME_TYPE.changes) return { kind: 'changes', changes: this.#changes.receive(body) };
      const message = decodeMessage(type, body);
      if (isBlobMessage(message)) return { kind: 'blob', blob: message };
      if (message.kind === 'ack') return { kind: 'ack', ack: message };
      if (message.kind === 'sign' || message.kind === 'signed') return { kind: 'sign', sign: message };
    } catch {
      // Sealed by the sender, and still nothing that we know: a later release, or a defect.
    }
    throw new BrokenParcel('altered');
  }
}

function contextOf({ direction, node, incarnation, after, createdMs }: ParcelHeader): FrameContext {
  return {
    origins: [{ node: direction === 'up' ? node : 0, incarnation, lastSequence: direction === 'up' ? after : 0 }],
    afterPosition: after,
    clockMs: createdMs,
  };
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return length;
}

function numberAt(bytes: Uint8Array, at: number): number | undefined {
  if (at + LENGTH_BYTES > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

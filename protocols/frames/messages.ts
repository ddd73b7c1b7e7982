import { decodeCbor, encodeCbor } from '../cbor.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import type { EncodedChange } from '../journal/change-codec.ts';
import { type BlobMessage, blobOf, encodeBlob, isBlobMessage } from './blob-messages.ts';
import { type Digest, digestOf, encodeDigest } from './digest-messages.ts';
import { bytes, list, natural, text } from './message-parts.ts';
import { encodeOffer, type Offer, type Offered, offeredOf, offerOf } from './offer-messages.ts';
import { NO_RANGES, type Ranges } from './ranges.ts';
import {
  encodeRepair,
  type Loading,
  loadingOf,
  type Repair,
  type Repaired,
  repairedOf,
  repairOf,
} from './repair-messages.ts';
import { encodeSign, type Sign, type Signed, signOf, type Witnessed } from './sign-messages.ts';

/** The first byte of every frame. */
export const FRAME_TYPE = {
  hello: 1,
  changes: 2,
  ack: 3,
  digest: 5,
  blob: 6,
  sign: 7,
  offer: 9,
  offered: 10,
  repair: 11,
  repaired: 12,
  loading: 13,
} as const;

/** One past incarnation of a node and the last sequence it wrote; the newest stands first in a HELLO. */
export type LineageEntry = { readonly incarnation: string; readonly lastSequence: number };

/** The node opens with this. */
export type NodeHello = {
  readonly kind: 'node-hello';
  readonly nonce: Uint8Array;
  /** At most 32, newest first; empty before the first change. */
  readonly lineage: readonly LineageEntry[];
  /** The last entry of the hub's feed that is safely here. */
  readonly feedReceived: number;
  readonly wallMs: number;
  readonly isClockTrusted: boolean;
  /** The newest model of the codec that this end knows; it knows all before it. */
  readonly newestModel: number;
  /** Sequences that can wait (the lane `late`), at most {@link MAX_RANGES}: the feed need not wait for them. */
  readonly late: Ranges;
  /** How many changes the hub has not acknowledged, as far as it promised; absent where nothing is known of promises. */
  readonly unacknowledged?: number;
  /** With the former: the generation that `feedReceived` counts in, 12 hex digits; absent before any hub was restored. */
  readonly feedGeneration?: string;
};

/** So many ranges are named in a HELLO or ACK. */
export const MAX_RANGES = 8;

/** What the hub has of a node: everything up to `upTo`, and the ranges `beyond` it, at most {@link MAX_RANGES}. */
export type Received = { readonly incarnation: string; readonly upTo: number; readonly beyond: Ranges };

/**
 * Where the node's feed stands after the hub was restored from a backup (docs/protocol.md, 7): in which generation, how much
 * of that is believed to be at the node, and whether the node is to offer what it received before it sends anything else.
 */
export type FeedStanding = { readonly generation: string; readonly upTo: number; readonly wantsOffer: boolean };

/** The generation of a feed before any restoration, where it must be named: to a node that is filled from a later place on. */
export const FIRST_GENERATION = '000000000000';

/** The hub answers with this. `received` is null when the hub knows none of the lineage: the node then sends all. */
export type HubHello = {
  readonly kind: 'hub-hello';
  readonly nonce: Uint8Array;
  readonly received: Received | null;
  readonly wallMs: number;
  /** As in {@link NodeHello}. */
  readonly newestModel: number;
  /** Absent when the node's own count is right and nothing more is wanted. */
  readonly feed?: FeedStanding;
};

/** A change on its way, under the key that the receiver counts by. */
export type CarriedChange = {
  /** Upward: the change's own sequence. Downward: its place in the node's feed. */
  readonly position: number;
  readonly encoded: EncodedChange;
};

/** Changes in order of `position`. */
export type Changes = { readonly kind: 'changes'; readonly changes: readonly CarriedChange[] };

/** Everything up to `upTo` is safe at the receiver; refused ones are among them, with their code. */
export type Ack = {
  readonly kind: 'ack';
  readonly upTo: number;
  /** The first 8 bytes of the receiver's chain head at `upTo`; empty for the feed. */
  readonly head: Uint8Array;
  readonly refused: readonly { readonly position: number; readonly code: string }[];
  /** Repeats among what this acknowledges: counted, nothing else. */
  readonly repeats: number;
  /** What is safe beyond `upTo`, of the ranges that what this acknowledges lies in; at most {@link MAX_RANGES}. */
  readonly beyond: Ranges;
};

/** The plaintext of a frame that is decoded by itself. */
export type PlainMessage =
  | NodeHello
  | HubHello
  | Ack
  | Digest
  | Offer
  | Offered
  | Repair
  | Repaired
  | Loading
  | BlobMessage
  | Sign
  | Signed
  | Witnessed;

/** The plaintext of a frame. */
export type Message = PlainMessage | Changes;

/** Thrown on a frame body that is none. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** No frame body is larger, sealed or open, in bytes. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;

/** The type byte of a message's frame. */
export function frameTypeOf(message: Message): number {
  if (message.kind === 'node-hello' || message.kind === 'hub-hello') return FRAME_TYPE.hello;
  if (isBlobMessage(message)) return FRAME_TYPE.blob;
  return message.kind === 'signed' || message.kind === 'witnessed' ? FRAME_TYPE.sign : FRAME_TYPE[message.kind];
}

/** The body of a message's frame, before it is sealed. That of CHANGES is the codec's (`codec/codec.ts`). */
export function encodeMessage(message: PlainMessage): Uint8Array {
  switch (message.kind) {
    case 'node-hello': {
      const lineage = message.lineage.map(({ incarnation, lastSequence }) => [fromHex(incarnation), lastSequence]);
      return encodeCbor([
        0,
        message.nonce,
        lineage,
        message.feedReceived,
        message.wallMs,
        message.isClockTrusted,
        message.newestModel,
        ...helloTail(message),
      ]);
    }
    case 'hub-hello': {
      const received =
        message.received === null
          ? null
          : [
              fromHex(message.received.incarnation),
              message.received.upTo,
              ...optional(message.received.beyond, message.received.upTo),
            ];
      const { feed } = message;
      const standing = feed === undefined ? [] : [[fromHex(feed.generation), feed.upTo, feed.wantsOffer]];
      return encodeCbor([1, message.nonce, received, message.wallMs, message.newestModel, ...standing]);
    }
    case 'ack':
      return encodeCbor([
        message.upTo,
        message.head,
        message.refused.map(({ position, code }) => [position, code]),
        message.repeats,
        ...optional(message.beyond, message.upTo),
      ]);
    case 'offer':
    case 'offered':
      return encodeOffer(message);
    case 'digest':
      return encodeDigest(message);
    case 'repair':
    case 'repaired':
    case 'loading':
      return encodeRepair(message);
    case 'sign':
    case 'signed':
    case 'witnessed':
      return encodeSign(message);
    default:
      return encodeBlob(message);
  }
}

/** Decodes a body of the given frame type; throws {@link MalformedMessage} on anything that {@link encodeMessage} cannot have made. */
export function decodeMessage(frameType: number, body: Uint8Array): PlainMessage {
  if (body.length > MAX_FRAME_BYTES) throw new MalformedMessage('frame too large');
  try {
    const parts = list(decodeCbor(body));
    if (frameType === FRAME_TYPE.hello) return parts[0] === 0 ? nodeHello(parts) : hubHello(parts);
    if (frameType === FRAME_TYPE.ack) return ack(parts);
    if (frameType === FRAME_TYPE.digest) return digestOf(parts);
    if (frameType === FRAME_TYPE.sign) return signOf(parts);
    if (frameType === FRAME_TYPE.blob) return blobOf(parts);
    if (frameType === FRAME_TYPE.offer) return offerOf(parts);
    if (frameType === FRAME_TYPE.offered) return offeredOf(parts);
    if (frameType === FRAME_TYPE.repair) return repairOf(parts);
    if (frameType === FRAME_TYPE.repaired) return repairedOf(parts);
    if (frameType === FRAME_TYPE.loading) return loadingOf(parts);
  } catch (error) {
    throw new MalformedMessage((error as Error).message, { cause: error });
  }
  throw new MalformedMessage(`unknown frame type ${frameType}`);
}

function nodeHello([
  ,
  nonce,
  lineage,
  feedReceived,
  wallMs,
  isClockTrusted,
  newestModel,
  late,
  unacknowledged,
  feedGeneration,
]: readonly unknown[]): NodeHello {
  const entries = list(lineage);
  if (entries.length > 32) throw new RangeError('lineage too long');
  return {
    kind: 'node-hello',
    nonce: bytes(nonce, 16),
    lineage: entries.map((entry) => {
      const [incarnation, lastSequence] = list(entry);
      return { incarnation: toHex(bytes(incarnation, 6)), lastSequence: natural(lastSequence) };
    }),
    feedReceived: natural(feedReceived),
    wallMs: natural(wallMs),
    isClockTrusted: isClockTrusted === true,
    newestModel: natural(newestModel),
    late: ranges(late, 0),
    ...(unacknowledged === undefined ? {} : { unacknowledged: natural(unacknowledged) }),
    ...(feedGeneration === undefined ? {} : { feedGeneration: toHex(bytes(feedGeneration, 6)) }),
  };
}

function hubHello([tag, nonce, received, wallMs, newestModel, feed]: readonly unknown[]): HubHello {
  if (tag !== 1) throw new RangeError('neither side’s HELLO');
  const [incarnation, upTo, beyond] = received === null ? [] : list(received);
  return {
    kind: 'hub-hello',
    nonce: bytes(nonce, 16),
    received:
      received === null
        ? null
        : { incarnation: toHex(bytes(incarnation, 6)), upTo: natural(upTo), beyond: ranges(beyond, natural(upTo)) },
    wallMs: natural(wallMs),
    newestModel: natural(newestModel),
    ...(feed === undefined ? {} : { feed: feedStanding(list(feed)) }),
  };
}

function feedStanding([generation, upTo, wantsOffer]: readonly unknown[]): FeedStanding {
  return { generation: toHex(bytes(generation, 6)), upTo: natural(upTo), wantsOffer: wantsOffer === true };
}

function ack([upTo, head, refused, repeats, beyond]: readonly unknown[]): Ack {
  return {
    kind: 'ack',
    upTo: natural(upTo),
    head: bytes(head),
    refused: list(refused).map((entry) => {
      const [position, code] = list(entry);
      return { position: natural(position), code: text(code) };
    }),
    repeats: natural(repeats),
    beyond: ranges(beyond, natural(upTo)),
  };
}

/** The end of a node's HELLO: what most do not have stands last, and behind it nothing. */
function helloTail({ late, unacknowledged, feedGeneration }: NodeHello): readonly unknown[] {
  if (unacknowledged === undefined) return optional(late, 0);
  const generation = feedGeneration === undefined ? [] : [fromHex(feedGeneration)];
  return [...(late.length === 0 ? [[]] : optional(late, 0)), unacknowledged, ...generation];
}

/** Ranges at the end of a message, which most do not have: for each, how far it begins after the one before, and its length less one. */
function optional(ranges: Ranges, after: number): readonly (readonly number[])[] {
  let before = after;
  const steps = ranges.flatMap(({ from, to }) => {
    const pair = [from - before, to - from];
    before = to;
    return pair;
  });
  return steps.length === 0 ? [] : [steps];
}

function ranges(value: unknown, after: number): Ranges {
  if (value === undefined) return NO_RANGES;
  const steps = list(value).map(natural);
  if (steps.length > 2 * MAX_RANGES || steps.length % 2 !== 0) throw new RangeError('no ranges');
  let before = after;
  return Array.from({ length: steps.length / 2 }, (_, index) => {
    const from = before + (steps[2 * index] as number);
    const to = natural(from + (steps[2 * index + 1] as number));
    if (from <= before) throw new RangeError('no rising ranges');
    before = to;
    return { from, to };
  });
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ParcelOutcome, SyncExportAnswer, SyncImportAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import type { SealKeys, SignKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { type ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import { type Ack, MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import {
  BrokenParcel,
  PARCEL_HEAD_BYTES,
  PARCEL_SUFFIX,
  type ParcelHeader,
  ParcelReader,
  ParcelWriter,
  parcelName,
  readParcelHead,
} from '@santehaggui/protocols/frames/parcel.ts';
import { NO_RANGES } from '@santehaggui/protocols/frames/ranges.ts';
import type { Sign, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import { decodeIncoming, OutOfTurn } from '@santehaggui/protocols/journal/follow-chain.ts';
import { roomOnStick, StickMeter, type StickReader, writeStickFile } from '@santehaggui/runtime/files/stick.ts';
import type { OnProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AttachmentsService } from '../attachments/attachments-service.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { RestorationService } from '../restoration/restoration-service.ts';
import type { FeedService } from '../routing/feed-service.ts';
import type { LoadService } from '../routing/load-service.ts';
import type { WitnessService } from '../witness/witness-service.ts';
import type { IngestService } from './ingest-service.ts';
import type { FormerNodes, LinkedNode } from './linked-node.ts';
import { ParcelAttachments } from './parcel-attachments.ts';

/** What the carrier is made of. `nodes` lists the numbers of the nodes that are enrolled. */
export type UsbParts = {
  readonly keys: { readonly sign: SignKeys; readonly seal: SealKeys };
  readonly incarnation: string;
  readonly nodes: () => Promise<readonly number[]>;
  readonly findNode: (node: number) => Promise<LinkedNode | undefined>;
  /** Nodes that were revoked, and what becomes of their changes. */
  readonly former: FormerNodes;
  readonly ingest: IngestService;
  readonly witness: Pick<WitnessService, 'take'>;
  readonly feed: FeedService;
  readonly loads: LoadService;
  readonly attachments: AttachmentsService;
  readonly restoration: RestorationService;
  readonly codec: ChangesCodec;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedFrames;
  readonly randomBytes: (count: number) => Uint8Array;
};

const PAGE_BYTES = 32 * 1024;

type Tally = { changes: number; repeats: number; attachmentBytes: number };
type Refused = Ack['refused'][number];
/** What a parcel for the way back says besides receipt and feed. */
type Reply = {
  readonly refused: readonly Refused[];
  readonly signed: Signed | undefined;
  readonly blobs: ParcelAttachments | undefined;
};

/** The carrier `usb`, the hub's end: parcels of any number of facilities in one folder, and parcels for their way back. */
export class UsbService {
  readonly #parts: UsbParts;

  constructor(parts: UsbParts) {
    this.#parts = parts;
  }

  /**
   * Takes the nodes' parcels out of a folder, each applied before anything is receipted, and writes for each node that was heard a
   * parcel for the way back: the receipt, and its feed. What is wrong with a file stands in its outcome. Throws SH-T302 when the
   * folder cannot be read or written.
   */
  async importFrom(folder: string, onProgress: OnProgress = () => {}): Promise<SyncImportAnswer> {
    const files: ParcelOutcome[] = [];
    const heard = new Map<number, { readonly node: LinkedNode; readonly reply: Reply }>();
    const names = namesIn(folder);
    const pathOf = (name: string): string => join(folder, name);
    const meter = new StickMeter(names.map(pathOf), onProgress);
    for (const name of names) {
      const taken = await this.#take(name, () => meter.open(pathOf(name)), heard);
      files.push(taken.outcome);
      this.#parts.log.info('exchange.parcel', { ...taken.outcome });
      const { result, reason } = taken.outcome;
      if (reason !== undefined && result !== 'skipped')
        this.#parts.refusals.note({ carrier: 'usb', source: folder, code: reason });
      if (taken.node === undefined) continue;
      const before = heard.get(taken.node.node)?.reply;
      const refused = [...(before?.refused ?? []), ...taken.refused];
      const reply = { refused, signed: taken.signed ?? before?.signed, blobs: taken.blobs };
      heard.set(taken.node.node, { node: taken.node, reply });
    }
    const written = [];
    for (const { node, reply } of heard.values()) written.push(await this.#writeBack(folder, node, reply));
    return { files, written };
  }

  /** Writes parcels for all nodes that are enrolled into a folder: receipts and feeds. Throws SH-T302. */
  async exportTo(folder: string, onProgress: OnProgress = () => {}): Promise<SyncExportAnswer> {
    const files = [];
    const numbers = await this.#parts.nodes();
    for (const [at, number] of numbers.entries()) {
      onProgress(at, numbers.length);
      const node = await this.#parts.findNode(number);
      // One that has yet to give back what it received counts its feed in another generation.
      const isAwaited = node !== undefined && (await this.#parts.restoration.isAwaited(node.facility));
      if (node !== undefined && !isAwaited)
        files.push(await this.#writeBack(folder, node, { refused: [], signed: undefined, blobs: undefined }));
    }
    return { files };
  }

  async #take(
    name: string,
    open: () => StickReader,
    heard: ReadonlyMap<number, { readonly reply: Reply }>,
  ): Promise<{ readonly outcome: ParcelOutcome; readonly node?: LinkedNode } & Reply> {
    const { keys, codec, findNode, former, feed } = this.#parts;
    const tally: Tally = { changes: 0, repeats: 0, attachmentBytes: 0 };
    const refused: Refused[] = [];
    let signed: Signed | undefined;
    let node: LinkedNode | undefined;
    let blobs: ParcelAttachments | undefined;
    const outcome = (result: ParcelOutcome['result'], reason?: ParcelOutcome['reason']) => ({
      outcome: { file: name, result, ...(reason === undefined ? {} : { reason }), ...tally },
      // Only who proved to be the sender is answered.
      ...(node === undefined ? {} : { node }),
      refused,
      signed,
      blobs,
    });
    try {
      using file = open();
      const { header, bytes } = readParcelHead(file.peek(PARCEL_HEAD_BYTES));
      if (header.direction !== 'up') return outcome('skipped', 'other-way');
      const formerSender = await former.find(header.node);
      const sender = formerSender ?? (await findNode(header.node));
      if (sender === undefined) return outcome('refused', 'unknown-sender');
      const reader = new ParcelReader(file.take(bytes), {
        senderSignKey: sender.signKey,
        sealKeys: [keys.seal],
        codec,
      });
      if (formerSender === undefined) {
        if (!(await this.#isOfThisHub(sender.facility, header))) return outcome('refused', 'hub-restored');
        node = sender;
        // Of several parcels of a node one answer is written.
        blobs = heard.get(node.node)?.reply.blobs ?? new ParcelAttachments(this.#parts.attachments, node.facility);
      }
      for (;;) {
        const piece = reader.open(file.take(ParcelReader.pieceBytes(file.peek(4))));
        if (piece.kind === 'end') {
          if (formerSender !== undefined) return outcome(tally.changes > 0 ? 'waiting' : 'unchanged', 'revoked');
          return outcome(tally.changes + tally.attachmentBytes > 0 ? 'taken' : 'unchanged');
        }
        if (formerSender !== undefined) {
          if (piece.kind === 'changes')
            tally.changes += await former.keep(sender, decodeIncoming(sender.node, piece.changes));
        } else if (piece.kind === 'blob') {
          tally.attachmentBytes += (await blobs?.take(piece.blob)) ?? 0;
        } else if (piece.kind === 'sign') {
          signed = await this.#witness(sender, piece.sign);
        } else if (piece.kind === 'ack') {
          await feed.acknowledged(sender.facility, Math.min(piece.ack.upTo, await feed.length(sender.facility)));
        } else {
          const incoming = decodeIncoming(sender.node, piece.changes);
          const receipt = await this.#parts.ingest.ingest(sender, incoming);
          tally.changes += receipt.stored;
          tally.repeats += receipt.repeats;
          refused.push(...receipt.refused);
        }
      }
    } catch (error) {
      if (error instanceof OutOfTurn) return outcome('refused', 'gap');
      if (!(error instanceof BrokenParcel)) throw error;
      return outcome(tally.changes + tally.attachmentBytes > 0 ? 'partly' : 'refused', error.fault);
    }
  }

  /** The hub's word for the trail that a parcel shows, with what it is about. Throws BrokenParcel for what is not the node's. */
  async #witness(sender: LinkedNode, sign: Sign | Signed): Promise<Signed> {
    if (sign.kind !== 'sign') throw new BrokenParcel('altered');
    try {
      const signed = await this.#parts.witness.take(sender, sign, { isAnswered: false });
      return { ...signed, checkpoint: sign.checkpoint };
    } catch (error) {
      if (error instanceof MalformedMessage) throw new BrokenParcel('altered', { cause: error });
      throw error;
    }
  }

  /** Whether a parcel was written for the hub as it is, and not before it was put back to a backup. */
  async #isOfThisHub(facility: string, { feedGeneration }: ParcelHeader): Promise<boolean> {
    const { restoration } = this.#parts;
    return !(await restoration.isAwaited(facility)) && (await restoration.generation(facility)) === feedGeneration;
  }

  async #writeBack(
    folder: string,
    node: LinkedNode,
    { refused, signed, blobs }: Reply,
  ): Promise<SyncExportAnswer['files'][number]> {
    const { feed } = this.#parts;
    await this.#parts.loads.fillWhole(node.facility);
    const after = await feed.acknowledgedUpTo(node.facility);
    const upTo = await feed.length(node.facility);
    const standing = await this.#parts.ingest.ingest(node, []);
    // Two receipts may differ where the feeds do not: the name tells both.
    const file = parcelName({ facility: node.facility, direction: 'down', upTo: standing.upTo + upTo });
    const ack: Ack = { kind: 'ack', upTo: standing.upTo, head: standing.head, refused, repeats: 0, beyond: NO_RANGES };
    try {
      const contents = blobs ?? new ParcelAttachments(this.#parts.attachments, node.facility);
      const content = { ack, signed, after, upTo, contents, room: roomOnStick(folder) };
      const bytes = await writeStickFile(join(folder, file), this.#pieces(node, content));
      return { file, changes: upTo - after, bytes };
    } catch (cause) {
      throw failHub('SH-T302', { why: (cause as Error).message, cause });
    }
  }

  async *#pieces(
    node: LinkedNode,
    {
      ack,
      signed,
      after,
      upTo,
      contents,
      room,
    }: Pick<Reply, 'signed'> & {
      readonly ack: Ack;
      readonly after: number;
      readonly upTo: number;
      readonly contents: ParcelAttachments;
      readonly room: number;
    },
  ): AsyncGenerator<Uint8Array> {
    const { keys, incarnation, feed, restoration, codec, clock, randomBytes } = this.#parts;
    const feedGeneration = await restoration.generation(node.facility);
    const head = { direction: 'down' as const, node: node.node, incarnation, after, createdMs: clock.now() };
    const writer = new ParcelWriter(feedGeneration === undefined ? head : { ...head, feedGeneration }, {
      key: randomBytes(32),
      signKeys: keys.sign,
      receiverSealKey: node.sealKey,
      codec,
    });
    yield writer.head();
    yield writer.ack(ack);
    if (signed !== undefined) yield writer.sign(signed);
    let written = 0;
    for (let at = after; at < upTo; ) {
      const { items, creations } = await feed.read(node.facility, at, PAGE_BYTES);
      const last = items.at(-1);
      if (last === undefined) break;
      at = last.position;
      const piece = writer.changes(items, { model: NEWEST_MODEL, stampOf: (id) => creations.get(id) });
      contents.told(node.node, items);
      written += piece.length;
      yield piece;
    }
    for await (const blob of contents.answers(room - written)) yield writer.blob(blob);
    yield writer.end();
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(PARCEL_SUFFIX))
      .sort();
  } catch (cause) {
    throw failHub('SH-T302', { why: (cause as Error).message, cause });
  }
}

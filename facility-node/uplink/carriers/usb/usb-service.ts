import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ParcelOutcome, SyncExportAnswer, SyncImportAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { BlobMessage } from '@santehaggui/protocols/frames/blob-messages.ts';
import { ChangesCodec, NEWEST_MODEL } from '@santehaggui/protocols/frames/codec/codec.ts';
import { type Ack, type CarriedChange, MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import {
  BrokenParcel,
  PARCEL_HEAD_BYTES,
  PARCEL_SUFFIX,
  ParcelReader,
  ParcelWriter,
  parcelName,
  readParcelHead,
} from '@santehaggui/protocols/frames/parcel.ts';
import { NO_RANGES } from '@santehaggui/protocols/frames/ranges.ts';
import type { Sign, Signed } from '@santehaggui/protocols/frames/sign-messages.ts';
import { roomOnStick, StickMeter, type StickReader, writeStickFile } from '@santehaggui/runtime/files/stick.ts';
import type { OnProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { RefusedFrames } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { WitnessService } from '../../../audit/witness-service.ts';
import type { AttachmentStore } from '../../../store/attachment-store.ts';
import type { JournalStore } from '../../../store/journal-store.ts';
import type { HubLink, IdentityKeeper } from '../../../store/node-identity.ts';
import { failUplink } from '../../uplink-errors.ts';
import { attachmentsForHub, takeFromHub } from './stick-attachments.ts';

/** What the carrier is made of. */
export type UsbParts = {
  readonly identity: IdentityKeeper;
  readonly incarnation: string;
  readonly journal: JournalStore;
  readonly attachments: AttachmentStore;
  /** Larger attachments come only when somebody wants to see them. */
  readonly fetchMaxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusedFrames;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Called when the hub's receipt was taken. */
  readonly onReceipt: () => void;
  /** Shows the audit trail to the hub, and takes its word. */
  readonly witness: Pick<WitnessService, 'show' | 'take'>;
};

const PIECE_CHANGES = 250;
const PIECE_BYTES = 256 * 1024;
/** The feed is applied in transactions of so many changes, so that nobody at the LAN waits for long. */
const FEED_BATCH = 50;

/** What a change takes of a parcel, roughly: progress counts both changes and contents. */
const BYTES_OF_A_CHANGE = 10;

type ParcelUp = {
  readonly after: number;
  readonly upTo: number;
  readonly room: number;
  readonly onProgress: OnProgress;
};

type Tally = { changes: number; repeats: number; attachmentBytes: number };

/** The carrier `usb`: parcels on a stick, both ways (docs/protocol.md, 4.14). */
export class UsbService {
  readonly #parts: UsbParts;
  readonly #codec = new ChangesCodec();

  constructor(parts: UsbParts) {
    this.#parts = parts;
  }

  /**
   * Writes what the hub has not acknowledged, and how much of its feed is here, as one parcel into a folder. Throws SH-T112 when no
   * hub is known, SH-T113 when the folder cannot be written; nothing is left behind then.
   */
  async exportTo(folder: string, onProgress: OnProgress = () => {}): Promise<SyncExportAnswer> {
    const { journal, identity } = this.#parts;
    const hub = this.#hub();
    const after = journal.syncState().acknowledgedSequence;
    const upTo = journal.lastSequence();
    const file = parcelName({ facility: identity.current().facility.code, direction: 'up', upTo });
    try {
      const pieces = this.#pieces(hub, { after, upTo, room: roomOnStick(folder), onProgress });
      const bytes = await writeStickFile(join(folder, file), pieces);
      return { files: [{ file, changes: upTo - after, bytes }] };
    } catch (cause) {
      throw failUplink('SH-T113', { why: (cause as Error).message, cause });
    }
  }

  /** Takes the hub's parcels for this node out of a folder: receipts and its feed. What is wrong with a file stands in its outcome. */
  async importFrom(folder: string, onProgress: OnProgress = () => {}): Promise<SyncImportAnswer> {
    const hub = this.#hub();
    const files: ParcelOutcome[] = [];
    const names = this.#names(folder);
    const pathOf = (name: string): string => join(folder, name);
    const meter = new StickMeter(names.map(pathOf), onProgress);
    for (const name of names) files.push(await this.#take(name, () => meter.open(pathOf(name)), hub));
    for (const { file, result, reason } of files) {
      this.#parts.log.info('uplink.parcel', { file, result, reason: reason ?? null });
      if (reason !== undefined && result !== 'skipped')
        this.#parts.refusals.note({ carrier: 'usb', source: folder, code: reason });
    }
    return { files };
  }

  async *#pieces(hub: HubLink, { after, upTo, room, onProgress }: ParcelUp): AsyncGenerator<Uint8Array> {
    const { journal, attachments, fetchMaxBytes, identity, incarnation, clock, randomBytes } = this.#parts;
    const { node } = identity.current();
    const { feedReceived, feedGeneration } = journal.syncState();
    const head = { direction: 'up' as const, node, incarnation, after, createdMs: Math.max(0, clock.now()) };
    const writer = new ParcelWriter(feedGeneration === undefined ? head : { ...head, feedGeneration }, {
      key: randomBytes(32),
      signKeys: identity.signKeys(),
      receiverSealKey: fromHex(hub.sealKey),
      codec: this.#codec,
    });
    yield writer.head();
    yield writer.ack({
      kind: 'ack',
      upTo: feedReceived,
      head: new Uint8Array(),
      refused: [],
      repeats: 0,
      beyond: NO_RANGES,
    });
    yield writer.sign(await this.#parts.witness.show());
    await attachments.confirmAll();
    const content = Math.min(room, attachments.backlog(fetchMaxBytes).toSend.bytes);
    const total = upTo - after + content / BYTES_OF_A_CHANGE;
    let written = 0;
    for (let at = after; at < upTo; ) {
      const changes = journal.journalAfter(at, { bytes: PIECE_BYTES, changes: PIECE_CHANGES, upTo });
      at = (changes.at(-1) as CarriedChange).position;
      const piece = writer.changes(changes, { model: NEWEST_MODEL, stampOf: (id) => journal.creationOf(id) });
      written += piece.length;
      yield piece;
      onProgress(at - after, total);
      await letOthersIn();
    }
    let contentBytes = 0;
    for (const blob of attachmentsForHub(attachments, { budget: room - written, fetchMaxBytes })) {
      const piece = writer.blob(blob);
      contentBytes += piece.length;
      yield piece;
      onProgress(upTo - after + contentBytes / BYTES_OF_A_CHANGE, total);
      await letOthersIn();
    }
    yield writer.end();
  }

  async #take(name: string, open: () => StickReader, hub: HubLink): Promise<ParcelOutcome> {
    const { identity } = this.#parts;
    const tally: Tally = { changes: 0, repeats: 0, attachmentBytes: 0 };
    const outcome = (result: ParcelOutcome['result'], reason?: ParcelOutcome['reason']): ParcelOutcome => ({
      file: name,
      result,
      ...(reason === undefined ? {} : { reason }),
      ...tally,
    });
    try {
      using file = open();
      const { header, bytes } = readParcelHead(file.peek(PARCEL_HEAD_BYTES));
      if (header.direction !== 'down') return outcome('skipped', 'other-way');
      if (header.node !== identity.current().node) return outcome('skipped', 'not-for-us');
      const reader = new ParcelReader(file.take(bytes), {
        senderSignKey: fromHex(hub.signKey),
        sealKeys: identity.openingKeys(),
        codec: this.#codec,
      });
      if (header.feedGeneration !== this.#parts.journal.syncState().feedGeneration)
        return outcome('refused', 'hub-restored');
      for (;;) {
        const piece = reader.open(file.take(ParcelReader.pieceBytes(file.peek(4))));
        if (piece.kind === 'end') return outcome(isNews(tally) ? 'taken' : 'unchanged');
        if (piece.kind === 'blob') tally.attachmentBytes += await this.#content(piece.blob);
        else if (piece.kind === 'ack') tally.changes += this.#acknowledged(piece.ack);
        else if (piece.kind === 'sign') this.#signed(piece.sign);
        else if (!(await this.#fed(piece.changes, tally))) return outcome('refused', 'gap');
      }
    } catch (error) {
      if (!(error instanceof BrokenParcel)) throw error;
      // What was whole before the break is good, and is kept.
      return outcome(isNews(tally) ? 'partly' : 'refused', error.fault);
    }
  }

  /** Takes a receipt; gives how many changes it newly says are safe. An old one says nothing new. */
  #acknowledged(ack: Ack): number {
    const { journal, log } = this.#parts;
    const before = journal.syncState().acknowledgedSequence;
    if (ack.upTo <= before || ack.upTo > journal.lastSequence()) return 0;
    const own = journal.headAt(ack.upTo);
    if (own === undefined || toHex(own.subarray(0, ack.head.length)) !== toHex(ack.head)) {
      log.error('uplink.chain-differs', { sequence: ack.upTo });
      throw new BrokenParcel('altered');
    }
    journal.acknowledge(ack, ack.refused);
    this.#parts.onReceipt();
    return ack.upTo - before;
  }

  /** Takes a piece of an attachment, or how far the hub is with one. */
  async #content(blob: BlobMessage): Promise<number> {
    try {
      return await takeFromHub(this.#parts.attachments, blob);
    } catch (error) {
      if (error instanceof MalformedMessage) throw new BrokenParcel('altered', { cause: error });
      throw error;
    }
  }

  /** Takes the hub's word for the trail that a parcel of this node has shown; an old one says nothing new. */
  #signed(sign: Sign | Signed): void {
    if (sign.kind === 'signed' && sign.checkpoint !== undefined) this.#parts.witness.take(sign, sign.checkpoint);
  }

  /** Applies a piece of the feed; false when something before it is missing. */
  async #fed(changes: readonly CarriedChange[], tally: Tally): Promise<boolean> {
    const { journal } = this.#parts;
    for (let from = 0; from < changes.length; from += FEED_BATCH) {
      const batch = changes.slice(from, from + FEED_BATCH);
      if ((batch[0] as CarriedChange).position > journal.syncState().feedReceived + 1) return false;
      const { repeats } = journal.applyFeed(batch);
      tally.changes += batch.length - repeats;
      tally.repeats += repeats;
      await letOthersIn();
    }
    return true;
  }

  #names(folder: string): readonly string[] {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(PARCEL_SUFFIX))
        .sort();
    } catch (cause) {
      throw failUplink('SH-T113', { why: (cause as Error).message, cause });
    }
  }

  #hub(): HubLink {
    const { hub } = this.#parts.identity.current();
    if (hub === null) throw failUplink('SH-T112');
    return hub;
  }
}

function isNews({ changes, attachmentBytes }: Tally): boolean {
  return changes + attachmentBytes > 0;
}

function letOthersIn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

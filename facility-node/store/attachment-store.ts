import { createHash } from 'node:crypto';
import { setImmediate as letOthersIn } from 'node:timers/promises';
import { judgePart } from '@santehaggui/protocols/documents/content-part.ts';
import {
  type BlobHave,
  type BlobPiece,
  type BlobRefusal,
  MAX_PIECE_BYTES,
} from '@santehaggui/protocols/frames/blob-messages.ts';
import type { DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import type { Statement } from 'better-sqlite3';
import type { RecordStore } from './record-store.ts';

/** What is here of the content of a record. `hash` is null while somebody hands it in part by part. */
export type Attachment = {
  readonly record: string;
  readonly hash: string | null;
  readonly size: number;
  readonly received: number;
  readonly isWhole: boolean;
  /** So many bytes are safe at the hub, as far as it has said. */
  readonly hubReceived: number;
};

/** Content that is to go to the hub or to come from it. */
export type CarriedAttachment = Attachment & { readonly isUrgent: boolean };

/** Content that has been waiting since a moment (ms since 1970); `told`: what was last heard of it, `absent` where the hub has not got it. */
export type WaitingAttachment = {
  readonly record: string;
  readonly isToHub: boolean;
  readonly size: number;
  readonly carried: number;
  readonly since: number;
  readonly told: BlobRefusal | 'absent' | null;
};

/** How many contents are still to be carried, and how many bytes of them. */
export type AttachmentBacklog = { readonly count: number; readonly bytes: number };

type Row = Omit<Attachment, 'isWhole'> & {
  readonly isWhole: number;
  readonly isUrgent?: number;
};

/** Content that was begun at the LAN and to which nothing was added for so long is not gone on with. */
const LEFT_AFTER_MS = 30 * 24 * 3600_000;
const COLUMNS = `a.record_id as record, a.hash, a.size, a.received, a.is_whole as isWhole, a.hub_received as hubReceived`;
const field = (number: number): string => `'$."${number}"'`;
/** Whether the document's patient, or the document itself, is of an evacuation that is under way. */
const URGENT = `exists (select 1 from record f where f.type = ${referral.number}
  and json_extract(f.fields, ${field(referral.fields.patient.number)}) = json_extract(r.fields, ${field(documentReference.fields.patient.number)})
  and json_extract(f.fields, ${field(referral.fields.urgency.number)}) = 'evacuation'
  and coalesce(json_extract(f.fields, ${field(referral.fields.status.number)}), '') not in ('closed', 'cancelled'))`;
const CARRIED = `select ${COLUMNS}, ${URGENT} as isUrgent from attachment a join record r on r.id = a.record_id`;
const TO_SEND = 'a.is_whole = 1 and a.hub_received < a.size and a.refused is null';
/** What waits, given up or not; of what is to come no more than may come by itself or somebody asked for. */
const WAITS = `(a.is_whole = 1 and a.hub_received < a.size
  or a.is_whole = 0 and a.hash is not null and (a.asked_at is not null or a.size <= @maxBytes))`;
const TO_FETCH =
  'a.is_whole = 0 and a.hash is not null and a.refused is null and (a.asked_at is not null or a.size <= ?)';

/** How much room there is, and how much of it is left to what is recorded, in bytes: a tenth of that also by what is handed in. */
export type AttachmentRoom = { readonly freeBytes: () => number; readonly reserveBytes: number };

const ENDLESS: AttachmentRoom = { freeBytes: () => Number.POSITIVE_INFINITY, reserveBytes: 0 };

/** The content of attachments, which lies beside the journal: handed in at the LAN, fetched from the hub, and sent there. */
export class AttachmentStore {
  readonly #store: RecordStore;
  readonly #room: AttachmentRoom;
  readonly #unconfirmed: Statement<[], string>;
  readonly #one: Statement<[string], Row>;
  readonly #begin: Statement<[string, number]>;
  readonly #lastPiece: Statement<[string], { at: number; bytes: Buffer }>;
  readonly #putPiece: Statement<[string, number, Uint8Array]>;
  readonly #grow: Statement<[number, string]>;
  readonly #confirm: Statement<[string, string]>;
  readonly #empty: Statement<[string]>;
  readonly #drop: Statement<[string]>;
  readonly #reset: Statement<[string | null, string]>;
  readonly #pieces: Statement<[string, number, number], { at: number; bytes: Buffer }>;
  readonly #hubHas: Statement<[number, string]>;
  readonly #forgetHub: Statement<[]>;
  readonly #ask: Statement<[number, string]>;
  readonly #toSend: Statement<[number, number], Row>;
  readonly #toFetch: Statement<[number, number], Row>;
  readonly #sendBacklog: Statement<[], AttachmentBacklog>;
  readonly #fetchBacklog: Statement<[number], AttachmentBacklog>;
  readonly #whole: Statement<[], { record: string; hash: string }>;
  readonly #hasAny: Statement<[], number>;
  readonly #isExpected: Statement<[string, number], number>;
  readonly #noticeWaiting: Statement<[{ readonly now: number; readonly maxBytes: number }]>;
  readonly #noticeDone: Statement<[{ readonly maxBytes: number }]>;
  readonly #waiting: Statement<
    [{ readonly before: number; readonly maxBytes: number }],
    Omit<WaitingAttachment, 'isToHub'> & { readonly isToHub: number }
  >;
  readonly #tell: Statement<[string, string]>;
  readonly #forgetLeft: Statement<[number]>;
  readonly #listeners = new Set<() => void>();

  constructor(store: RecordStore, room: AttachmentRoom = ENDLESS) {
    const { db } = store;
    this.#store = store;
    this.#room = room;
    this.#unconfirmed = db
      .prepare<[], string>(
        'select record_id from attachment where is_whole = 0 and hash is not null and received = size and refused is null',
      )
      .pluck();
    this.#one = db.prepare(`select ${COLUMNS} from attachment a where a.record_id = ?`);
    this.#begin = db.prepare('insert into attachment (record_id, size) values (?, ?)');
    this.#lastPiece = db.prepare('select at, bytes from attachment_piece where record_id = ? order by at desc limit 1');
    this.#putPiece = db.prepare('insert or replace into attachment_piece (record_id, at, bytes) values (?, ?, ?)');
    this.#grow = db.prepare(
      `update attachment set received = received + ?, told = null,
         waiting_since = case when hash is null then null else waiting_since end where record_id = ?`,
    );
    this.#confirm = db.prepare(
      'update attachment set is_whole = 1, hash = ?, waiting_since = null where record_id = ? and received = size',
    );
    this.#empty = db.prepare('delete from attachment_piece where record_id = ?');
    this.#drop = db.prepare('delete from attachment where record_id = ?');
    this.#reset = db.prepare('update attachment set received = 0, is_whole = 0, refused = ? where record_id = ?');
    this.#pieces = db.prepare(
      `select at, bytes from attachment_piece where record_id = ? and at > ? - ${MAX_PIECE_BYTES} and at < ? order by at`,
    );
    this.#hubHas = db.prepare(
      'update attachment set hub_received = min(size, ?), refused = null, told = null where record_id = ?',
    );
    this.#forgetHub = db.prepare('update attachment set hub_received = 0, refused = null where hub_received > 0');
    this.#ask = db.prepare(
      'update attachment set asked_at = coalesce(asked_at, ?), refused = null where record_id = ?',
    );
    this.#toSend = db.prepare(
      `${CARRIED} where ${TO_SEND} and isUrgent >= ? order by isUrgent desc, r.created_position limit ?`,
    );
    this.#toFetch = db.prepare(
      `${CARRIED} where ${TO_FETCH}
       order by a.asked_at is null, isUrgent desc, a.received > 0 desc, r.created_position desc limit ?`,
    );
    this.#sendBacklog = db.prepare(
      `select count(*) as count, coalesce(sum(a.size - a.hub_received), 0) as bytes from attachment a where ${TO_SEND}`,
    );
    this.#fetchBacklog = db.prepare(
      `select count(*) as count, coalesce(sum(a.size - a.received), 0) as bytes from attachment a where ${TO_FETCH}`,
    );
    this.#hasAny = db.prepare<[], number>('select exists (select 1 from attachment where hash is not null)').pluck();
    this.#isExpected = db
      .prepare<[string, number], number>(
        'select count(*) from attachment where record_id = ? and (is_whole = 1 or asked_at is not null or size <= ?)',
      )
      .pluck();
    this.#noticeWaiting = db.prepare(
      `update attachment as a set waiting_since = @now where waiting_since is null and (a.hash is null or ${WAITS})`,
    );
    this.#noticeDone = db.prepare(
      `update attachment as a set waiting_since = null, told = null where waiting_since is not null and a.hash is not null and not ${WAITS}`,
    );
    this.#waiting = db.prepare(
      `select a.record_id as record, a.is_whole as isToHub, a.size, a.waiting_since as since, coalesce(a.told, a.refused) as told,
         case a.is_whole when 1 then a.hub_received else a.received end as carried
       from attachment a where a.waiting_since < @before and ${WAITS} order by a.waiting_since, a.record_id`,
    );
    this.#forgetLeft = db.prepare('delete from attachment where hash is null and waiting_since < ?');
    this.#tell = db.prepare('update attachment set told = ? where record_id = ?');
    // What a damaged file has lost of the pieces is not whole, whatever its row says.
    this.#whole = db.prepare(
      `select a.record_id as record, a.hash from attachment a where a.is_whole = 1 and a.size =
         (select coalesce(sum(length(p.bytes)), 0) from attachment_piece p where p.record_id = a.record_id)`,
    );
  }

  /** What is here of a record's content; undefined when there is none to be had, or no such record. */
  find(record: string): Attachment | undefined {
    const row = this.#one.get(record);
    return row === undefined ? undefined : attachmentOf(row);
  }

  /** Takes the next bytes of content that is handed in; the first ones say how many there will be. In a transaction of its own. */
  handIn(record: string, { size, bytes }: { readonly size: number; readonly bytes: Uint8Array }): void {
    this.#store.inTransaction(() => {
      if (this.#one.get(record) === undefined) this.#begin.run(record, size);
      this.#append(record, bytes);
    });
  }

  /** Throws away what was handed in of content that is not whole. */
  giveUp(record: string): void {
    this.#store.inTransaction(() => this.#drop.run(record));
  }

  /** Says that what was handed in is whole, in the transaction that is open; the record is told its hash after this. */
  complete(record: string, hash: string): void {
    this.#confirm.run(hash, record);
  }

  /** Content of a record that is made in the open transaction, before its fields are. */
  add(record: string, { hash, bytes }: { readonly hash: string; readonly bytes: Uint8Array }): void {
    this.#drop.run(record);
    this.#begin.run(record, bytes.length);
    this.#append(record, bytes);
    this.#confirm.run(hash, record);
  }

  /** A part of what is here; shorter where less is here. */
  part(record: string, offset: number, length: number): Uint8Array {
    const parts = this.#pieces.all(record, offset, offset + length).map(({ at, bytes }) => {
      const from = Math.max(0, offset - at);
      return bytes.subarray(from, Math.max(from, Math.min(bytes.length, offset + length - at)));
    });
    return Buffer.concat(parts);
  }

  /** SHA-256 of what is here, in hexadecimal; others are served between its steps. */
  async hashOf(record: string): Promise<string> {
    const hash = createHash('sha256');
    const size = this.find(record)?.received ?? 0;
    for (let at = 0; at < size; at += 4 * MAX_PIECE_BYTES) {
      hash.update(this.part(record, at, 4 * MAX_PIECE_BYTES));
      await letOthersIn();
    }
    return hash.digest('hex');
  }

  /** Takes a piece from the hub: on disk when this resolves, and once it is the last the whole has been found to have the record's hash. */
  async take({ record, offset, size, bytes }: BlobPiece): Promise<BlobHave & { readonly newBytes: number }> {
    const have = (upTo: number, newBytes = 0, refusal?: BlobRefusal) =>
      ({ kind: 'blob-have', record, upTo, newBytes, ...(refusal === undefined ? {} : { refusal }) }) as const;
    const before = this.find(record);
    if (before === undefined || before.hash === null || before.size !== size) return have(0, 0, 'unknown');
    const verdict = judgePart(before.received, { offset, length: bytes.length });
    if (before.isWhole || verdict.kind !== 'keep') return have(before.received);
    const fresh = bytes.subarray(verdict.skip);
    this.#store.inTransaction(() => this.#append(record, fresh));
    if (before.received + fresh.length < size) return have(before.received + fresh.length, fresh.length);
    const isGood = await this.confirm(record);
    return isGood ? have(size, fresh.length) : have(0, fresh.length, 'differs');
  }

  /** Looks whether content that is all here is what the record says; what is not is thrown away. */
  async confirm(record: string): Promise<boolean> {
    const found = await this.hashOf(record);
    return this.#store.inTransaction(() => {
      const now = this.find(record);
      if (now === undefined || now.received !== now.size) return false;
      if (now.hash === found) {
        this.#confirm.run(found, record);
        // It came from the hub: there is nothing to send there.
        this.#hubHas.run(now.size, record);
        return true;
      }
      this.#empty.run(record);
      this.#reset.run('differs', record);
      return false;
    });
  }

  /** Looks at all that is here to its last byte and was not looked at: the power went in between. */
  async confirmAll(): Promise<void> {
    for (const record of this.#unconfirmed.all()) await this.confirm(record);
  }

  /** Whether what is handed in leaves room for what is recorded. */
  hasRoomFor(bytes: number): boolean {
    return this.#room.freeBytes() - bytes >= this.#room.reserveBytes / 10;
  }

  /** Whether nothing more comes from the hub, because this machine's disk is nearly full. */
  isFull(): boolean {
    return this.#room.freeBytes() < this.#room.reserveBytes;
  }

  /** What is next to go to the hub, but for these records: what is of an evacuation first; with `isUrgentOnly` nothing else. */
  nextToSend(aside: ReadonlySet<string>, isUrgentOnly = false): CarriedAttachment | undefined {
    return firstBut(aside, this.#toSend.all(isUrgentOnly ? 1 : 0, aside.size + 1));
  }

  /** What is next to be fetched, but for these records: what somebody asked for, what is of an evacuation, what was begun, the newest. Nothing on a disk that is nearly full. */
  nextToFetch(aside: ReadonlySet<string>, maxBytes: number): CarriedAttachment | undefined {
    return this.isFull() ? undefined : firstBut(aside, this.#toFetch.all(maxBytes, aside.size + 1));
  }

  /** Notes how much of a content the hub has: all of it, or less than was believed. */
  noteHubHas(record: string, upTo: number): void {
    this.#hubHas.run(upTo, record);
  }

  /** Believes no longer that the hub has anything: it was put back to a backup. */
  forgetHub(): void {
    this.#forgetHub.run();
  }

  /** Notes that content which the record knows of is not here after all, so that it is fetched again. */
  noteMissing(record: string): void {
    this.#store.inTransaction(() => {
      this.#empty.run(record);
      this.#reset.run(null, record);
    });
  }

  /** Notes that somebody wants to see content that is not here. */
  askFor(record: string, nowMs: number): void {
    this.#ask.run(nowMs, record);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls the listener whenever somebody asks for what is not here; gives the function that ends this. */
  onAsked(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is to go to the hub, and what is to come from it by itself or because somebody asked. */
  backlog(maxBytes: number): { readonly toSend: AttachmentBacklog; readonly toFetch: AttachmentBacklog } {
    return {
      toSend: this.#sendBacklog.get() as AttachmentBacklog,
      toFetch: this.#fetchBacklog.get(maxBytes) as AttachmentBacklog,
    };
  }

  /** Notes since when what waits now has been waiting, and that the rest waits no more; forgets what was begun and left. Called again and again. */
  noteWaiting(now: number, maxBytes: number): void {
    this.#noticeDone.run({ maxBytes });
    this.#noticeWaiting.run({ now, maxBytes });
    this.#forgetLeft.run(now - LEFT_AFTER_MS);
  }

  /** What has been waiting since before a moment, the longest first. */
  waitingBefore(before: number, maxBytes: number): readonly WaitingAttachment[] {
    return this.#waiting.all({ before, maxBytes }).map((row) => ({ ...row, isToHub: row.isToHub === 1 }));
  }

  /** Notes what was heard of a content that is not carried. */
  noteTold(record: string, told: NonNullable<WaitingAttachment['told']>): void {
    this.#tell.run(told, record);
  }

  /** Whether any record here has content, be it here or not. */
  hasAny(): boolean {
    return this.#hasAny.get() === 1;
  }

  /** Whether the content of a record should be here, where the hub has it: by itself, or because somebody asked. */
  isExpected(record: string, maxBytes: number): boolean {
    return this.#isExpected.get(record, maxBytes) === 1;
  }

  /** The contents that are whole here, by record; the digest is the start of the hash. */
  digests(): readonly DigestEntry[] {
    return this.#whole
      .all()
      .map(({ record, hash }) => ({ key: record, count: 1, digest: Buffer.from(hash, 'hex').subarray(0, 16) }))
      .sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  /** In rows of at most {@link MAX_PIECE_BYTES}, whose places {@link part} counts on; on a dying link pieces are tiny, and are put together. */
  #append(record: string, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
      const step = bytes.subarray(at, at + MAX_PIECE_BYTES);
      const last = this.#lastPiece.get(record);
      if (last !== undefined && last.bytes.length + step.length <= MAX_PIECE_BYTES) {
        this.#putPiece.run(record, last.at, Buffer.concat([last.bytes, step]));
      } else {
        this.#putPiece.run(record, last === undefined ? 0 : last.at + last.bytes.length, step);
      }
    }
    this.#grow.run(bytes.length, record);
  }
}

function firstBut(aside: ReadonlySet<string>, rows: readonly Row[]): CarriedAttachment | undefined {
  const row = rows.find(({ record }) => !aside.has(record));
  return row === undefined ? undefined : { ...attachmentOf(row), isUrgent: row.isUrgent === 1 };
}

function attachmentOf({ isWhole, record, hash, size, received, hubReceived }: Row): Attachment {
  return { record, hash, size, received, hubReceived, isWhole: isWhole === 1 };
}

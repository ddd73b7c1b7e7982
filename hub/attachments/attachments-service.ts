import { createHash } from 'node:crypto';
import { judgePart } from '@santehaggui/protocols/documents/content-part.ts';
import type { BlobHave, BlobPiece, BlobRefusal } from '@santehaggui/protocols/frames/blob-messages.ts';
import type { DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import { namedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import type { KeysService } from '../kms/keys-service.ts';
import { Register } from '../registers/register-service.ts';
import { type AttachmentRow, AttachmentsStore } from './attachments-store.ts';

/**
 * What keeping content takes. `holdersOf`: the facilities that hold each of these records, of those which more than one holds; `announce` tells their sessions,
 * once the transaction is committed, that there may be something for them.
 */
export type AttachmentsOptions = {
  readonly database: HubDatabase;
  readonly keys: Pick<KeysService, 'sealDocument' | 'openDocument'>;
  readonly holdersOf: (sql: Sql, records: readonly string[]) => Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  readonly announce: (sql: Sql, facilities: readonly string[]) => Promise<void>;
  /** Of the disk that the hub keeps its data on. */
  readonly freeBytes: () => number;
  /** So much is kept for one facility. */
  readonly megabytesEach: number;
  readonly log: Log;
};

/** Content that a facility may have: the whole of it is in its schema. */
export type HeldContent = { readonly record: string; readonly size: number };

/** What is answered to a piece, and how many of its bytes were new. */
export type TakenPiece = BlobHave & { readonly newBytes: number };

/** What a record says of its content. */
type Described = { readonly hash: string; readonly size: number; readonly patient: string | null };

/** For so many days a parcel says that a content is here, of at most so many. */
const TOLD_DAYS = 60;
const MAX_TOLD = 1000;
/** Content that is whole is kept in pieces of so many bytes. */
const KEPT_BYTES = 256 * 1024;
const MOST_GOOD = 10_000;
/** So much of the hub's disk is left to what is recorded: one node that sends attachments without end stops nobody's changes. */
export const RESERVE_BYTES = 1024 ** 3;

/**
 * The content of attachments at the hub: sealed under a key of the patient and the document, in the schema of each facility that holds
 * the record and whose node brought it or asked for it. Whoever has no such record has no content.
 */
export class AttachmentsService {
  readonly #options: AttachmentsOptions;
  /** What was found good and has given no cause to doubt it since: who asks again and again does not have all of it opened each time. */
  readonly #good = new Set<string>();
  /** Facilities that had more to keep, at their last new content, than is kept for one. */
  readonly #full = new Set<string>();

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /** Takes a piece from a facility's node: committed when it resolves, and once it is the last the whole has been found to have the record's hash. */
  async take(facility: string, piece: BlobPiece): Promise<TakenPiece> {
    const { database, log, freeBytes } = this.#options;
    if (freeBytes() < RESERVE_BYTES) return haveOf(piece.record, piece.offset, 'later');
    try {
      const have = await database.transaction((sql) => this.#take(sql, facility, piece));
      if (have.refusal !== undefined) log.warn('attachments.refused', { facility, ...have });
      return have;
    } catch (error) {
      // The patient was erased: nothing is sealed any more.
      if (hasCode(error, 'SH-N310')) return haveOf(piece.record, 0, 'unknown');
      if (!isOfKeys(error)) throw error;
      log.error('attachments.keys', { facility, error });
      return haveOf(piece.record, piece.offset, 'later');
    }
  }

  /**
   * Content that a facility may have, taken over from another that holds the record where it is only there; undefined while nobody has it
   * whole, or the keys are out of reach. What can no longer be opened, or is not what it was, is forgotten: its node gives it again.
   */
  async find(facility: string, record: string): Promise<HeldContent | undefined> {
    const { database, log } = this.#options;
    try {
      return await database.transaction(async (sql) => {
        const described = await describedIn(sql, facility, record);
        if (described === undefined) return undefined;
        const here = await this.#held(sql, facility, { record, described });
        const name = `${facility} ${record}`;
        const isGood =
          here?.isWhole !== true || this.#good.has(name) || (await this.#isGood(sql, facility, { record, described }));
        const held = isGood ? here : await this.#held(sql, facility, { record, described });
        if (held?.isWhole !== true) return undefined;
        if (this.#good.size >= MOST_GOOD) this.#good.clear();
        this.#good.add(name);
        return { record, size: held.size };
      });
    } catch (error) {
      if (!isOfKeys(error)) throw error;
      log.error('attachments.keys', { facility, error });
      return undefined;
    }
  }

  /** The facilities that have more content than is kept for one, as far as any has tried since the start: theirs waits at their nodes. */
  full(): readonly string[] {
    return [...this.#full].sort();
  }

  /** What has lately become whole for a facility: a parcel tells its node, which may have heard of it by no other way. */
  recentlyWhole(facility: string): Promise<readonly HeldContent[]> {
    return this.#options.database.transaction(
      (sql) => inSchema(sql, facility, (store) => store.recentlyWhole(TOLD_DAYS, MAX_TOLD)),
      { isReadOnly: true },
    );
  }

  /** Some bytes of content that is whole; fewer where it is not, or no longer. */
  async part(
    facility: string,
    record: string,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<Uint8Array> {
    const { log } = this.#options;
    try {
      const bytes = await this.#options.database.transaction(
        async (sql) => {
          const described = await describedIn(sql, facility, record);
          return described === undefined
            ? new Uint8Array(0)
            : this.#open(sql, facility, { record, patient: described.patient, from, to });
        },
        { isReadOnly: true },
      );
      if (bytes.length < to - from) this.#good.delete(`${facility} ${record}`);
      return bytes;
    } catch (error) {
      if (!isOfKeys(error) && !hasCode(error, ALTERED)) throw error;
      log.error('attachments.unreadable', { facility, record, error });
      this.#good.delete(`${facility} ${record}`);
      return new Uint8Array(0);
    }
  }

  /** Of these records of a facility, those whose content somebody has by now. */
  availableAmong(facility: string, records: readonly string[]): Promise<readonly string[]> {
    if (records.length === 0) return Promise.resolve([]);
    return this.#options.database.transaction(
      async (sql) => {
        const available = new Set<string>();
        const held = await new Register(sql, facility).heldAmong(records);
        const holders = await this.#options.holdersOf(sql, [...held]);
        const codes = new Set([facility, ...[...holders.values()].flatMap((found) => [...found])]);
        for (const code of [...codes].sort()) {
          const there = [...held].filter((id) => code === facility || holders.get(id)?.has(code) === true);
          for (const id of await inSchema(sql, code, (store) => store.wholeAmong(there))) available.add(id);
        }
        return [...available];
      },
      { isReadOnly: true },
    );
  }

  async #take(sql: Sql, facility: string, { record, offset, size, bytes }: BlobPiece): Promise<TakenPiece> {
    const described = await describedIn(sql, facility, record);
    if (described === undefined || described.size !== size) return haveOf(record, 0, 'unknown');
    if (!(await this.#hasRoom(sql, facility, { record, described }))) return haveOf(record, 0, 'later');
    await inSchema(sql, facility, (store) => store.begin(record, described));
    const held = await this.#held(sql, facility, { record, described });
    if (held === undefined) await inSchema(sql, facility, (store) => store.begin(record, described));
    const at = held?.received ?? 0;
    const verdict = judgePart(at, { offset, length: bytes.length });
    if (verdict.kind !== 'keep') return haveOf(record, at);
    const fresh = bytes.subarray(verdict.skip);
    const received = at + fresh.length;
    await this.#add(sql, facility, { record, patient: described.patient, at, bytes: fresh });
    await inSchema(sql, facility, (store) => store.setReceived(record, received, false));
    const have =
      received < size ? haveOf(record, received) : await this.#complete(sql, facility, { record, described });
    return { ...have, newBytes: fresh.length };
  }

  /**
   * Whether this very content has begun to be kept for a facility, or may: one that sends without end leaves room to all others. What had
   * begun for the record before it came to mean another content gives its room back, and no more than that.
   */
  async #hasRoom(
    sql: Sql,
    facility: string,
    { record, described }: { readonly record: string; readonly described: Described },
  ): Promise<boolean> {
    const room = await inSchema(sql, facility, async (store) => {
      const begun = await store.find(record);
      if (begun !== undefined && isOf(begun, described)) return undefined;
      return this.#options.megabytesEach * 1024 ** 2 - (await store.totalBytes()) + (begun?.size ?? 0);
    });
    if (room === undefined) return true;
    const hasRoom = described.size <= room;
    if (!hasRoom && !this.#full.has(facility)) this.#options.log.warn('attachments.full', { facility });
    if (hasRoom) this.#full.delete(facility);
    else this.#full.add(facility);
    return hasRoom;
  }

  async #complete(
    sql: Sql,
    facility: string,
    { record, described: { hash, size, patient } }: { readonly record: string; readonly described: Described },
  ): Promise<TakenPiece> {
    const content = await this.#opened(sql, facility, { record, described: { hash, size, patient } });
    await inSchema(sql, facility, (store) =>
      content === undefined ? store.remove(record) : store.clearPieces(record),
    );
    if (content === undefined) return haveOf(record, 0, 'differs');
    for (let at = 0; at < size; at += KEPT_BYTES)
      await this.#add(sql, facility, { record, patient, at, bytes: content.subarray(at, at + KEPT_BYTES) });
    await inSchema(sql, facility, (store) => store.setReceived(record, size, true));
    await this.#options.announce(sql, await this.#others(sql, facility, record));
    return haveOf(record, size);
  }

  /** What a facility has of content as its record describes it now, with what others have of it; locked until the transaction ends. */
  async #held(
    sql: Sql,
    facility: string,
    { record, described }: { readonly record: string; readonly described: Described },
  ): Promise<AttachmentRow | undefined> {
    const { hash, size } = described;
    const found = await inSchema(sql, facility, (store) => store.lock(record));
    if (found?.isWhole === true && isOf(found, described)) return found;
    for (const code of await this.#others(sql, facility, record)) {
      const there = await inSchema(sql, code, (store) => store.find(record));
      if (there?.isWhole !== true || there.hash !== hash) continue;
      if (!(await this.#isGood(sql, code, { record, described }))) continue;
      const pieces = await inSchema(sql, code, (store) => store.pieces(record, 0, size));
      await inSchema(sql, facility, async (store) => {
        await store.remove(record);
        await store.begin(record, described);
        // Sealed for the patient, not for the facility: the same bytes open here.
        for (const piece of pieces) await store.addPiece(record, piece);
        await store.setReceived(record, size, true);
      });
      return { hash, size, received: size, isWhole: true };
    }
    if (found === undefined || isOf(found, described)) return found;
    // The record has come to mean another content than what was begun; only a piece of that begins it, once there is room.
    await inSchema(sql, facility, (store) => store.remove(record));
    return undefined;
  }

  /** All of a content; undefined where it was altered, or is not what the record says. */
  async #opened(
    sql: Sql,
    facility: string,
    { record, described: { hash, size, patient } }: { readonly record: string; readonly described: Described },
  ): Promise<Uint8Array | undefined> {
    try {
      const content = await this.#open(sql, facility, { record, patient, from: 0, to: size });
      return createHash('sha256').update(content).digest('hex') === hash ? content : undefined;
    } catch (error) {
      if (hasCode(error, ALTERED)) return undefined;
      throw error;
    }
  }

  /** Whether content that should be whole in a facility's schema is what the record says; what is not is forgotten there. */
  async #isGood(
    sql: Sql,
    facility: string,
    content: { readonly record: string; readonly described: Described },
  ): Promise<boolean> {
    if ((await this.#opened(sql, facility, content)) !== undefined) return true;
    this.#options.log.error('attachments.damaged', { facility, record: content.record });
    await inSchema(sql, facility, (store) => store.remove(content.record));
    return false;
  }

  async #others(sql: Sql, facility: string, record: string): Promise<readonly string[]> {
    const holders = (await this.#options.holdersOf(sql, [record])).get(record) ?? [];
    return [...holders].filter((code) => code !== facility).sort();
  }

  async #add(
    sql: Sql,
    facility: string,
    piece: {
      readonly record: string;
      readonly patient: string | null;
      readonly at: number;
      readonly bytes: Uint8Array;
    },
  ): Promise<void> {
    const { record, patient, at, bytes } = piece;
    const place = { facility, patient, document: `${record}/${at}` };
    const sealed = await this.#options.keys.sealDocument(sql, place, bytes);
    await inSchema(sql, facility, (store) => store.addPiece(record, { at, length: bytes.length, sealed }));
  }

  async #open(
    sql: Sql,
    facility: string,
    range: { readonly record: string; readonly patient: string | null; readonly from: number; readonly to: number },
  ): Promise<Uint8Array> {
    const { record, patient, from, to } = range;
    const rows = await inSchema(sql, facility, (store) => store.pieces(record, from, to));
    const parts: Uint8Array[] = [];
    for (const { at, sealed } of rows) {
      const place = { facility, patient, document: `${record}/${at}` };
      const plain = await this.#options.keys.openDocument(sql, place, sealed);
      parts.push(plain.subarray(Math.max(0, from - at), to - at));
    }
    return Buffer.concat(parts);
  }
}

/** The contents that are whole at the hub for a facility, by record; the digest is the start of the hash. Inside the caller's transaction. */
export async function readContentDigests(sql: Sql, facility: string): Promise<readonly DigestEntry[]> {
  const whole = await inSchema(sql, facility, (store) => store.whole());
  return whole.map(({ record, hash }) => ({ key: record, count: 1, digest: Buffer.from(hash, 'hex').subarray(0, 16) }));
}

/** A seal that does not fit what it is on: the key was right, the bytes are not. */
const ALTERED = 'SH-X311';
/** The keys are out of reach: the KMS does not answer, or has others. */
const OF_KEYS = ['SH-N310', 'SH-N311', 'SH-T310', 'SH-T311', 'SH-C312'] as const;

/** Whether what is here is of the content that the record describes now. */
function isOf(row: AttachmentRow, { hash, size }: Described): boolean {
  return row.hash === hash && row.size === size;
}

function isOfKeys(error: unknown): boolean {
  return OF_KEYS.some((code) => hasCode(error, code));
}

function inSchema<Result>(
  sql: Sql,
  facility: string,
  work: (store: AttachmentsStore) => Promise<Result>,
): Promise<Result> {
  return withTenant(sql, facility, () => work(new AttachmentsStore(sql, facility)));
}

/** What a facility's own copy of a record says of its content; undefined where it holds no such record. */
async function describedIn(sql: Sql, facility: string, record: string): Promise<Described | undefined> {
  const row = (await new Register(sql, facility).records([record])).get(record);
  if (row === undefined || row.type !== documentReference.number) return undefined;
  const { hash, size, patient } = namedFields(documentReference, row.fields);
  if (typeof hash !== 'string' || typeof size !== 'number') return undefined;
  return { hash, size, patient: typeof patient === 'string' ? patient : null };
}

function haveOf(record: string, upTo: number, refusal?: BlobRefusal): TakenPiece {
  return { kind: 'blob-have', record, upTo, newBytes: 0, ...(refusal === undefined ? {} : { refusal }) };
}

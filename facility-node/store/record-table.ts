import type { ClockCorrection, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { EMPTY_STATE, extendState, mergeRecord, type RecordState } from '@santehaggui/protocols/journal/merge.ts';
import { type Stamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';
import { stampsOf, stampsText } from './stamps-text.ts';
import { type HeldRecord, type StoredRecord, storedRecord } from './stored-record.ts';

/**
 * `index` is called inside every transaction for each record of the types whose state changed, whether written here or received, and for
 * each whose copy was released (`gone`, as it was before): for search rows, import keys and the like. What it throws undoes the change.
 */
export type RecordIndexer = {
  readonly types: readonly RecordType[];
  readonly index: (db: Database, record: StoredRecord, fate: 'held' | 'gone') => void;
};

type RecordRow = {
  readonly id: string;
  readonly type: number;
  readonly fields: string;
  readonly stamps: string;
  readonly last_stamp: string;
  readonly created_position: number;
  readonly conflicts: number;
  readonly digest: Buffer;
};

type CorrectionRow = {
  readonly node: number;
  readonly incarnation: string;
  readonly from_sequence: number;
  readonly to_sequence: number;
  readonly ms: number;
  readonly counter: number;
};

/** What a piece of work has read: records, and whether any clock was ever corrected, which it cannot do itself. */
type Readings = { readonly records: Map<string, Reading>; hasCorrections: boolean | undefined };

type Reading = { readonly held: HeldRecord | undefined; stored?: StoredRecord | undefined };

type PutRow = [string, number, string, string, Uint8Array, string, number, number];

/** Where a change stands in the journal, and the wall clock, in milliseconds. */
export type AppliedAt = {
  readonly position: number;
  readonly nowMs: number;
  /** The record cannot be here yet: its id is derived from this very change. */
  readonly isNew?: boolean;
  /** Somebody waits for the save: the record's digest is made at rest, or by whoever compares replicas before. */
  readonly isDigestLeft?: boolean;
};

/** Stands in a row whose digest was left to be made. */
const NO_DIGEST = new Uint8Array(0);

/** The table `record`: states made from changes by the merge rule. Its methods run inside the caller's transaction. */
export class RecordTable {
  readonly #db: Database;
  readonly #indexers: ReadonlyMap<number, readonly RecordIndexer[]>;
  /** What was read in the piece of work that goes on: a consultation asks for its patient with every part. */
  #read: Readings | undefined;
  readonly #writes = new Map<number, number>();
  /** The records whose digests were left to be made since somebody asked. */
  #left = new Set<string>();
  readonly #byId: Statement<[string], RecordRow>;
  readonly #position: Statement<[string], number>;
  readonly #changes: Statement<[number, number], { meta: Buffer; fields: Buffer }>;
  readonly #corrections: Statement<[], CorrectionRow>;
  readonly #hasCorrections: Statement<[], number>;
  readonly #correctedRecords: Statement<[number, string, number, number], string>;
  readonly #put: Statement<PutRow>;
  readonly #conflictsOf: Statement<[string], { field: number; id: string }>;
  readonly #dropConflict: Statement<[string, number, string]>;
  readonly #remove: Statement<[string]>;
  readonly #retype: Statement<[number, string]>;
  readonly #clearConflicts: Statement<[string]>;
  readonly #addConflict: Statement<[string, string, number, string, string, number]>;
  readonly #countConflicts: Statement<[number, string]>;

  constructor(db: Database, indexers: readonly RecordIndexer[]) {
    this.#db = db;
    this.#indexers = new Map(
      RECORD_TYPES.map(({ name, number }) => [
        number,
        indexers.filter(({ types }) => types.some((type) => type.name === name)),
      ]),
    );
    this.#byId = db.prepare(
      'select id, type, fields, stamps, last_stamp, created_position, conflicts, digest from record where id = ?',
    );
    this.#changes = db.prepare(
      `select meta, fields from journal where position = ? and length(fields) > 0
       union all
       select meta, fields from (
         select meta, fields from journal
         where record_position = ? and record_position <> position and length(fields) > 0 order by position)`,
    );
    this.#position = db.prepare<[string], number>('select created_position from record where id = ?').pluck();
    this.#corrections = db.prepare(
      'select node, incarnation, from_sequence, to_sequence, ms, counter from clock_correction',
    );
    this.#hasCorrections = db.prepare<[], number>('select exists (select 1 from clock_correction)').pluck();
    this.#correctedRecords = db
      .prepare<[number, string, number, number], string>(
        'select distinct record_id from journal where node = ? and incarnation = ? and sequence between ? and ? and record_id is not null',
      )
      .pluck();
    this.#put = db.prepare(
      `insert into record (id, type, fields, stamps, digest, last_stamp, created_position, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set fields = excluded.fields, stamps = excluded.stamps, digest = excluded.digest,
         last_stamp = excluded.last_stamp, updated_at = excluded.updated_at`,
    );
    this.#remove = db.prepare('delete from record where id = ?');
    this.#retype = db.prepare('update record set type = ? where id = ?');
    this.#clearConflicts = db.prepare('delete from conflict where record_id = ?');
    this.#conflictsOf = db.prepare('select field, id from conflict where record_id = ?');
    this.#dropConflict = db.prepare('delete from conflict where record_id = ? and field = ? and id = ?');
    // One that was found before keeps its date.
    this.#addConflict = db.prepare(
      `insert into conflict (id, record_id, field, winner, loser, found_at) values (?, ?, ?, ?, ?, ?)
       on conflict (record_id, field, id) do nothing`,
    );
    this.#countConflicts = db.prepare('update record set conflicts = ? where id = ?');
  }

  /**
   * How often records of these types were written here, undone writes included: whoever has derived something from all of them need not
   * look again while it is the same.
   */
  writesOf(types: readonly RecordType[]): number {
    let sum = 0;
    for (const { number } of types) sum += this.#writes.get(number) ?? 0;
    return sum;
  }

  /** What was written was undone: it is as before, and that is a change as well. */
  noteUndone(): void {
    for (const { number } of RECORD_TYPES) this.#noteWrite(number);
  }

  /** The records whose digests were left to be made since this was called last; not those of a start before. */
  takeLeft(): readonly string[] {
    const left = [...this.#left];
    this.#left = new Set();
    return left;
  }

  #noteWrite(typeNumber: number): void {
    this.#writes.set(typeNumber, (this.#writes.get(typeNumber) ?? 0) + 1);
  }

  /** Does work, in one transaction without savepoints, that may read a record again and again. */
  whileReading<Result>(work: () => Result): Result {
    this.#read = { records: new Map(), hasCorrections: undefined };
    try {
      return work();
    } finally {
      this.#read = undefined;
    }
  }

  /** The record as it is now. */
  held(id: string): HeldRecord | undefined {
    return this.#reading(id).held;
  }

  /** The record as it is now, by its names; undefined for one of a newer catalogue too. */
  stored(id: string): StoredRecord | undefined {
    const reading = this.#reading(id);
    if (reading.held !== undefined) reading.stored ??= storedRecord(reading.held);
    return reading.stored;
  }

  #reading(id: string): Reading {
    const read = this.#read?.records.get(id);
    if (read !== undefined) return read;
    const row = this.#byId.get(id);
    const reading: Reading = { held: row === undefined ? undefined : heldRecord(row) };
    this.#read?.records.set(id, reading);
    return reading;
  }

  /** Where the record's first change stands in the journal; undefined when it is not here. */
  positionOf(id: string): number | undefined {
    return this.#position.get(id);
  }

  /** All changes of a record that the journal holds and has not forgotten, in order of arrival. */
  changesOf(id: string): readonly RecordChange[] {
    const first = this.positionOf(id);
    return first === undefined ? [] : this.#changesAt(first);
  }

  /** What the record's changes make, whatever its row says; undefined when it is not here. */
  remade(id: string): RecordState | undefined {
    const changes = this.changesOf(id);
    return changes.length === 0 ? undefined : mergeRecord(changes, this.#allCorrections());
  }

  #changesAt(first: number): readonly RecordChange[] {
    return this.#changes.all(first, first).map((encoded) => decodeChange(encoded) as RecordChange);
  }

  /** Merges one more change, which need not be in the journal yet, and gives the new state. */
  apply(change: RecordChange, at: AppliedAt): HeldRecord {
    const held = at.isNew === true ? undefined : this.held(change.recordId);
    const before: RecordState = held === undefined ? EMPTY_STATE : { ...held, conflicts: [] };
    const hasCorrections = this.#read?.hasCorrections ?? this.#hasCorrections.get() === 1;
    if (this.#read !== undefined) this.#read.hasCorrections = hasCorrections;
    // What settles a conflict is seen only among all changes.
    const extended = held?.conflictCount ? undefined : extendState(before, change, hasCorrections);
    const state = extended ?? mergeRecord([...this.changesOf(change.recordId), change], this.#allCorrections());
    const next: HeldRecord = {
      id: change.recordId,
      typeNumber: held?.typeNumber ?? change.recordType,
      fields: state.fields,
      stamps: state.stamps,
      lastStamp: stampOf(change.origin, change.sequence),
      createdPosition: held?.createdPosition ?? at.position,
      conflictCount: state.conflicts.length,
    };
    this.#write(next, at.nowMs, at.isDigestLeft === true ? NO_DIGEST : recordDigest(next.typeNumber, next));
    if (extended === undefined) this.#writeConflicts(next.id, state, at.nowMs);
    return next;
  }

  /** Merges again every record that a correction, already in its table, concerns. */
  applyCorrection({ target, from, to }: ClockCorrection, nowMs: number): void {
    const corrections = this.#allCorrections();
    for (const id of this.#correctedRecords.all(target.node, target.incarnation, from, to)) {
      const held = this.held(id);
      if (held === undefined) continue;
      const state = mergeRecord(this.changesOf(id), corrections);
      this.#write({ ...held, fields: state.fields, stamps: state.stamps }, nowMs);
      this.#writeConflicts(id, state, nowMs);
    }
  }

  /** Merges a record whose copy had ended from all that the journal holds of it again. `position`: of its first change. */
  revive({ recordId, recordType, origin, sequence }: RecordChange, { position, nowMs }: AppliedAt): void {
    const state = mergeRecord(this.#changesAt(position), this.#allCorrections());
    const lastStamp = stampOf(origin, sequence);
    const { fields, stamps } = state;
    const conflictCount = state.conflicts.length;
    const revived = { id: recordId, typeNumber: recordType, fields, stamps, lastStamp, createdPosition: position };
    this.#write({ ...revived, conflictCount }, nowMs);
    this.#writeConflicts(recordId, state, nowMs);
  }

  /**
   * Merges a record again from all that the journal holds of it, if that is whole enough to tell what it is; true when it stood
   * otherwise or not at all. `position`: of its first change.
   */
  remerge(id: string, { position, nowMs }: AppliedAt): boolean {
    const changes = this.#changesAt(position);
    const created = changes.find(({ isCreate }) => isCreate);
    const last = changes.at(-1);
    if (created === undefined || last === undefined) return false;
    const state = mergeRecord(changes, this.#allCorrections());
    const held = this.#byId.get(id);
    const digest = recordDigest(created.recordType, state);
    const isAsIs = held?.type === created.recordType && isDigestOf(held, digest) && isRowOf(held, digest);
    if (isAsIs) return false;
    const lastStamp = stampOf(last.origin, last.sequence);
    const conflictCount = state.conflicts.length;
    const { fields, stamps } = state;
    if (held !== undefined && held.type !== created.recordType) this.#retype.run(created.recordType, id);
    this.#write(
      { id, typeNumber: created.recordType, fields, stamps, lastStamp, createdPosition: position, conflictCount },
      nowMs,
    );
    this.#writeConflicts(id, state, nowMs);
    return true;
  }

  /** Takes a record out, with what was found in conflict in it; the position of its first change, undefined when it is not here. */
  release(id: string): number | undefined {
    const held = this.held(id);
    if (held === undefined) return undefined;
    this.#read?.records.delete(id);
    this.#noteWrite(held.typeNumber);
    this.#clearConflicts.run(id);
    this.#remove.run(id);
    this.#index(held, 'gone');
    return held.createdPosition;
  }

  #write(record: HeldRecord, nowMs: number, digest = recordDigest(record.typeNumber, record)): void {
    this.#read?.records.delete(record.id);
    this.#noteWrite(record.typeNumber);
    if (digest === NO_DIGEST) this.#left.add(record.id);
    this.#put.run(
      record.id,
      record.typeNumber,
      JSON.stringify(record.fields),
      stampsText(record.stamps),
      digest,
      record.lastStamp,
      record.createdPosition,
      nowMs,
    );
    this.#index(record, 'held');
  }

  #index(record: HeldRecord, fate: 'held' | 'gone'): void {
    const indexers = this.#indexers.get(record.typeNumber);
    if (indexers === undefined || indexers.length === 0) return;
    const stored = storedRecord(record) as StoredRecord;
    for (const { index } of indexers) index(this.#db, stored, fate);
  }

  #writeConflicts(recordId: string, { conflicts }: RecordState, nowMs: number): void {
    const open = new Set(conflicts.map(({ id }) => id));
    for (const { field, id } of this.#conflictsOf.all(recordId)) {
      if (!open.has(id)) this.#dropConflict.run(recordId, field, id);
    }
    for (const { id, field, winner, loser } of conflicts)
      this.#addConflict.run(id, recordId, field, winner, loser, nowMs);
    this.#countConflicts.run(conflicts.length, recordId);
    this.#read?.records.delete(recordId);
  }

  #allCorrections(): readonly ClockCorrection[] {
    return this.#corrections.all().map((row) => ({
      kind: 'clock-correction',
      // Only the target and the corrected clock count in a merge.
      origin: { node: 0, incarnation: '000000000000' },
      sequence: 1,
      orderClock: { ms: 0, counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      target: { node: row.node, incarnation: row.incarnation },
      from: row.from_sequence,
      to: row.to_sequence,
      correctedTo: { ms: row.ms, counter: row.counter },
    }));
  }
}

function isDigestOf({ digest }: RecordRow, made: Uint8Array): boolean {
  return digest.length === 0 || Buffer.compare(digest, made) === 0;
}

/** Whether a row amounts to a digest; one that was damaged may not even be readable. */
function isRowOf(row: RecordRow, digest: Uint8Array): boolean {
  try {
    return Buffer.compare(recordDigest(row.type, heldRecord(row)), digest) === 0;
  } catch {
    return false;
  }
}

function heldRecord(row: RecordRow): HeldRecord {
  return {
    id: row.id,
    typeNumber: row.type,
    fields: JSON.parse(row.fields) as HeldRecord['fields'],
    stamps: stampsOf(row.stamps),
    lastStamp: row.last_stamp as Stamp,
    createdPosition: row.created_position,
    conflictCount: row.conflicts,
  };
}

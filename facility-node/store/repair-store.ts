import type { OwnRun } from '@santehaggui/protocols/frames/repair-messages.ts';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { headsOfRun } from '@santehaggui/protocols/journal/mend-chain.ts';
import { parseStamp, type Stamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import type { Statement } from 'better-sqlite3';
import type { RecordStore } from './record-store.ts';

/** A change as this journal has it. `isOfThisNode`: written under this node's number, here or by another copy of its disk. */
export type JournalledChange = {
  readonly stamp: Stamp;
  readonly encoded: EncodedChange;
  readonly isOfThisNode: boolean;
};

/** What a repair store is made of. */
export type RepairStoreOptions = {
  readonly store: RecordStore;
  readonly node: number;
  readonly journalKey: Uint8Array;
};

type Row = {
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly meta: Buffer;
  readonly fields: Buffer;
  readonly head: Buffer | null;
};

type InsertRow = [
  ...[number, number, string, number, string | null, number | null, number | null],
  ...[Buffer | Uint8Array, Buffer | Uint8Array, Uint8Array | null, number, number],
];

/** Mends this side of a replica: journal entries that were lost or damaged, and records that are not what the journal says. */
export class RepairStore {
  readonly #options: RepairStoreOptions;
  readonly #entry: Statement<[number, string, number], Row>;
  readonly #own: Statement<[number], Row>;
  readonly #ofRecord: Statement<[number, number], Row>;
  readonly #placeOf: Statement<[number, string, number], number | null>;
  readonly #placeByScan: Statement<[string], number | null>;
  readonly #isTaken: Statement<[number], number>;
  readonly #gaps: Statement<[], { from: number; to: number }>;
  readonly #incarnationAt: Statement<[number], string>;
  readonly #insert: Statement<InsertRow>;
  readonly #rewrite: Statement<[Uint8Array, Uint8Array, number, number, string, number]>;
  readonly #noteOpening: Statement<[string, number]>;

  constructor(options: RepairStoreOptions) {
    const { db } = options.store;
    this.#options = options;
    const columns = 'select node, incarnation, sequence, meta, fields, head from journal';
    this.#entry = db.prepare(`${columns} where node = ? and incarnation = ? and sequence = ?`);
    this.#own = db.prepare(`${columns} where head is not null and sequence = ?`);
    this.#ofRecord = db.prepare(
      `${columns} where position = ? and record_position is not null and length(fields) > 0
       union all ${columns} where record_position = ? and record_position <> position and length(fields) > 0`,
    );
    this.#placeOf = db
      .prepare<[number, string, number], number | null>(
        'select record_position from journal where node = ? and incarnation = ? and sequence = ?',
      )
      .pluck();
    this.#placeByScan = db
      .prepare<[string], number | null>('select min(record_position) from journal where record_id = ?')
      .pluck();
    this.#isTaken = db.prepare<[number], number>('select exists (select 1 from journal where position = ?)').pluck();
    this.#gaps = db.prepare(
      `select sequence + 1 as "from", following - 1 as "to" from (
         select sequence, lead(sequence) over (order by sequence) as following from (
           select 0 as sequence union all select sequence from journal where head is not null))
       where following > sequence + 1`,
    );
    this.#incarnationAt = db
      .prepare<[number], string>(
        'select incarnation from incarnation where opened_sequence <= ? order by opened_sequence desc limit 1',
      )
      .pluck();
    this.#insert = db.prepare(
      `insert into journal (position, node, incarnation, sequence, record_id, type, record_position, meta, fields, head, received_at, is_last)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (node, incarnation, sequence) do nothing`,
    );
    this.#rewrite = db.prepare(
      'update journal set meta = ?, fields = ?, is_last = ? where node = ? and incarnation = ? and sequence = ?',
    );
    this.#noteOpening = db.prepare('insert or ignore into incarnation (incarnation, opened_sequence) values (?, ?)');
  }

  /** The number of this node. */
  get node(): number {
    return this.#options.node;
  }

  /** The changes of a record here; `known` are changes that the hub has of it, which help to find them. */
  changesOf(recordId: string, known: readonly Stamp[]): readonly JournalledChange[] {
    const first = this.#firstOf(recordId, known);
    if (first === undefined) return [];
    return this.#ofRecord.all(first, first).map((row) => ({
      stamp: stampOf(row, row.sequence),
      encoded: row,
      isOfThisNode: row.node === this.#options.node,
    }));
  }

  /** The runs of sequences that are missing in this node's own chain. */
  ownGaps(): readonly OwnRun[] {
    return this.#gaps.all().flatMap(({ from, to }) => {
      const incarnation = this.#incarnationAt.get(to);
      return incarnation === undefined ? [] : [{ incarnation, from, to }];
    });
  }

  /** What is here of a run of this node's changes, in order. */
  changesIn({ incarnation, from, to }: OwnRun): readonly EncodedChange[] {
    const found: EncodedChange[] = [];
    for (let sequence = from; sequence <= to; sequence++) {
      const row = this.#entry.get(this.#options.node, incarnation, sequence);
      if (row !== undefined) found.push(row);
    }
    return found;
  }

  /** Whether a change of this node's own chain is what the chain says that it is; undefined where it is not of that chain. */
  isProven(stamp: Stamp): boolean | undefined {
    const row = this.#rowAt(stamp);
    return row?.head == null ? undefined : this.#isLink(row, row);
  }

  /**
   * Takes back a run of own changes that is missing, in one transaction. Throws unless the chain proves that these are the
   * changes that were lost.
   */
  putBack(run: readonly EncodedChange[]): readonly Change[] {
    const changes = run.map(decodeChange);
    const [first] = changes;
    const last = changes.at(-1);
    if (first === undefined || last === undefined) return [];
    return this.#options.store.inTransaction((nowMs) => {
      const before = first.sequence === 1 ? CHAIN_START : this.#own.get(first.sequence - 1)?.head;
      const next = this.#own.get(last.sequence + 1);
      if (before == null || next?.head == null) throw new Error('own changes that do not fit where they are missing');
      const { journalKey } = this.#options;
      const heads = headsOfRun({ journalKey, before, run, after: { head: next.head, next } });
      if (heads === undefined) throw new Error('own changes that the chain does not prove');
      changes.forEach((change, index) => {
        const head = heads[index] as Uint8Array;
        this.#put({ change, encoded: run[index] as EncodedChange, head, known: [], nowMs });
        if (change.kind === 'opening') this.#noteOpening.run(change.origin.incarnation, change.sequence);
      });
      return changes;
    });
  }

  /**
   * Takes a change as the hub has it: in the place of other bytes, or where it is missing. What the chain of this node denies
   * is left as it is. True when the journal is another one now. `known` as in {@link changesOf}.
   */
  take(encoded: EncodedChange, known: readonly Stamp[]): boolean {
    const change = decodeChange(encoded);
    const { origin, sequence } = change;
    return this.#options.store.inTransaction((nowMs) => {
      const row = this.#entry.get(origin.node, origin.incarnation, sequence);
      if (row === undefined) return this.#put({ change, encoded, head: null, known, nowMs });
      const isSame = Buffer.compare(row.meta, encoded.meta) === 0 && Buffer.compare(row.fields, encoded.fields) === 0;
      if (isSame || (row.head !== null && !this.#isLink(row, encoded))) return false;
      const isLast = change.isLastOfTransaction ? 1 : 0;
      this.#rewrite.run(encoded.meta, encoded.fields, isLast, origin.node, origin.incarnation, sequence);
      return true;
    });
  }

  /** Merges a record again from all that the journal holds of it; true when it stood otherwise. `known` as in {@link changesOf}. */
  remerge(recordId: string, known: readonly Stamp[]): boolean {
    const first = this.#firstOf(recordId, known);
    if (first === undefined) return false;
    const { store } = this.#options;
    try {
      return store.inTransaction((nowMs) => store.tables().records.remerge(recordId, { position: first, nowMs }));
    } catch (error) {
      // Bytes that are damaged and could not be mended: the record stays as it stands.
      if (error instanceof MalformedChange) return false;
      throw error;
    }
  }

  #rowAt(stamp: Stamp): Row | undefined {
    const { node, incarnation, sequence } = parseStamp(stamp);
    return this.#entry.get(node, incarnation, sequence);
  }

  /** Whether bytes lead from the head before a row to the head of the row. */
  #isLink({ sequence, head }: Row, encoded: EncodedChange): boolean {
    const before = sequence === 1 ? CHAIN_START : this.#own.get(sequence - 1)?.head;
    if (before == null || head === null) return false;
    return Buffer.compare(chainHead(before, encoded, this.#options.journalKey), head) === 0;
  }

  #firstOf(recordId: string, known: readonly Stamp[]): number | undefined {
    const held = this.#options.store.tables().records.positionOf(recordId);
    if (held !== undefined) return held;
    for (const stamp of known) {
      const { node, incarnation, sequence } = parseStamp(stamp);
      const place = this.#placeOf.get(node, incarnation, sequence);
      if (place !== undefined && place !== null) return place;
    }
    return this.#placeByScan.get(recordId) ?? undefined;
  }

  /** Adds a journal entry where its record's first change was, if it is that and the place is free; else at the end. */
  #put({
    change,
    encoded,
    head,
    known,
    nowMs,
  }: {
    readonly change: Change;
    readonly encoded: EncodedChange;
    readonly head: Uint8Array | null;
    readonly known: readonly Stamp[];
    readonly nowMs: number;
  }): boolean {
    const record = change.kind === 'record' ? change : undefined;
    const first = record === undefined ? undefined : this.#firstOf(record.recordId, known);
    const isPlaceFree = first !== undefined && this.#isTaken.get(first) === 0;
    const position = isPlaceFree ? first : this.#options.store.tables().journal.lastPosition() + 1;
    const { changes } = this.#insert.run(
      ...([position, change.origin.node, change.origin.incarnation, change.sequence] as const),
      ...([record?.recordId ?? null, record?.recordType ?? null] as const),
      record === undefined ? null : (first ?? position),
      ...([encoded.meta, encoded.fields, head, nowMs, change.isLastOfTransaction ? 1 : 0] as const),
    );
    return changes > 0;
  }
}

import type { Change, ClockCorrection } from '@santehaggui/protocols/journal/change.ts';
import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { Database, Statement } from 'better-sqlite3';

/** The last change of the node's own chain. */
export type ChainTip = {
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly head: Uint8Array;
};

type JournalRow = [
  number,
  number,
  string,
  number,
  string | null,
  number | null,
  number | null,
  Uint8Array,
  Uint8Array,
  Uint8Array | null,
  number,
  number,
];

/** A change on its way into the journal; `head` is null for what others wrote. */
export type JournalEntry = {
  readonly position: number;
  readonly change: Change;
  /** Where the first change of the record stands; null for a change of no record. */
  readonly recordPosition: number | null;
  readonly encoded: EncodedChange;
  readonly head: Uint8Array | null;
  readonly receivedAt: number;
};

/** The table `journal`: every change, for ever; of copies that were released without their fields. Its methods run inside the caller's transaction. */
export class JournalTable {
  readonly #insert: Statement<JournalRow>;
  readonly #lastPosition: Statement<[], number | null>;
  readonly #tip: Statement<[], { node: number; incarnation: string; sequence: number; head: Buffer }>;
  readonly #openIncarnation: Statement<[string, number]>;
  readonly #restore: Statement<[Uint8Array, number, string, number], number>;
  readonly #release: Statement<[{ readonly first: number; readonly holder: number }]>;
  readonly #insertCorrection: Statement<[number, number, string, number, number, number, number]>;

  constructor(db: Database) {
    this.#insert = db.prepare(
      `insert into journal (position, node, incarnation, sequence, record_id, type, record_position, meta, fields, head, received_at, is_last)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (node, incarnation, sequence) do nothing`,
    );
    this.#restore = db
      .prepare<[Uint8Array, number, string, number], number>(
        `update journal set fields = ? where node = ? and incarnation = ? and sequence = ? and length(fields) = 0
           and record_position is not null returning record_position`,
      )
      .pluck();
    this.#release = db.prepare(
      `update journal set fields = x'' where node <> @holder and position in (
         select position from journal where position = @first
         union all select position from journal where record_position = @first and record_position <> position)`,
    );
    this.#lastPosition = db.prepare<[], number | null>('select max(position) from journal').pluck();
    this.#tip = db.prepare(
      'select node, incarnation, sequence, head from journal where head is not null order by sequence desc limit 1',
    );
    this.#openIncarnation = db.prepare('insert into incarnation (incarnation, opened_sequence) values (?, ?)');
    this.#insertCorrection = db.prepare(
      'insert into clock_correction (position, node, incarnation, from_sequence, to_sequence, ms, counter) values (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** The position of the last entry; 0 in an empty journal. */
  lastPosition(): number {
    return this.#lastPosition.get() ?? 0;
  }

  /** The node's own last change; undefined before the first. */
  tip(): ChainTip | undefined {
    return this.#tip.get();
  }

  /** Adds an entry; false when this very change is there already, and then nothing else is to be done. */
  add({ position, change, recordPosition, encoded, head, receivedAt }: JournalEntry): boolean {
    const { origin, sequence, isLastOfTransaction } = change;
    const record = change.kind === 'record' ? change : undefined;
    const { changes } = this.#insert.run(
      position,
      origin.node,
      origin.incarnation,
      sequence,
      record?.recordId ?? null,
      record?.recordType ?? null,
      recordPosition,
      encoded.meta,
      encoded.fields,
      head,
      receivedAt,
      isLastOfTransaction ? 1 : 0,
    );
    if (changes === 0) return false;
    if (change.kind === 'clock-correction') this.#addCorrection(position, change);
    if (change.kind === 'opening' && head !== null) this.#openIncarnation.run(origin.incarnation, sequence);
    return true;
  }

  /**
   * Gives a change back the fields that a release forgot; the position of its record's first change, or undefined when this
   * change was not forgotten.
   */
  restore({ origin, sequence }: Change, { fields }: EncodedChange): number | undefined {
    return fields.length === 0 ? undefined : this.#restore.get(fields, origin.node, origin.incarnation, sequence);
  }

  /** Forgets what others than the holder wrote into a record, by the position of its first change. */
  forget(recordPosition: number, holder: number): void {
    this.#release.run({ first: recordPosition, holder });
  }

  #addCorrection(position: number, { target, from, to, correctedTo }: ClockCorrection): void {
    this.#insertCorrection.run(
      position,
      target.node,
      target.incarnation,
      from,
      to,
      correctedTo.ms,
      correctedTo.counter,
    );
  }
}

import type { RecordStore } from '../store/record-store.ts';

/** A note of the time when the database was shut, as it lies in the database. */
export type EmergencyNote = {
  readonly id: string;
  readonly at: number;
  readonly kind: 'note' | 'sms';
  readonly writtenBy: string;
  readonly text: string;
  readonly takenUpAt: number | null;
  readonly takenUpBy: string | null;
};

/** What is stored of a note at first. */
export type NewEmergencyNote = Pick<EmergencyNote, 'id' | 'at' | 'kind' | 'writtenBy' | 'text'>;

const COLUMNS =
  'id, at, kind, written_by as writtenBy, text, taken_up_at as takenUpAt, taken_up_by as takenUpBy from emergency_note';

/** The table of emergency notes. */
export class EmergencyNoteStore {
  readonly #db: RecordStore['db'];

  constructor(db: RecordStore['db']) {
    this.#db = db;
  }

  /** Keeps notes, all or none; gives how many were new. */
  insertAll(notes: readonly NewEmergencyNote[], nowMs: number): number {
    const insert = this.#db.prepare(
      'insert into emergency_note (id, at, kind, written_by, text, taken_in_at) values (?, ?, ?, ?, ?, ?) on conflict do nothing',
    );
    return this.#db
      .transaction(() =>
        notes.reduce(
          (count, { id, at, kind, writtenBy, text }) =>
            count + insert.run(id, Math.round(at), kind, writtenBy, text, nowMs).changes,
          0,
        ),
      )
      .immediate();
  }

  /** Those that nobody has taken up, the oldest first, after the one named; none twice. */
  waiting(limit: number, after: string | undefined): readonly EmergencyNote[] {
    return this.#db
      .prepare<[string, string, number], EmergencyNote>(
        `select ${COLUMNS} where taken_up_at is null
         and (at, id) > (coalesce((select at from emergency_note where id = ?), -1), ?) order by at, id limit ?`,
      )
      .all(after ?? '', after ?? '', limit);
  }

  /** How many wait. */
  countWaiting(): number {
    return Number(this.#db.prepare('select count(*) from emergency_note where taken_up_at is null').pluck().get());
  }

  /** One of them. */
  withId(id: string): EmergencyNote | undefined {
    return this.#db.prepare<[string], EmergencyNote>(`select ${COLUMNS} where id = ?`).get(id);
  }

  /** Notes who took it up and when; false when somebody had before. */
  takeUp(id: string, by: string, nowMs: number): boolean {
    const update = 'update emergency_note set taken_up_at = ?, taken_up_by = ? where id = ? and taken_up_at is null';
    return this.#db.prepare(update).run(nowMs, by, id).changes === 1;
  }
}

import type { Database, Statement } from 'better-sqlite3';

/** What is known of this replica against the hub's. Times are in milliseconds since 1970; null is never. */
export type ReplicaState = {
  readonly provenAt: number | null;
  readonly provenSequence: number | null;
  readonly provenFeed: number | null;
  readonly journalsAt: number | null;
  readonly mendedAt: number | null;
  readonly mendedRecords: number;
  /** How many patients the hub gives this node in all, and how many are still to come; null when it is not being loaded. */
  readonly loading: { readonly patients: number; readonly left: number } | null;
};

type Row = Omit<ReplicaState, 'loading'> & { readonly loading: string | null };

/** The table `replica_state`. */
export class ReplicaStateStore {
  readonly #read: Statement<[], Row>;
  readonly #proven: Statement<[number, number, number]>;
  readonly #compared: Statement<[number]>;
  readonly #mended: Statement<[number, number]>;
  readonly #loading: Statement<[string | null]>;

  constructor(db: Database) {
    this.#read = db.prepare(
      `select proven_at as provenAt, proven_sequence as provenSequence, proven_feed as provenFeed,
         journals_at as journalsAt, mended_at as mendedAt, mended_records as mendedRecords, loading
       from replica_state where id = 1`,
    );
    this.#proven = db.prepare(
      'update replica_state set proven_at = ?, proven_sequence = ?, proven_feed = ? where id = 1',
    );
    this.#compared = db.prepare('update replica_state set journals_at = ? where id = 1');
    this.#mended = db.prepare(
      'update replica_state set mended_at = ?, mended_records = mended_records + ? where id = 1',
    );
    this.#loading = db.prepare('update replica_state set loading = ? where id = 1');
  }

  /** The state as stored. */
  read(): ReplicaState {
    const row = this.#read.get() as Row;
    return { ...row, loading: row.loading === null ? null : (JSON.parse(row.loading) as ReplicaState['loading']) };
  }

  /** Notes that both sides held the same. */
  proven({ at, sequence, feed }: { readonly at: number; readonly sequence: number; readonly feed: number }): void {
    this.#proven.run(at, sequence, feed);
  }

  /** Notes that the journals were compared. */
  journalsCompared(at: number): void {
    this.#compared.run(at);
  }

  /** Notes that so many records were mended, at either end. */
  mended(at: number, records: number): void {
    this.#mended.run(at, records);
  }

  /** Notes how far the loading of this node is; null: that it is done. */
  loads(loading: ReplicaState['loading']): void {
    this.#loading.run(loading === null ? null : JSON.stringify(loading));
  }
}

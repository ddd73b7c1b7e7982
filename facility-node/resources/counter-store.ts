import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';

/** Where a series stands: its last number, and the copy of this disk that was heard of when it last began a new thousand. */
export type Counter = { readonly value: number; readonly branch: string };

/** The records that carry the numbers of a series. */
export type NumberedField = { readonly type: RecordType; readonly field: number };

/** The table `counter`, and what of its numbers stands in records. */
export class CounterStore {
  readonly #db: Database;
  readonly #read: Statement<[string], Counter>;
  readonly #write: Statement<[{ readonly series: string } & Counter]>;
  readonly #skip: Statement<[]>;
  readonly #otherBranch: Statement<[], string | null>;
  readonly #isFilling: Statement<[], number>;

  constructor(db: Database) {
    this.#db = db;
    this.#read = db.prepare('select value, branch from counter where series = ?');
    this.#write = db.prepare(
      `insert into counter (series, value, branch) values (@series, @value, @branch)
       on conflict (series) do update set value = excluded.value, branch = excluded.branch`,
    );
    this.#skip = db.prepare('update counter set value = (value / 1000 + 1) * 1000');
    this.#otherBranch = db.prepare<[], string | null>('select other_branch from sync_state').pluck();
    this.#isFilling = db.prepare<[], number>('select count(*) from replica_state where loading is not null').pluck();
  }

  /** Where a series stands; undefined before its first number. */
  read(series: string): Counter | undefined {
    return this.#read.get(series);
  }

  /** Keeps where a series stands; undone with the transaction. */
  write(series: string, counter: Counter): void {
    this.#write.run({ series, ...counter });
  }

  /** Every series goes on after the next thousand. */
  skipToNextThousand(): void {
    this.#skip.run();
  }

  /** The last incarnation of a copy of this disk that the hub told of; '' before the first. */
  otherBranch(): string {
    return this.#otherBranch.get() ?? '';
  }

  /** Whether the hub is filling this node, so that higher numbers may be still to come. */
  isFilling(): boolean {
    return (this.#isFilling.get() ?? 0) > 0;
  }

  /** Every number of a series that stands in a record here. */
  numbers({ type, field }: NumberedField): readonly string[] {
    return this.#db
      .prepare<[string], string>(
        `select json_extract(fields, ?) as number from record where type = ${type.number} and number is not null`,
      )
      .pluck()
      .all(`$."${field}"`);
  }
}

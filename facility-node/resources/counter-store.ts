import type { Database, Statement } from 'better-sqlite3';

/** The table `counter`. */
export class CounterStore {
  readonly #next: Statement<[string], number>;

  constructor(db: Database) {
    this.#next = db
      .prepare<[string], number>(
        `insert into counter (series, value) values (?, 1)
         on conflict (series) do update set value = value + 1 returning value`,
      )
      .pluck();
  }

  /** The next number of a series, from 1; given back when the transaction is undone. */
  next(series: string): number {
    return this.#next.get(series)!;
  }
}

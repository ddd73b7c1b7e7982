import type { Database, Statement } from 'better-sqlite3';

/** The table `counter`. */
export class CounterStore {
  readonly #next: Statement<[string], number>;
  readonly #skip: Statement<[]>;

  constructor(db: Database) {
    this.#skip = db.prepare('update counter set value = (value / 1000 + 1) * 1000');
    this.#next = db
      .prepare<[string], number>(
        `insert into counter (series, value) values (?, 1)
         on conflict (series) do update set value = value + 1 returning value`,
      )
      .pluck();
  }

  /** Every series goes on after the next thousand. */
  skipToNextThousand(): void {
    this.#skip.run();
  }

  /** The next number of a series, from 1; given back when the transaction is undone. */
  next(series: string): number {
    return this.#next.get(series)!;
  }
}

import type { Database, Statement } from 'better-sqlite3';

/** The weekly reports that were recorded here. */
export class WeeklyReportStore {
  readonly #ofWeek: Statement<[string], string>;

  constructor(db: Database) {
    this.#ofWeek = db
      .prepare<[string], string>(
        `select r.id from aggregate_report a join record r on r.id = a.id where a.week = ? order by r.created_position limit 1`,
      )
      .pluck();
  }

  /** The id of a week's report; undefined when none was recorded. */
  ofWeek(week: string): string | undefined {
    return this.#ofWeek.get(week);
  }
}

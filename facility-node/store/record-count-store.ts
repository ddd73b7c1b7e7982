import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import type { Database, Statement } from 'better-sqlite3';

/** How many records of each type are here. */
export class RecordCountStore {
  readonly #counts: Statement<[], { type: number; count: number }>;

  constructor(db: Database) {
    this.#counts = db.prepare('select type, count(*) as count from record group by type');
  }

  /** By the name of the type, every type of the catalogue, in its order. */
  byType(): Readonly<Record<string, number>> {
    const counts = new Map(this.#counts.all().map(({ type, count }) => [type, count]));
    return Object.fromEntries(RECORD_TYPES.map(({ name, number }) => [name, counts.get(number) ?? 0]));
  }
}

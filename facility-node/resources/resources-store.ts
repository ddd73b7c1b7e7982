import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';

/** One record of a list: its id and its place, which is the cursor. */
export type ListedRecord = { readonly id: string; readonly position: number };

/** Which records of a type: those after a place, with these values in these fields (by name). */
export type ListQuery = {
  readonly after: number;
  readonly limit: number;
  readonly equal: Readonly<Record<string, string>>;
};

/** Lists of records by type, in the order in which they came to be here. */
export class ResourcesStore {
  readonly #db: Database;
  readonly #firstEncounter: Statement<[string], number | null>;
  readonly #statements = new Map<string, Statement<unknown[], ListedRecord>>();

  constructor(db: Database) {
    this.#db = db;
    // The plus keeps the planner from walking all starts in order until it meets the patient.
    this.#firstEncounter = db
      .prepare<[string], number | null>('select min(+start) from encounter where patient = ?')
      .pluck();
  }

  list(type: RecordType, { after, limit, equal }: ListQuery): readonly ListedRecord[] {
    const names = Object.keys(equal).sort();
    return this.#statement(type, names).all(after, ...names.map((name) => equal[name]), limit);
  }

  /** The start (ms since 1970) of the patient's first encounter here. */
  firstEncounterOf(patientId: string): number | undefined {
    const start = this.#firstEncounter.get(patientId);
    return start ?? undefined;
  }

  #statement(type: RecordType, names: readonly string[]): Statement<unknown[], ListedRecord> {
    const key = [type.name, ...names].join(' ');
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    // Numbers of the catalogue, never what a caller sent; written out because an index on an expression is found by its text.
    const conditions = names.map((name) => ` and json_extract(fields, '$."${type.fields[name]!.number}"') = ?`);
    const made = this.#db.prepare<unknown[], ListedRecord>(
      `select id, created_position as position from record
       where type = ${type.number} and created_position > ?${conditions.join('')} order by created_position limit ?`,
    );
    this.#statements.set(key, made);
    return made;
  }
}

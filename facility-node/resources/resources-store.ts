import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';

/** One record of a list: its id and its place, which is the cursor. */
export type ListedRecord = { readonly id: string; readonly position: number };

/** Which records of a type: those after a place, with one of these values in each of these fields (by name). */
export type ListQuery = {
  readonly after: number;
  readonly limit: number;
  readonly equal: Readonly<Record<string, readonly string[]>>;
};

/** Lists of records by type, in the order in which they came to be here. */
export class ResourcesStore {
  readonly #db: Database;
  readonly #firstEncounter: Statement<[string], number | null>;
  readonly #replaced: Statement<[string], string>;
  readonly #statements = new Map<string, Statement<unknown[], ListedRecord>>();

  constructor(db: Database) {
    this.#db = db;
    // The plus keeps the planner from walking all starts in order until it meets the patient.
    this.#firstEncounter = db
      .prepare<[string], number | null>('select min(+start) from encounter where patient = ?')
      .pluck();
    this.#replaced = db
      .prepare<[string], string>(
        `with recursive replaced (id) as (
           select ?
           union
           select record.id from replaced cross join record on json_extract(record.fields, '$."12"') = replaced.id
           where record.type = 1 and json_extract(record.fields, '$."12"') is not null)
         select id from replaced`,
      )
      .pluck();
  }

  list(type: RecordType, { after, limit, equal }: ListQuery): readonly ListedRecord[] {
    const filters = Object.entries(equal).sort(([left], [right]) => (left < right ? -1 : 1));
    const values = filters.map(([, any]) => (any.length === 1 ? any[0] : JSON.stringify(any)));
    const shapes = filters.map(([name, any]) => ({ name, isOne: any.length === 1 }));
    return this.#statement(type, shapes).all(after, ...values, limit);
  }

  /** The start (ms since 1970) of the patient's first encounter here. */
  firstEncounterOf(patientId: string): number | undefined {
    const start = this.#firstEncounter.get(patientId);
    return start ?? undefined;
  }

  /** The patients whose records this one replaces, however many steps in between. */
  replacedBy(patientId: string): readonly string[] {
    return this.#replaced.all(patientId).filter((id) => id !== patientId);
  }

  #statement(
    type: RecordType,
    filters: readonly { readonly name: string; readonly isOne: boolean }[],
  ): Statement<unknown[], ListedRecord> {
    const key = [type.name, ...filters.map(({ name, isOne }) => `${name}${isOne ? '' : '*'}`)].join(' ');
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    // Numbers of the catalogue, never what a caller sent; written out because an index on an expression is found by its text.
    const conditions = filters.map(({ name, isOne }) => {
      const value = isOne ? '= ?' : 'in (select value from json_each(?))';
      return ` and json_extract(fields, '$."${type.fields[name]!.number}"') ${value}`;
    });
    const replacedBy = type.fields.replacedBy?.number;
    if (replacedBy !== undefined) conditions.push(isGoingOn(replacedBy));
    // The plus keeps the planner from walking all records in order until it meets those of a few patients.
    const position = filters.every(({ isOne }) => isOne) ? 'created_position' : '+created_position';
    const made = this.#db.prepare<unknown[], ListedRecord>(
      `select id, created_position as position from record
       where type = ${type.number} and ${position} > ?${conditions.join('')} order by ${position} limit ?`,
    );
    this.#statements.set(key, made);
    return made;
  }
}

/**
 * A list shows the record of a person that goes on; what it replaced is read by its id. A record whose successor is not here
 * goes on here, and of two that replace each other the one with the smaller id.
 */
function isGoingOn(replacedBy: number): string {
  const successor = `json_extract(record.fields, '$."${replacedBy}"')`;
  return ` and not exists (select 1 from record as other where other.id = ${successor} and not
    (record.id < other.id and json_extract(other.fields, '$."${replacedBy}"') is record.id))`;
}

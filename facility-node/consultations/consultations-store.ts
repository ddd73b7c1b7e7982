import type { Database, Statement } from 'better-sqlite3';
import { CONSULTATION_PARTS, PART_NAMES, type PartName } from './consultation-parts.ts';

/** What was recorded in a consultation. */
export class ConsultationsStore {
  readonly #parts: Readonly<Record<PartName, Statement<[string], string>>>;

  constructor(db: Database) {
    const statements = PART_NAMES.map((name) => {
      const type = CONSULTATION_PARTS[name];
      const path = `json_extract(fields, '$."${type.fields.encounter.number}"')`;
      const sql = `select id from record where type = ${type.number} and ${path} = ? order by created_position`;
      return [name, db.prepare<[string], string>(sql).pluck()] as const;
    });
    this.#parts = Object.fromEntries(statements) as Record<PartName, Statement<[string], string>>;
  }

  /** Ids of the records of one kind that refer to the encounter, the oldest first. */
  partsOf(encounterId: string, name: PartName): readonly string[] {
    return this.#parts[name].all(encounterId);
  }
}

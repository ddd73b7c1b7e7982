import type { Database, Statement } from 'better-sqlite3';
import type { SearchWords } from './search-query.ts';

/** The tables `patient_key` and `patient_search`, and what else patients are found by. */
export class PatientSearchStore {
  readonly #keyOf: Statement<[string], number>;
  readonly #addKey: Statement<[string]>;
  readonly #forget: Statement<[number]>;
  readonly #put: Statement<[SearchWords & { readonly key: number }]>;
  readonly #find: Statement<[string, number], string>;
  readonly #byNina: Statement<[string, number], string>;
  readonly #byNumber: Statement<[string], string>;

  constructor(db: Database) {
    this.#keyOf = db.prepare<[string], number>('select id from patient_key where record_id = ?').pluck();
    this.#addKey = db.prepare('insert into patient_key (record_id) values (?)');
    this.#forget = db.prepare('delete from patient_search where rowid = ?');
    this.#put = db.prepare(
      `insert into patient_search (rowid, plain, sound, digits, number) values (@key, @plain, @sound, @digits, @number)`,
    );
    // By rowid, not by rank: ranking would read every match of a common name before it gave the first.
    this.#find = db
      .prepare<[string, number], string>(
        `select patient_key.record_id from patient_search join patient_key on patient_key.id = patient_search.rowid
         where patient_search match ? order by patient_search.rowid desc limit ?`,
      )
      .pluck();
    this.#byNina = db
      .prepare<[string, number], string>(
        `select id from record where type = 1 and json_extract(fields, '$."7"') = ? order by created_position desc limit ?`,
      )
      .pluck();
    this.#byNumber = db
      .prepare<[string], string>(
        `select id from record where type = 1 and replace(json_extract(fields, '$."8"'), '-', '') = ?
           and json_extract(fields, '$."8"') is not null order by created_position limit 1`,
      )
      .pluck();
  }

  /** The id of the patient with this printed number, without its hyphens. */
  withNumber(number: string): string | undefined {
    return this.#byNumber.get(number);
  }

  /** Ids of up to `limit` patients with this national number. */
  withNina(nina: string, limit: number): readonly string[] {
    return this.#byNina.all(nina, limit);
  }

  /** Makes the patient found by these words, and by no earlier ones. */
  put(recordId: string, words: SearchWords): void {
    const known = this.#keyOf.get(recordId);
    if (known !== undefined) this.#forget.run(known);
    const key = known ?? Number(this.#addKey.run(recordId).lastInsertRowid);
    this.#put.run({ key, ...words });
  }

  /** Makes the patient found by nothing. */
  forget(recordId: string): void {
    const known = this.#keyOf.get(recordId);
    if (known !== undefined) this.#forget.run(known);
  }

  /** Ids of up to `limit` patients that match the FTS5 expression, the last registered first. */
  find(expression: string, limit: number): readonly string[] {
    return this.#find.all(expression, limit);
  }
}

import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { patient as patientType } from '@santehaggui/protocols/records/patient.ts';
import { integerArray, textArray, uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';

/** The fields of the catalogue that name a patient, but for the patient's own: a record that goes on for another. */
const NAMING = RECORD_TYPES.flatMap(({ number, fields }) =>
  Object.values(fields)
    .filter(({ kind, to }) => kind === 'ref' && to === patientType.name)
    .map((field) => ({ type: number, field: String(field.number) })),
);
const PATIENT = patientType.number;
const NUMBER = String(patientType.fields.number?.number);

/** The SQL of erasures in one facility's register. As `RegisterStore`, inside `withTenant`. */
export class ErasedStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /** Which of these records were erased here. */
  async erasedAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select record_id as id from ${this.#schema}.erased where record_id = any($1)`,
      [uuidArray(ids)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Erases records; `own` is the number of the facility's node. */
  async erase(ids: readonly string[], own: number): Promise<void> {
    await this.#sql.query(`select ${this.#schema}.erase_records($1, $2)`, [uuidArray(ids), own]);
  }

  /** A patient by id or printed number. */
  async patientNamed(text: string): Promise<string | undefined> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select id from ${this.#schema}.record where type = ${PATIENT} and (id::text = $1 or fields ->> $2 = $1) limit 1`,
      [text, NUMBER],
    );
    return rows[0]?.id;
  }

  /** The patients themselves, as far as they are here, and every record that names one of them. */
  async recordsAbout(
    patients: readonly string[],
  ): Promise<readonly { readonly id: string; readonly isPatient: boolean }[]> {
    const { rows } = await this.#sql.query<{ id: string; isPatient: boolean }>(
      `select id, type = ${PATIENT} as "isPatient" from ${this.#schema}.record where id = any($1)
       union
       select r.id, r.type = ${PATIENT} from ${this.#schema}.record r
       join unnest($3::int[], $4::text[]) as f (type, field) on r.type = f.type and r.fields ->> f.field = any($2)
       order by id`,
      [
        uuidArray(patients),
        textArray(patients),
        integerArray(NAMING.map(({ type }) => type)),
        textArray(NAMING.map(({ field }) => field)),
      ],
    );
    return rows;
  }
}

import { integerArray, textArray, uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import type { RecordRow } from './record-row.ts';
import { JOURNAL_KIND } from './stored-change.ts';

/** The SQL of what a facility holds of others: what it shares, and when copies end. As `RegisterStore`, inside `withTenant`. */
export class CopiesStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /**
   * With each of these patients, who need not be here, the records of the same person: those that it replaces, and those that replace it.
   * `linkedBy`: only as far as these nodes have said so.
   */
  async personsOf(
    patients: readonly string[],
    linkedBy: readonly number[] | undefined,
  ): Promise<readonly { readonly patient: string; readonly id: string }[]> {
    const { rows } = await this.#sql.query<{ patient: string; id: string }>(
      `with recursive heir (id, heir) as not materialized (
         select id, fields ->> '12' from ${this.#schema}.record
         where type = 1 and fields ->> '12' is not null
           and ($2::integer[] is null or split_part(stamps -> '12' ->> 'stamp', '.', 1)::integer = any($2))),
       person (patient, id) as (
         select id, id from unnest($1::uuid[]) as given (id)
         union
         select p.patient, other.id from person p cross join lateral (
           select heir::uuid as id from heir where heir.id = p.id
           union all
           select id from heir where heir.heir = p.id::text) as other)
       select patient, id from person order by patient, id`,
      [uuidArray(patients), linkedBy ?? null],
    );
    return rows;
  }

  /** The records of patients of some of the types that name their patient in field 1. */
  async recordsOfPatients(patients: readonly string[], types: readonly number[]): Promise<readonly RecordRow[]> {
    const { rows } = await this.#sql.query<RecordRow>(
      `select id, type, fields, stamps, conflicts, last_stamp as "lastStamp" from ${this.#schema}.record
       where type in (4, 5, 6, 7, 8, 9, 12, 17) and type = any($2) and fields ->> '1' = any($1) order by id`,
      [textArray(patients), integerArray(types)],
    );
    return rows;
  }

  /** The allergies of patients. */
  async allergiesOf(
    patients: readonly string[],
    allergyType: number,
  ): Promise<readonly { readonly id: string; readonly patient: string }[]> {
    const { rows } = await this.#sql.query<{ id: string; patient: string }>(
      `select id, fields ->> '1' as patient from ${this.#schema}.record
       where type in (4, 6, 7) and type = $2 and fields ->> '1' = any($1) order by id`,
      [textArray(patients), allergyType],
    );
    return rows;
  }

  /** The referrals of patients. */
  async referralsOf(patients: readonly string[], referralType: number): Promise<readonly RecordRow[]> {
    const { rows } = await this.#sql.query<RecordRow>(
      `select id, type, fields, stamps, conflicts, last_stamp as "lastStamp" from ${this.#schema}.record
       where type = 10 and type = $2 and fields ->> '2' = any($1) order by id`,
      [textArray(patients), referralType],
    );
    return rows;
  }

  /** Which of these records have changed here since a moment. */
  async changedSince(ids: readonly string[], since: Date): Promise<ReadonlySet<string>> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select id from ${this.#schema}.record where id = any($1) and updated_at >= $2`,
      [uuidArray(ids), since],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Patients of whom this facility has copies that came with a referral which ended before a moment, or under a consent. */
  async patientsOfCopies(endedBefore: Date, ownNodes: readonly number[]): Promise<readonly string[]> {
    const { rows } = await this.#sql.query<{ patient: string }>(
      `select distinct coalesce(r.fields ->> case when r.type = 10 then '2' else '1' end, '') as patient
       from ${this.#schema}.record r
       cross join lateral (
         select j.node from ${this.#schema}.journal j where j.record_id = r.id order by j.position limit 1) as first
       where first.node <> all($2::integer[]) and (
         (r.type = 10 and r.fields ->> '9' in ('closed', 'cancelled') and r.updated_at < $1) or r.type = 12)`,
      [endedBefore, integerArray(ownNodes)],
    );
    return rows.map(({ patient }) => patient).filter((patient) => patient !== '');
  }

  /** The consents that say one of these days as their first. */
  async consentsFrom(days: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select id from ${this.#schema}.record where type = 12 and fields ->> '7' = any($1)`,
      [textArray(days)],
    );
    return rows.map(({ id }) => id);
  }

  /** Takes copies out of the register, and out of the journal what others than their holder wrote into them; never what it created. */
  async release(records: readonly string[], holder: number): Promise<void> {
    await this.#sql.query(`select ${this.#schema}.release_copies($1, $2)`, [uuidArray(records), holder]);
  }

  /** The types of those of these records whose copies here were released. */
  async releasedTypes(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#sql.query<{ id: string; type: number }>(
      `select distinct record_id as id, type from ${this.#schema}.journal
       where record_id = any($1) and kind = ${JOURNAL_KIND.record} and octet_length(fields) = 0`,
      [uuidArray(ids)],
    );
    return new Map(rows.map(({ id, type }) => [id, type]));
  }

  /** Which of these records this facility, whose nodes these are or were, has been given, held still or no more. */
  async givenAmong(ids: readonly string[], ownNodes: readonly number[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select distinct record_id as id from ${this.#schema}.journal where record_id = any($1) and node <> all($2::integer[])`,
      [uuidArray(ids), integerArray(ownNodes)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The node that created each of these records, and its type, as far as the journal tells; also of those released. */
  async creationsOf(
    ids: readonly string[],
  ): Promise<readonly { readonly id: string; readonly type: number; readonly node: number }[]> {
    const { rows } = await this.#sql.query<{ id: string; type: number; node: number }>(
      `select distinct on (record_id) record_id as id, type, node from ${this.#schema}.journal
       where record_id = any($1) order by record_id, position`,
      [uuidArray(ids)],
    );
    return rows;
  }
}

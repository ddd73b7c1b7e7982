import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { CONSOLIDATED_WRITER, withTenant } from '../database/tenant.ts';
import type { Fact } from './facts.ts';

/** A record as it is stored, fields by number. */
export type StoredFields = {
  readonly id: string;
  readonly type: number;
  readonly fields: Readonly<Record<string, string | number | boolean | string[]>>;
};

/**
 * The encounters and conditions of a facility that any of these records bears on: they themselves, those of a patient, the
 * conditions of an encounter, and the other conditions of the same encounter or of the same patient. The numbers are those
 * of the catalogue: 1 patient, 4 encounter (field 1: patient), 6 condition (field 1: patient, field 2: encounter).
 */
export async function readRelated(
  sql: Sql,
  facility: string,
  records: readonly string[],
): Promise<readonly StoredFields[]> {
  const table = `${quoteIdentifier(facility)}.record`;
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<StoredFields>(
      `with touched as (select id, type, fields from ${table} where id = any($1)),
       encounters as (
         select id::text as id from touched where type = 4
         union select fields ->> '2' from touched where type = 6 and fields ? '2'
         union select r.id::text from ${table} r where r.type = 4 and r.fields ->> '1' in (select id::text from touched where type = 1)
       ),
       patients as (
         select id::text as id from touched where type = 1
         union select fields ->> '1' from touched where type = 6
       )
       select id, type, fields from ${table} where type = 4 and id in (select id::uuid from encounters)
       union
       select id, type, fields from ${table} where type = 6 and fields ->> '2' in (select id from encounters)
       union
       select id, type, fields from ${table} where type = 6 and fields ->> '1' in (select id from patients)`,
      [records],
    );
    return rows;
  });
}

/** Records of a facility by id. */
export async function readRecords(
  sql: Sql,
  facility: string,
  ids: readonly string[],
): Promise<readonly StoredFields[]> {
  if (ids.length === 0) return [];
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<StoredFields>(
      `select id, type, fields from ${quoteIdentifier(facility)}.record where id = any($1)`,
      [ids],
    );
    return rows;
  });
}

/** Puts facts in the place of whatever the sources had before; each counts for the region that the facility belonged to in its week. */
export async function replaceFacts(
  sql: Sql,
  facility: string,
  { sources, facts }: { readonly sources: readonly Uint8Array[]; readonly facts: readonly Fact[] },
): Promise<void> {
  await withTenant(sql, CONSOLIDATED_WRITER, async () => {
    await sql.query('delete from consolidated.fact where source = any($1)', [
      sources.map((source) => Buffer.from(source)),
    ]);
    await sql.query(
      `insert into consolidated.fact (source, disease, facility, region, epi_week, age_band, sex, is_death)
     select source, disease, $1, p.region, week, age, sex, is_death
     from unnest($2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[]) as f (source, disease, week, age, sex, is_death)
     join consolidated.place p on p.facility = $1 and p.since_week <= week and (p.until_week is null or week < p.until_week)`,
      [
        facility,
        facts.map(({ source }) => Buffer.from(source)),
        facts.map(({ disease }) => disease),
        facts.map(({ epiWeek }) => epiWeek),
        facts.map(({ ageBand }) => ageBand),
        facts.map(({ sex }) => sex),
        facts.map(({ isDeath }) => isDeath),
      ],
    );
  });
}

/** A facility that facts are drawn of, and the nodes that it has or had. */
export type FactFacility = { readonly code: string; readonly nodes: readonly number[] };

/** Facilities by code. */
export async function factFacilities(sql: Sql, codes: readonly string[]): Promise<readonly FactFacility[]> {
  const { rows } = await sql.query<FactFacility>(
    `select code, array(select node from hub.facility_of_node n where n.facility = code) as nodes
     from hub.facility where code = any($1) order by code`,
    [codes],
  );
  return rows;
}

/** An emergency access as it is counted. */
export type EmergencyRow = {
  readonly source: Uint8Array;
  readonly openedAt: Date;
  readonly reviewBy: Date;
  readonly review: string | null;
  readonly asksOthers: boolean;
};

/** Counts emergency accesses of a facility, each once and for the region that it was in then, as they stand now. */
export async function putEmergencies(sql: Sql, facility: string, rows: readonly EmergencyRow[]): Promise<void> {
  await withTenant(sql, CONSOLIDATED_WRITER, () =>
    sql.query(
      `insert into consolidated.emergency (source, facility, region, opened_at, review_by, review, asks_others)
       select source, f.code, f.region, opened_at, review_by, review, asks_others
       from unnest($2::bytea[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::boolean[])
         as e (source, opened_at, review_by, review, asks_others)
       join consolidated.facility f on f.code = $1
       on conflict (source) do update set review = excluded.review`,
      [
        facility,
        rows.map(({ source }) => Buffer.from(source)),
        rows.map(({ openedAt }) => openedAt),
        rows.map(({ reviewBy }) => reviewBy),
        rows.map(({ review }) => review),
        rows.map(({ asksOthers }) => asksOthers),
      ],
    ),
  );
}

import type { DiseaseCounts } from '@santehaggui/protocols/surveillance/report-counts.ts';
import { REGISTRY } from '../database/roles.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { CONSOLIDATED_WRITER, withTenant } from '../database/tenant.ts';

/** A weekly report in a facility's register. */
export type ReportRow = {
  readonly id: string;
  readonly week: string;
  readonly counts: string;
  readonly facility: string | null;
};

/** Of one facility, one alert after the other: two events of the same week must not raise it twice. */
export async function lockAlerts(sql: Sql, district: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`santehaggui alerts ${district}`]);
}

/** Weekly reports of a facility by id. The numbers are those of the catalogue: 11 aggregateReport. */
export function readReports(sql: Sql, facility: string, ids: readonly string[]): Promise<readonly ReportRow[]> {
  return reports(sql, facility, { column: 'id', values: ids });
}

/** The weekly reports of a facility of some weeks, the first that was recorded of each. */
export function readReportsOfWeeks(
  sql: Sql,
  facility: string,
  weeks: readonly string[],
): Promise<readonly ReportRow[]> {
  return reports(sql, facility, { column: `fields ->> '1'`, values: weeks });
}

function reports(
  sql: Sql,
  facility: string,
  { column, values }: { readonly column: string; readonly values: readonly string[] },
): Promise<readonly ReportRow[]> {
  if (values.length === 0) return Promise.resolve([]);
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<ReportRow>(
      `select id, fields ->> '1' as week, coalesce(fields ->> '4', '') as counts, fields ->> '2' as facility
       from ${quoteIdentifier(facility)}.record where type = 11 and (${column})::text = any($1) order by id`,
      [values],
    );
    return rows;
  });
}

/** The weeks in which facts of these sources tell a disease. */
export async function weeksOfFacts(sql: Sql, sources: readonly Uint8Array[]): Promise<readonly string[]> {
  if (sources.length === 0) return [];
  const { rows } = await withTenant(sql, CONSOLIDATED_WRITER, () =>
    sql.query<{ week: string }>(
      `select distinct epi_week as week from consolidated.fact where disease <> '' and source = any($1)`,
      [sources.map((source) => Buffer.from(source))],
    ),
  );
  return rows.map(({ week }) => week);
}

/** What the facts of a facility count of each disease in some weeks. */
export async function readFactCounts(
  sql: Sql,
  facility: string,
  weeks: readonly string[],
): Promise<readonly (DiseaseCounts & { readonly week: string; readonly disease: string })[]> {
  const { rows } = await withTenant(sql, CONSOLIDATED_WRITER, () =>
    sql.query<DiseaseCounts & { readonly week: string; readonly disease: string }>(
      `select epi_week as week, disease,
       (count(*) filter (where age_band = 'under-5'))::int as "casesUnder5",
       (count(*) filter (where age_band <> 'under-5'))::int as "cases5AndOver",
       (count(*) filter (where age_band = 'under-5' and is_death))::int as "deathsUnder5",
       (count(*) filter (where age_band <> 'under-5' and is_death))::int as "deaths5AndOver"
     from consolidated.fact where facility = $1 and epi_week = any($2) and disease <> '' group by 1, 2`,
      [facility, weeks],
    ),
  );
  return rows;
}

/** An alert that was raised. */
export type AlertRow = { readonly id: string; readonly level: string; readonly text: string; readonly stamps: Stamps };

type Stamps = Readonly<Record<string, { readonly stamp: string }>>;

/** The alert of a rule and week about one of these facilities; undefined when there is none. 13: alert. */
export function findAlert(
  sql: Sql,
  { rule, week, facilities }: { readonly rule: string; readonly week: string; readonly facilities: readonly string[] },
): Promise<AlertRow | undefined> {
  return withTenant(sql, REGISTRY, async () => {
    const { rows } = await sql.query<AlertRow>(
      `select id, fields ->> '4' as level, fields ->> '5' as text, stamps from ${REGISTRY}.record
       where type = 13 and fields ->> '1' = $1 and fields ->> '3' = $2 and fields ->> '2' = any($3) order by id limit 1`,
      [rule, week, facilities],
    );
    return rows[0];
  });
}

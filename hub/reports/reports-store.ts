import type { Sql } from '../database/sql.ts';

/** Where facts are read: the whole, or one region's window. */
export type FactSchema = 'consolidated' | 'regional';

/** Counts of one disease at one facility. */
export type CaseCounts = {
  readonly facility: string;
  readonly region: string;
  readonly disease: string;
  readonly casesUnder5: number;
  readonly cases5AndOver: number;
  readonly deathsUnder5: number;
  readonly deaths5AndOver: number;
};

/** A facility of the directory, and how many encounters it had in the week. */
export type FacilityWeek = { readonly code: string; readonly region: string; readonly encounters: number };

/** The facilities with their encounters of a week, in order of region and code. */
export async function readFacilityWeeks(sql: Sql, schema: FactSchema, week: string): Promise<readonly FacilityWeek[]> {
  const { rows } = await sql.query<FacilityWeek>(
    `select f.code, f.region, coalesce(e.encounters, 0)::int as encounters
     from ${schema}.facility f
     left join (select facility, count(*) as encounters from ${schema}.fact where disease = '' and epi_week = $1 group by facility) e
       on e.facility = f.code
     order by f.region, f.code`,
    [week],
  );
  return rows;
}

/** The notifiable cases of a week, by facility and disease. */
export async function readCases(sql: Sql, schema: FactSchema, week: string): Promise<readonly CaseCounts[]> {
  const { rows } = await sql.query<CaseCounts>(
    `select facility, region, disease,
       (count(*) filter (where age_band = 'under-5'))::int as "casesUnder5",
       (count(*) filter (where age_band <> 'under-5'))::int as "cases5AndOver",
       (count(*) filter (where age_band = 'under-5' and is_death))::int as "deathsUnder5",
       (count(*) filter (where age_band <> 'under-5' and is_death))::int as "deaths5AndOver"
     from ${schema}.fact where disease <> '' and epi_week = $1
     group by facility, region, disease`,
    [week],
  );
  return rows;
}

import type { EmergencyTally } from '@santehaggui/protocols/api/emergency-api.ts';
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

/** A facility, the region that it belonged to in the week, and how many encounters it had. */
export type FacilityWeek = { readonly code: string; readonly region: string; readonly encounters: number };

/** The facilities with their encounters of a week, in order of region and code. */
export async function readFacilityWeeks(sql: Sql, schema: FactSchema, week: string): Promise<readonly FacilityWeek[]> {
  const { rows } = await sql.query<FacilityWeek>(
    `select p.facility as code, p.region, coalesce(e.encounters, 0)::int as encounters
     from ${schema}.place p
     left join (select facility, count(*) as encounters from ${schema}.fact where disease = '' and epi_week = $1 group by facility) e
       on e.facility = p.facility
     where p.since_week <= $1 and (p.until_week is null or $1 < p.until_week)
     order by p.region, p.facility`,
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

/** Emergency accesses since a moment, by facility; what is overdue is so at `now`. */
export async function readEmergencies(
  sql: Sql,
  schema: FactSchema,
  { since, now, region }: { readonly since: Date; readonly now: Date; readonly region: string | null },
): Promise<readonly EmergencyTally[]> {
  const { rows } = await sql.query<EmergencyTally>(
    `select facility, region, count(*)::int as opened, (count(*) filter (where asks_others))::int as "askedOthers",
       (count(*) filter (where review is null))::int as waiting,
       (count(*) filter (where review is null and review_by < $2))::int as overdue,
       (count(*) filter (where review = 'justified'))::int as justified,
       (count(*) filter (where review = 'unjustified'))::int as unjustified
     from ${schema}.emergency where opened_at >= $1 and ($3::text is null or region = $3)
     group by facility, region order by region, facility`,
    [since, now, region],
  );
  return rows;
}

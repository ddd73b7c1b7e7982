import { type EpiWeek, epiWeekBounds, epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import type { Sql } from '../database/sql.ts';
import { CONSOLIDATED_WRITER, withTenant } from '../database/tenant.ts';

/** Where a facility is in the health map. `referralTarget` is a code. */
export type Place = {
  readonly region: string;
  readonly district: string | null;
  readonly referralTarget: string | null;
};

/** A place and its first day (`2026-01-01`; null: since it was registered), and whether it has been carried out. */
export type DatedPlace = Place & {
  readonly since: string | null;
  readonly reason: string | null;
  readonly isCarriedOut: boolean;
};

const COLUMNS = `nullif(since, '-infinity')::text as since, region, district, referral_target as "referralTarget", reason,
  carried_out_at is not null as "isCarriedOut"`;

/** All places of a facility, the earliest first; the last may still be to come. */
export async function placesOf(sql: Sql, facility: string): Promise<readonly DatedPlace[]> {
  const { rows } = await sql.query<DatedPlace>(
    `select ${COLUMNS} from hub.facility_place p where facility = $1 order by p.since`,
    [facility],
  );
  return rows;
}

/** Notes a place that begins on a day (null: at the registration); one that began on the same day is corrected by it. */
export async function writePlace(
  sql: Sql,
  facility: string,
  place: Place & { readonly since: string | null; readonly reason: string | null; readonly at: Date },
): Promise<void> {
  const { since, region, district, referralTarget, reason, at } = place;
  await sql.query(
    `insert into hub.facility_place (facility, since, region, district, referral_target, reason, asked_at)
     values ($1, coalesce($2::date, '-infinity'), $3, $4, $5, $6, $7)
     on conflict (facility, since) do update set region = excluded.region, district = excluded.district,
       referral_target = excluded.referral_target, reason = excluded.reason, asked_at = excluded.asked_at, carried_out_at = null`,
    [facility, since, region, district, referralTarget, reason, at],
  );
}

/** The facilities with a place whose day has come and which is not carried out. */
export async function facilitiesDue(sql: Sql, today: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ facility: string }>(
    'select distinct facility from hub.facility_place where carried_out_at is null and since <= $1 order by facility',
    [today],
  );
  return rows.map(({ facility }) => facility);
}

/** Makes a place the facility's present one at the hub, and with it the weeks of the reports that it was there. */
export async function settlePlace(
  sql: Sql,
  facility: string,
  { since, region, referralTarget, at }: Place & { readonly since: string | null; readonly at: Date },
): Promise<void> {
  await sql.query('update hub.facility set region = $2, referral_target = $3 where code = $1', [
    facility,
    region,
    referralTarget,
  ]);
  await sql.query(
    `update hub.facility_place set carried_out_at = $3 where facility = $1 and since = coalesce($2::date, '-infinity')`,
    [facility, since, at],
  );
  const places = (await placesOf(sql, facility)).filter(({ isCarriedOut }) => isCarriedOut);
  await settleWeeks(sql, facility, weeksOf(places));
}

/** Where a facility is as it is registered. */
export async function beginPlace(sql: Sql, facility: string, place: Place & { readonly at: Date }): Promise<void> {
  await writePlace(sql, facility, { ...place, since: null, reason: null });
  await settlePlace(sql, facility, { ...place, since: null });
}

/** A run of weeks in one region; `untilWeek` is the first that is no more of it. */
type RegionWeeks = { readonly sinceWeek: string; readonly untilWeek: string | null; readonly region: string };

function weeksOf(places: readonly DatedPlace[]): readonly RegionWeeks[] {
  const starts = places.map(({ since, region }) => ({ sinceWeek: since === null ? '' : firstWeekOf(since), region }));
  // Of two places that begin before the same Monday the later one has it.
  const last = new Map(starts.map((one) => [one.sinceWeek, one]));
  const runs = [...last.values()];
  return runs.map((run, at) => ({ ...run, untilWeek: runs[at + 1]?.sinceWeek ?? null }));
}

/** The first week whose Monday is not before a day. */
function firstWeekOf(day: string): EpiWeek {
  const ms = Temporal.PlainDate.from(day).toZonedDateTime('Africa/Bamako').epochMilliseconds;
  const week = epiWeekOf(ms);
  const { fromMs, toMs } = epiWeekBounds(week);
  return fromMs === ms ? week : epiWeekOf(toMs);
}

async function settleWeeks(sql: Sql, facility: string, runs: readonly RegionWeeks[]): Promise<void> {
  await withTenant(sql, CONSOLIDATED_WRITER, async () => {
    await sql.query('update consolidated.facility set region = $2 where code = $1', [facility, runs.at(-1)?.region]);
    await sql.query('delete from consolidated.place where facility = $1', [facility]);
    for (const { sinceWeek, untilWeek, region } of runs) {
      await sql.query(
        'insert into consolidated.place (facility, since_week, until_week, region) values ($1, $2, $3, $4)',
        [facility, sinceWeek, untilWeek, region],
      );
      await sql.query(
        `update consolidated.fact set region = $4
         where facility = $1 and epi_week >= $2 and ($3::text is null or epi_week < $3) and region <> $4`,
        [facility, sinceWeek, untilWeek, region],
      );
    }
  });
}

import { type EpiWeek, epiWeekBounds, epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import type { Sql } from '../database/sql.ts';
import { CONSOLIDATED_WRITER, withTenant } from '../database/tenant.ts';

/** Where a facility is in the health map. `referralTarget` is a code. */
export type Place = {
  readonly region: string;
  readonly district: string | null;
  readonly referralTarget: string | null;
};

/** A place and its first day (`2026-01-01`; null: since it was registered), when it was asked for, and whether it has been carried out. */
export type DatedPlace = Place & {
  readonly since: string | null;
  readonly reason: string | null;
  readonly askedAt: Date;
  readonly isCarriedOut: boolean;
};

const COLUMNS = `nullif(since, '-infinity')::text as since, region, district, referral_target as "referralTarget", reason, asked_at as "askedAt",
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

/**
 * Makes a place the facility's present one at the hub, and with it the weeks of the reports from its first day on; but where it was asked
 * for later (`askedAt`) from the week of that on: who has read a week that is over is not shown it once more, grouped in another way.
 */
export async function settlePlace(
  sql: Sql,
  facility: string,
  {
    since,
    region,
    referralTarget,
    at,
    askedAt,
  }: Place & { readonly since: string | null; readonly at: Date; readonly askedAt?: Date },
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
  const isLate = since !== null && askedAt !== undefined && firstWeekOf(since) < epiWeekOf(askedAt.getTime());
  const first = since === null ? '' : firstWeekOf(since);
  await settleWeeks(sql, facility, { sinceWeek: isLate ? epiWeekOf(askedAt.getTime()) : first, region });
}

/** Where a facility is as it is registered. */
export async function beginPlace(sql: Sql, facility: string, place: Place & { readonly at: Date }): Promise<void> {
  await writePlace(sql, facility, { ...place, since: null, reason: null });
  await settlePlace(sql, facility, { ...place, since: null });
}

/** The first week whose Monday is not before a day. */
function firstWeekOf(day: string): EpiWeek {
  const ms = Temporal.PlainDate.from(day).toZonedDateTime('Africa/Bamako').epochMilliseconds;
  const week = epiWeekOf(ms);
  const { fromMs, toMs } = epiWeekBounds(week);
  return fromMs === ms ? week : epiWeekOf(toMs);
}

/** From a week on the facility is counted in a region; the weeks before stay as they were. */
async function settleWeeks(
  sql: Sql,
  facility: string,
  { sinceWeek, region }: { readonly sinceWeek: string; readonly region: string },
): Promise<void> {
  await withTenant(sql, CONSOLIDATED_WRITER, async () => {
    await sql.query('update consolidated.facility set region = $2 where code = $1', [facility, region]);
    const { rows: known } = await sql.query<{ sinceWeek: string; region: string }>(
      `delete from consolidated.place where facility = $1 returning since_week as "sinceWeek", region`,
      [facility],
    );
    const before = known.filter((run) => run.sinceWeek < sinceWeek).toSorted((one, two) => compare(one, two));
    const runs = [...before, { sinceWeek, region }];
    for (const [at, run] of runs.entries())
      await sql.query(
        'insert into consolidated.place (facility, since_week, until_week, region) values ($1, $2, $3, $4)',
        [facility, run.sinceWeek, runs[at + 1]?.sinceWeek ?? null, run.region],
      );
    await sql.query(
      'update consolidated.fact set region = $3 where facility = $1 and epi_week >= $2 and region <> $3',
      [facility, sinceWeek, region],
    );
  });
}

function compare(one: { readonly sinceWeek: string }, two: { readonly sinceWeek: string }): number {
  return one.sinceWeek < two.sinceWeek ? -1 : 1;
}

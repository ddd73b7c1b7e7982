import type { Sql } from '../database/sql.ts';

/** A facility of a district, by its code and its record in the registry. */
export type DistrictFacility = { readonly code: string; readonly recordId: string };

/**
 * The facilities of the same health district, this one among them, in order of their codes; of the region, where no district was
 * registered. With `asOf`, a day: those alone that also were in one district with it on that day, as was known then. None for the registry.
 */
export async function districtOf(sql: Sql, facility: string, asOf?: string): Promise<readonly DistrictFacility[]> {
  const { rows } = await sql.query<DistrictFacility>(
    `with present as (
       select distinct on (facility) facility, region, district from hub.facility_place
       where carried_out_at is not null order by facility, since desc),
     earlier as (
       select distinct on (facility) facility, region, district from hub.facility_place
       where carried_out_at is not null and (since = '-infinity'
         or greatest(since, (asked_at at time zone 'UTC')::date) <= coalesce($2::date, 'infinity'))
       order by facility, since desc)
     select f.code, f.record_id as "recordId" from hub.facility f
     join present p on p.facility = f.code join earlier t on t.facility = f.code
     join present own on own.facility = $1 join earlier own_then on own_then.facility = $1
     where (p.region, t.region) = (own.region, own_then.region)
       and p.district is not distinct from own.district and t.district is not distinct from own_then.district
     order by f.code`,
    [facility, asOf ?? null],
  );
  return rows;
}

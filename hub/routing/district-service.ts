import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { neighboursOf } from './holder-store.ts';

const FACILITY = recordTypeNamed('facility');

/** A facility of a district, by its code and its record in the registry. */
export type DistrictFacility = { readonly code: string; readonly recordId: string };

/**
 * The facilities of the same health district, this one among them, in order of their codes; of the region, where no district was
 * registered. None for the registry.
 */
export async function districtOf(sql: Sql, facility: string): Promise<readonly DistrictFacility[]> {
  const neighbours = await neighboursOf(sql, facility);
  const records = await new Register(sql, REGISTRY).records(neighbours.map(({ recordId }) => recordId));
  const districts = new Map(
    neighbours.map(({ code, recordId }) => [code, namedFields(FACILITY, records.get(recordId)?.fields ?? {}).district]),
  );
  const own = districts.get(facility);
  return neighbours.filter(({ code }) => districts.get(code) === own);
}

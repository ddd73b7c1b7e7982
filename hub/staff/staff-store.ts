import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { staffAccount } from '@santehaggui/protocols/records/staff-account.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** A practitioner of a facility's own, as the record has it. */
export type StaffRow = {
  readonly id: string;
  readonly familyName: string | null;
  readonly givenName: string | null;
  readonly role: string | null;
  readonly active: boolean;
  /** Facility records where the person's account is valid too. */
  readonly places: readonly string[];
};

/** The numbers of a facility's nodes, its present one and those before. */
export async function nodesOfFacility(sql: Sql, facility: string): Promise<readonly number[]> {
  const { rows } = await sql.query<{ node: number }>('select node from hub.facility_of_node where facility = $1', [
    facility,
  ]);
  return rows.map(({ node }) => node);
}

/**
 * The practitioners whom a facility's own nodes made, by id, after one. The numbers are those of the catalogue: 2 practitioner
 * (1 familyName, 2 givenName, 3 role, 6 active), 18 staffAccount (1 practitioner, 4 places).
 */
export function staffOf(
  sql: Sql,
  facility: string,
  { nodes, after, limit }: { readonly nodes: readonly number[]; readonly after: string; readonly limit: number },
): Promise<readonly StaffRow[]> {
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<StaffRow>(
      `select r.id, r.fields ->> '1' as "familyName", r.fields ->> '2' as "givenName", r.fields ->> '3' as role,
         coalesce((r.fields ->> '6')::boolean, true) as active,
         array(select split_part(p.value, ' ', 1) from ${quoteIdentifier(facility)}.record a
           cross join lateral jsonb_array_elements_text(coalesce(a.fields -> '4', '[]')) as p
           where a.type = $5 and a.fields ->> '1' = r.id::text) as places
       from ${quoteIdentifier(facility)}.record r
       cross join lateral (
         select j.node from ${quoteIdentifier(facility)}.journal j where j.record_id = r.id order by j.position limit 1) as first
       where r.type = $4 and first.node = any($1::integer[]) and r.id::text > $2 order by r.id::text limit $3`,
      [nodes, after, limit, practitioner.number, staffAccount.number],
    );
    return rows;
  });
}

/** The facilities, by code. */
export async function codesOfFacilities(
  sql: Sql,
): Promise<readonly { readonly code: string; readonly recordId: string }[]> {
  const { rows } = await sql.query<{ code: string; recordId: string }>(
    'select code, record_id as "recordId" from hub.facility order by code',
  );
  return rows;
}

import { integerArray, textArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** Which field of which types names the patient, which field of which type tells when, and which values of a referral's status end it. */
export type PlanFields = {
  readonly patients: readonly { readonly type: number; readonly field: number }[];
  readonly seen: { readonly type: number; readonly field: number };
  readonly status: { readonly type: number; readonly field: number; readonly ended: readonly string[] };
  readonly patientType: number;
};

/** A record as `routing/load-order.ts` needs it. */
export type PlanRow = {
  readonly id: string;
  readonly type: number;
  readonly patient: string | null;
  readonly atMs: number;
  readonly isEncounter: boolean;
  readonly isOpen: boolean;
  readonly position: number;
};

/** Every record of a facility's register, and where the journal ends; null while the facility's node has recorded nothing. */
export async function readLoadPlan(
  sql: Sql,
  facility: string,
  { patients, seen, status, patientType }: PlanFields,
): Promise<{ readonly rows: readonly PlanRow[]; readonly journalPosition: number } | null> {
  return withTenant(sql, facility, async () => {
    const known = await sql.query<{ last: string | null; own: boolean }>(
      `select max(position) as last, exists (select 1 from ${quoteIdentifier(facility)}.journal where head is not null) as own
       from ${quoteIdentifier(facility)}.journal`,
    );
    if (known.rows[0]?.own !== true) return null;
    const { rows } = await sql.query<PlanRow>(
      `with created as (
         select record_id as id, min(position)::int as position from ${quoteIdentifier(facility)}.journal
         where record_id is not null group by record_id)
       select r.id, r.type, c.position, r.type = $5 as "isEncounter",
         case when r.type = $3 then r.id::text else r.fields ->> s.field end as patient,
         coalesce((case when r.type = $5 and jsonb_typeof(r.fields -> $6) = 'number' then (r.fields ->> $6)::float8 end),
           extract(epoch from r.updated_at)::float8 * 1000) as "atMs",
         r.type = $7 and not (coalesce(r.fields ->> $8, '') = any($4)) as "isOpen"
       from ${quoteIdentifier(facility)}.record r join created c using (id)
       left join unnest($1::int[], $2::text[]) as s (type, field) on s.type = r.type`,
      [
        integerArray(patients.map(({ type }) => type)),
        textArray(patients.map(({ field }) => String(field))),
        patientType,
        textArray(status.ended),
        ...[seen.type, String(seen.field), status.type, String(status.field)],
      ],
    );
    return { rows, journalPosition: Number(known.rows[0]?.last ?? 0) };
  });
}

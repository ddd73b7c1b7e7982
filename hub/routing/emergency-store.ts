import { uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** What a facility asked for in an emergency, and what came of it. */
export type EmergencyShare = {
  readonly record: string;
  readonly facility: string;
  readonly patient: string | null;
  readonly outcome: 'given' | 'nobody' | 'limit';
  readonly given: number;
  readonly at: Date;
  readonly until: Date;
};

/** Keeps what was given in an emergency. */
export async function insertShare(sql: Sql, share: EmergencyShare): Promise<void> {
  const { record, facility, patient, outcome, given, at, until } = share;
  await sql.query(
    `insert into hub.emergency_share (record_id, facility, patient, outcome, given, at, until)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [record, facility, patient, outcome, given, at, until],
  );
}

/** Notes that an access ends at a moment, where it was to last longer; answers whether it was answered before. */
export async function shortenShare(sql: Sql, record: string, until: Date): Promise<boolean> {
  const { rowCount } = await sql.query('update hub.emergency_share set until = least(until, $2) where record_id = $1', [
    record,
    until,
  ]);
  return (rowCount ?? 0) > 0;
}

/** How often a facility was given something, or found nobody, since a moment. */
export async function countShares(sql: Sql, facility: string, since: Date): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from hub.emergency_share where facility = $1 and at > $2 and outcome <> 'limit'`,
    [facility, since],
  );
  return rows[0]?.count ?? 0;
}

/** Whether a facility may hold the records of a person in an emergency now. */
export async function hasOpenShare(
  sql: Sql,
  facility: string,
  { person, at }: { readonly person: readonly string[]; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from hub.emergency_share
     where facility = $1 and patient = any($2) and until > $3 and released_at is null limit 1`,
    [facility, uuidArray(person), at],
  );
  return (rowCount ?? 0) > 0;
}

/** What was given and is over, and has not been taken back; of a facility without a node later, when there is one to be told. */
export async function dueShares(
  sql: Sql,
  at: Date,
): Promise<readonly { readonly record: string; readonly facility: string; readonly patient: string | null }[]> {
  const { rows } = await sql.query<{ record: string; facility: string; patient: string | null }>(
    `select record_id as record, facility, patient from hub.emergency_share
     where released_at is null and until <= $1
       and exists (select 1 from hub.facility f where f.code = emergency_share.facility and f.node is not null)
     order by until limit 500`,
    [at],
  );
  return rows;
}

/** Notes that what was given has been taken back. */
export async function markReleased(sql: Sql, record: string, at: Date): Promise<void> {
  await sql.query('update hub.emergency_share set released_at = $2 where record_id = $1', [record, at]);
}

/** The facilities that asked for more than is given without a person, since a moment. */
export async function overLimit(sql: Sql, since: Date): Promise<readonly string[]> {
  const { rows } = await sql.query<{ facility: string }>(
    `select distinct facility from hub.emergency_share where outcome = 'limit' and at > $1 order by facility`,
    [since],
  );
  return rows.map(({ facility }) => facility);
}

/** The facility whose printed numbers begin so: `CSCOMSANGHA00042T` is of `cscom_sangha`. */
export async function facilityOfNumber(sql: Sql, compact: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ code: string }>(
    `select code from hub.facility where upper(replace(code, '_', '')) = $1`,
    [compact.slice(0, -6)],
  );
  return rows[0]?.code;
}

/** The record id of a facility. */
export async function recordOfFacility(sql: Sql, facility: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ id: string }>('select record_id as id from hub.facility where code = $1', [
    facility,
  ]);
  return rows[0]?.id;
}

/** The patient of a register with this printed number, given without hyphens (1; 8 number). */
export function patientWithNumber(sql: Sql, facility: string, compact: string): Promise<string | undefined> {
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<{ id: string }>(
      `select id from ${quoteIdentifier(facility)}.record
       where type = 1 and replace(fields ->> '8', '-', '') = $1 order by id limit 1`,
      [compact],
    );
    return rows[0]?.id;
  });
}

import type { Sql } from '../database/sql.ts';
import { CONSOLIDATED_WRITER, withTenant } from '../database/tenant.ts';

/** A facility to be registered. */
export type NewFacility = {
  readonly code: string;
  readonly recordId: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly referralTarget: string | null;
  readonly createdAt: Date;
  readonly schemaVersion: number;
  readonly viewsHash: string;
};

/** A facility as lists show it. */
export type FacilityRow = {
  readonly code: string;
  readonly recordId: string;
  readonly name: string;
  readonly kind: string;
  readonly region: string;
  readonly node: number | null;
  readonly signKey: Buffer | null;
  readonly lastSeenAt: Date | null;
  readonly changes: number;
};

/** Lets one registration after the other work, so that each sees the facilities of the one before. */
export async function lockRegistry(sql: Sql): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('santehaggui facilities', 0))`);
}

/** The codes and record ids of the facilities of a region. */
export async function facilitiesOfRegion(
  sql: Sql,
  region: string,
): Promise<readonly { readonly code: string; readonly recordId: string }[]> {
  const { rows } = await sql.query<{ code: string; recordId: string }>(
    'select code, record_id as "recordId" from hub.facility where region = $1 order by code',
    [region],
  );
  return rows;
}

/** What the registry's own table holds of a facility. */
export type Registration = {
  readonly recordId: string;
  readonly name: string;
  readonly referralTarget: string | null;
  readonly isEnrolled: boolean;
};

/** The registration under a code; undefined when there is none. */
export async function registrationOf(sql: Sql, code: string): Promise<Registration | undefined> {
  const { rows } = await sql.query<Registration>(
    `select record_id as "recordId", name, referral_target as "referralTarget", node is not null as "isEnrolled"
     from hub.facility where code = $1`,
    [code],
  );
  return rows[0];
}

/** The region and the record of a facility; undefined when there is no such code. */
export async function placeOf(
  sql: Sql,
  code: string,
): Promise<{ readonly region: string; readonly recordId: string } | undefined> {
  const { rows } = await sql.query<{ region: string; recordId: string }>(
    'select region, record_id as "recordId" from hub.facility where code = $1',
    [code],
  );
  return rows[0];
}

/** The record id of a facility; undefined when there is no such code. */
export async function recordOfFacility(sql: Sql, code: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ recordId: string }>(
    'select record_id as "recordId" from hub.facility where code = $1',
    [code],
  );
  return rows[0]?.recordId;
}

/** The code of the facility with a record id; undefined when there is none. */
export async function codeOfRecord(sql: Sql, recordId: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ code: string }>('select code from hub.facility where record_id = $1', [recordId]);
  return rows[0]?.code;
}

/** The facilities that were to refer to a code before it was registered. */
export async function facilitiesReferringTo(
  sql: Sql,
  code: string,
): Promise<readonly { readonly code: string; readonly recordId: string }[]> {
  const { rows } = await sql.query<{ code: string; recordId: string }>(
    'select code, record_id as "recordId" from hub.facility where referral_target = $1 order by code',
    [code],
  );
  return rows;
}

/** Registers a facility. */
export async function addFacility(sql: Sql, facility: NewFacility): Promise<void> {
  await sql.query(
    `insert into hub.facility (code, record_id, name, kind, region, referral_target, created_at, schema_version, views_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      facility.code,
      facility.recordId,
      facility.name,
      facility.kind,
      facility.region,
      facility.referralTarget,
      facility.createdAt,
      facility.schemaVersion,
      facility.viewsHash,
    ],
  );
}

/** Puts a facility into the directory that reports are read with. */
export async function addToDirectory(
  sql: Sql,
  facility: Pick<NewFacility, 'code' | 'name' | 'kind' | 'region'>,
): Promise<void> {
  await withTenant(sql, CONSOLIDATED_WRITER, () =>
    sql.query(
      `insert into consolidated.facility (code, name, kind, region) values ($1, $2, $3, $4)
     on conflict (code) do update set name = excluded.name, kind = excluded.kind, region = excluded.region`,
      [facility.code, facility.name, facility.kind, facility.region],
    ),
  );
}

/** All facilities, in order of their codes. */
export async function listFacilities(sql: Sql): Promise<readonly FacilityRow[]> {
  const { rows } = await sql.query<Omit<FacilityRow, 'changes'> & { readonly changes: string }>(
    `select code, record_id as "recordId", name, kind, region, node, sign_key as "signKey", last_seen_at as "lastSeenAt",
       received_changes as changes
     from hub.facility order by code`,
  );
  return rows.map((row) => ({ ...row, changes: Number(row.changes) }));
}

/** The facilities whose node's past has branched within the last days: a disk was put back, or copied. */
export async function facilitiesBranched(sql: Sql, days: number): Promise<readonly string[]> {
  const { rows } = await sql.query<{ code: string }>(
    'select code from hub.facility where branched_at > now() - make_interval(days => $1) order by code',
    [days],
  );
  return rows.map(({ code }) => code);
}

/** How many facilities there are, and how many have a node. */
export async function countFacilities(sql: Sql): Promise<{ readonly total: number; readonly enrolled: number }> {
  const { rows } = await sql.query<{ total: string; enrolled: string }>(
    'select count(*) as total, count(node) as enrolled from hub.facility',
  );
  return { total: Number(rows[0]?.total ?? 0), enrolled: Number(rows[0]?.enrolled ?? 0) };
}

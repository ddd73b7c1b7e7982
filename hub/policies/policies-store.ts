import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** A row of `hub.policy_edition`. */
export type EditionRow = {
  readonly recordId: string;
  readonly edition: number;
  readonly role: string;
  readonly district: string | null;
  readonly rules: unknown;
  readonly ceiling: unknown;
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: Date;
};

/** A facility of the registry. */
export type ConcernedFacility = { readonly code: string; readonly recordId: string };

const COLUMNS = `record_id as "recordId", edition, role, district, rules, ceiling, reason, set_by as "setBy", set_at as "setAt"`;

/** Of two who set policies, or one who registers a facility meanwhile, the second sees what the first has made. */
export async function lockPolicies(sql: Sql): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('santehaggui policies', 0))`);
}

/** Keeps an edition; `changes` are its effects in words. */
export async function addEdition(
  sql: Sql,
  { changes, ...row }: EditionRow & { readonly changes: readonly string[] },
): Promise<void> {
  await sql.query(
    `insert into hub.policy_edition (record_id, edition, role, district, rules, ceiling, reason, changes, set_by, set_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[row.recordId, row.edition, row.role, row.district, jsonOf(row.rules), jsonOf(row.ceiling), row.reason],
      ...[JSON.stringify(changes), row.setBy, row.setAt],
    ],
  );
}

/** The editions of a role's policy, the newest first. */
export async function editionsOf(sql: Sql, role: string, district: string | null): Promise<readonly EditionRow[]> {
  const { rows } = await sql.query<EditionRow>(
    `select ${COLUMNS} from hub.policy_edition where role = $1 and district is not distinct from $2 order by edition desc`,
    [role, district],
  );
  return rows;
}

/** The last edition of each policy. */
export async function latestEditions(sql: Sql): Promise<readonly EditionRow[]> {
  const { rows } = await sql.query<EditionRow>(
    `select distinct on (role, coalesce(district, '')) ${COLUMNS} from hub.policy_edition
     order by role, coalesce(district, ''), edition desc`,
  );
  return rows;
}

/** The records of policies in the registry: what each is for, as it stands there. 14: rolePolicy. */
export async function policyRecords(
  sql: Sql,
): Promise<readonly { readonly id: string; readonly role: string; readonly district: string | null }[]> {
  const { rows } = await withTenant(sql, REGISTRY, () =>
    sql.query<{ id: string; role: string; district: string | null }>(
      `select id, fields ->> '1' as role, fields ->> '2' as district from ${REGISTRY}.record where type = 14 order by id`,
    ),
  );
  return rows;
}

/** All facilities, in the order of their codes. */
export async function allFacilities(sql: Sql): Promise<readonly ConcernedFacility[]> {
  const { rows } = await sql.query<ConcernedFacility>(
    'select code, record_id as "recordId" from hub.facility order by code',
  );
  return rows;
}

function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

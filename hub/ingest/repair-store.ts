import { uuidArray } from '../database/binary-array.ts';
import { REGISTRY } from '../database/roles.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** The register where each of these writers' changes come first: of a node its facility's, of the hub its own; by node. */
export async function homesOf(
  sql: Sql,
  writers: readonly { readonly node: number }[],
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql.query<{ node: number; code: string }>(
    'select node, code from hub.facility where node = any($1)',
    [[...new Set(writers.map(({ node }) => node))]],
  );
  return new Map([[0, REGISTRY] as const, ...rows.map(({ node, code }) => [node, code] as const)]);
}

/** The key of a facility's node that its chain is made with; empty while it has no node. */
export async function readJournalKey(sql: Sql, facility: string): Promise<Uint8Array> {
  const { rows } = await sql.query<{ key: Buffer | null }>(
    'select journal_key as key from hub.facility where code = $1',
    [facility],
  );
  return new Uint8Array(rows[0]?.key ?? new Uint8Array(32));
}

/** Which of these records a facility holds, by its register or by what was noted of holders. */
export async function readRecordsHeld(
  sql: Sql,
  facility: string,
  records: readonly string[],
): Promise<ReadonlySet<string>> {
  if (records.length === 0) return new Set();
  const noted = await sql.query<{ id: string }>(
    'select record_id as id from hub.holder where facility = $1 and record_id = any($2)',
    [facility, uuidArray(records)],
  );
  const here = await withTenant(sql, facility, () =>
    sql.query<{ id: string }>(`select id from ${quoteIdentifier(facility)}.record where id = any($1)`, [
      uuidArray(records),
    ]),
  );
  return new Set([...noted.rows, ...here.rows].map(({ id }) => id));
}

import { uuidArray } from '../database/binary-array.ts';
import type { Sql } from '../database/sql.ts';

/** The facilities that hold each of these records, of those records that more than one holds. */
export async function readHolders(
  sql: Sql,
  records: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const holders = new Map<string, Set<string>>();
  if (records.length === 0) return holders;
  const { rows } = await sql.query<{ id: string; facility: string }>(
    'select record_id as id, facility from hub.holder where record_id = any($1)',
    [uuidArray(records)],
  );
  for (const { id, facility } of rows) holders.set(id, (holders.get(id) ?? new Set<string>()).add(facility));
  return holders;
}

/** Notes that facilities hold records. */
export async function appendHolders(
  sql: Sql,
  pairs: readonly { readonly record: string; readonly facility: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await sql.query(
    `insert into hub.holder (record_id, facility) select * from unnest($1::uuid[], $2::text[]) on conflict do nothing`,
    [pairs.map(({ record }) => record), pairs.map(({ facility }) => facility)],
  );
}

/** The codes of the facilities with these record ids. */
export async function facilitiesOfRecords(sql: Sql, records: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (records.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; code: string }>(
    'select record_id as id, code from hub.facility where record_id = any($1)',
    [records],
  );
  return new Map(rows.map(({ id, code }) => [id, code]));
}

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

/** The id of a facility's record, and the key of its node (X25519, hexadecimal); null while it has none. */
export async function facilityKeyOf(
  sql: Sql,
  facility: string,
): Promise<{ readonly recordId: string; readonly nodeKey: string | null } | undefined> {
  const { rows } = await sql.query<{ recordId: string; nodeKey: string | null }>(
    `select record_id as "recordId", encode(seal_key, 'hex') as "nodeKey" from hub.facility where code = $1`,
    [facility],
  );
  return rows[0];
}

/** Notes that a facility holds records no more. */
export async function removeHolder(sql: Sql, facility: string, records: readonly string[]): Promise<void> {
  await sql.query('delete from hub.holder where facility = $1 and record_id = any($2)', [facility, uuidArray(records)]);
}

/** The facilities of the same region, this one among them. */
export async function neighboursOf(
  sql: Sql,
  facility: string,
): Promise<readonly { readonly code: string; readonly recordId: string }[]> {
  const { rows } = await sql.query<{ code: string; recordId: string }>(
    `select code, record_id as "recordId" from hub.facility
     where region = (select region from hub.facility where code = $1) order by code`,
    [facility],
  );
  return rows;
}

/** The number of a facility's node, null while it has none, and of all that it has had. */
export async function nodesOf(
  sql: Sql,
  facility: string,
): Promise<{ readonly present: number | null; readonly all: readonly number[] }> {
  const { rows } = await sql.query<{ present: number | null; all: number[] }>(
    `select node as present, array(select n.node from hub.facility_of_node n where n.facility = code) as all
     from hub.facility where code = $1`,
    [facility],
  );
  return rows[0] ?? { present: null, all: [] };
}

/** The facilities whose nodes these are or were, by node. */
export async function facilitiesOfNodes(sql: Sql, nodes: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql.query<{ node: number; code: string }>(
    'select node, facility as code from hub.facility_of_node where node = any($1)',
    [nodes],
  );
  return new Map(rows.map(({ node, code }) => [node, code]));
}

/** The codes of the facilities that have a node. */
export async function enrolledFacilities(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ code: string }>(
    'select code from hub.facility where node is not null order by code',
  );
  return rows.map(({ code }) => code);
}

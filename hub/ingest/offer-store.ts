import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import { journalKeyOf, type StoredChange } from '../registers/stored-change.ts';

/** The keys (`journalKeyOf`) of those changes of which a facility's register has other bytes. */
export async function readContradictions(
  sql: Sql,
  facility: string,
  changes: readonly StoredChange[],
): Promise<ReadonlySet<string>> {
  if (changes.length === 0) return new Set();
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<{ place: string }>(
      `select place from unnest($1::int[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[])
         with ordinality as o (node, incarnation, sequence, meta, fields, place)
       join ${quoteIdentifier(facility)}.journal j using (node, incarnation, sequence)
       where j.meta <> o.meta or j.fields <> o.fields`,
      [
        changes.map(({ change }) => change.origin.node),
        changes.map(({ change }) => change.origin.incarnation),
        changes.map(({ change }) => change.sequence),
        changes.map(({ encoded }) => Buffer.from(encoded.meta)),
        changes.map(({ encoded }) => Buffer.from(encoded.fields)),
      ],
    ),
  );
  return new Set(rows.map(({ place }) => journalKeyOf(changes[Number(place) - 1] as StoredChange)));
}

/** The facilities of nodes that are or were enrolled. */
export async function facilitiesOfNodes(sql: Sql, nodes: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql.query<{ node: number; code: string }>(
    'select node, facility as code from hub.facility_of_node where node = any($1)',
    [nodes],
  );
  return new Map(rows.map(({ node, code }) => [node, code]));
}

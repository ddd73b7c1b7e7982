import type { Sql } from '../database/sql.ts';

/** Gives a node another key for its frames; `same` when it has that one, `former` (and nothing is changed) when it had it before. */
export async function replaceLinkKey(
  sql: Sql,
  { node, key, at }: { readonly node: number; readonly key: Uint8Array; readonly at: Date },
): Promise<'replaced' | 'same' | 'former'> {
  const { rows } = await sql.query<{ seal_key: Buffer }>(
    'select seal_key from hub.facility where node = $1 for update',
    [node],
  );
  const present = rows[0]?.seal_key;
  const bytes = Buffer.from(key);
  if (present === undefined) return 'former';
  if (present.equals(bytes)) return 'same';
  const former = await sql.query('select from hub.former_node_key where node = $1 and seal_key = $2', [node, bytes]);
  if (former.rowCount !== 0) return 'former';
  await sql.query('insert into hub.former_node_key (node, seal_key, replaced_at) values ($1, $2, $3)', [
    ...[node, present, at],
  ]);
  await sql.query('update hub.facility set seal_key = $2 where node = $1', [node, bytes]);
  return 'replaced';
}

import type { ChainState, ParkedChange } from '@santehaggui/protocols/journal/follow-chain.ts';
import type { Sql } from '../database/sql.ts';

type ChainRow = { incarnation: string; last: string; completed: string; head: Buffer };

/** The chains of the given incarnations of a node that are known. */
export async function readChains(
  sql: Sql,
  node: number,
  incarnations: readonly string[],
): Promise<ReadonlyMap<string, ChainState>> {
  const { rows } = await sql.query<ChainRow>(
    `select incarnation, last_sequence as last, completed_sequence as completed, head from hub.chain
     where node = $1 and incarnation = any($2)`,
    [node, incarnations],
  );
  return new Map(
    rows.map(({ incarnation, last, completed, head }) => [
      incarnation,
      { lastSequence: Number(last), completedSequence: Number(completed), head: new Uint8Array(head) },
    ]),
  );
}

/** A parked change; one that `isWaiting` came before the record that it changes. */
export type ParkedRow = ParkedChange & { readonly isWaiting: boolean };

/** What is here of a node beyond gaps, in order. */
export async function readParked(sql: Sql, node: number): Promise<readonly ParkedRow[]> {
  const { rows } = await sql.query<{ incarnation: string; sequence: string; isLast: boolean; isWaiting: boolean }>(
    `select incarnation, sequence, is_last as "isLast", is_waiting as "isWaiting" from hub.parked
     where node = $1 order by sequence`,
    [node],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

/** Notes what came beyond a gap. */
export async function appendParked(sql: Sql, node: number, parked: readonly ParkedRow[]): Promise<void> {
  if (parked.length === 0) return;
  await sql.query(
    `insert into hub.parked (node, incarnation, sequence, is_last, is_waiting)
     select $1, * from unnest($2::text[], $3::bigint[], $4::boolean[], $5::boolean[])`,
    [
      node,
      parked.map(({ incarnation }) => incarnation),
      parked.map(({ sequence }) => sequence),
      parked.map(({ isLast }) => isLast),
      parked.map(({ isWaiting }) => isWaiting),
    ],
  );
}

/** Forgets, of what was beyond a gap, that which the chain has now reached. */
export async function removeParked(
  sql: Sql,
  node: number,
  linked: readonly { readonly incarnation: string; readonly sequence: number }[],
): Promise<void> {
  if (linked.length === 0) return;
  await sql.query(
    `delete from hub.parked p using unnest($2::text[], $3::bigint[]) as l (incarnation, sequence)
     where p.node = $1 and p.incarnation = l.incarnation and p.sequence = l.sequence`,
    [node, linked.map(({ incarnation }) => incarnation), linked.map(({ sequence }) => sequence)],
  );
}

/** Writes where chains stand now. */
export async function writeChains(sql: Sql, node: number, chains: ReadonlyMap<string, ChainState>): Promise<void> {
  const entries = [...chains];
  if (entries.length === 0) return;
  await sql.query(
    `insert into hub.chain (node, incarnation, last_sequence, completed_sequence, head)
     select $1, incarnation, last, completed, head
     from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bytea[]) as c (incarnation, last, completed, head)
     on conflict (node, incarnation) do update set last_sequence = excluded.last_sequence,
       completed_sequence = excluded.completed_sequence, head = excluded.head`,
    [
      node,
      entries.map(([incarnation]) => incarnation),
      entries.map(([, chain]) => chain.lastSequence),
      entries.map(([, chain]) => chain.completedSequence),
      entries.map(([, chain]) => Buffer.from(chain.head)),
    ],
  );
}

/** The incarnation of the last change that came from a facility's node; null before the first. */
export async function readCurrentIncarnation(sql: Sql, facility: string): Promise<string | null> {
  const { rows } = await sql.query<{ incarnation: string | null }>(
    'select incarnation from hub.facility where code = $1',
    [facility],
  );
  return rows[0]?.incarnation ?? null;
}

/** Notes what came from a facility's node. */
export async function noteReceived(
  sql: Sql,
  facility: string,
  received: { readonly incarnation: string | null; readonly changes: number; readonly at: Date },
): Promise<void> {
  await sql.query(
    `update hub.facility set incarnation = $2, received_changes = received_changes + $3, last_seen_at = $4 where code = $1`,
    [facility, received.incarnation, received.changes, received.at],
  );
}

/** Notes that a facility's node called. */
export async function noteSeen(sql: Sql, facility: string, at: Date): Promise<void> {
  await sql.query('update hub.facility set last_seen_at = $2 where code = $1', [facility, at]);
}

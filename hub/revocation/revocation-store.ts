import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { Sql } from '../database/sql.ts';

/** Why a node is no longer a facility's. */
export type EndReason = 'stolen' | 'replaced';

/** A node that was a facility's. */
export type FormerNode = {
  readonly node: number;
  readonly facility: string;
  readonly signKey: Uint8Array;
  readonly sealKey: Uint8Array;
  readonly journalKey: Uint8Array;
  readonly endedAt: Date;
  readonly reason: EndReason;
};

/** A change of a former node that waits for a person. */
export type WaitingChange = {
  readonly incarnation: string;
  readonly sequence: number;
  readonly encoded: EncodedChange;
  readonly cameAt: Date;
};

type FormerRow = {
  node: number;
  facility: string;
  sign_key: Buffer;
  seal_key: Buffer;
  journal_key: Buffer;
  ended_at: Date;
  reason: EndReason;
};

const COLUMNS = 'node, facility, sign_key, seal_key, journal_key, ended_at, reason';

/**
 * Takes a facility's node away from it, in one step with keeping it as a former one: the facility can be given another. What the feed
 * counted for it and where its past stood belong to that node alone. Gives it, or undefined when the facility has none.
 */
export async function endNode(
  sql: Sql,
  facility: string,
  { at, reason }: { readonly at: Date; readonly reason: EndReason },
): Promise<FormerNode | undefined> {
  const { rows } = await sql.query<FormerRow>(
    `insert into hub.former_node (${COLUMNS})
     select node, code, sign_key, seal_key, journal_key, $2, $3 from hub.facility where code = $1 and node is not null
     returning ${COLUMNS}`,
    [facility, at, reason],
  );
  if (rows[0] === undefined) return undefined;
  await sql.query(
    `update hub.facility set node = null, sign_key = null, seal_key = null, journal_key = null, enrolled_at = null,
       incarnation = null, branches_given = null, branched_at = null, feed_acknowledged = 0 where code = $1`,
    [facility],
  );
  return formerOf(rows[0]);
}

/** Keeps a former node that is known from elsewhere; does nothing when it is here. */
export async function keepFormer(sql: Sql, former: FormerNode): Promise<void> {
  const { node, facility, signKey, sealKey, journalKey, endedAt, reason } = former;
  await sql.query(
    `insert into hub.former_node (${COLUMNS}) select $1, $2, $3, $4, $5, $6, $7
     where exists (select 1 from hub.facility where code = $2) on conflict do nothing`,
    [node, facility, Buffer.from(signKey), Buffer.from(sealKey), Buffer.from(journalKey), endedAt, reason],
  );
}

/** The former node with a number. */
export async function formerNode(sql: Sql, node: number): Promise<FormerNode | undefined> {
  const { rows } = await sql.query<FormerRow>(`select ${COLUMNS} from hub.former_node where node = $1`, [node]);
  return rows[0] === undefined ? undefined : formerOf(rows[0]);
}

/** All former nodes, the last ended first. */
export async function formerNodes(sql: Sql): Promise<readonly FormerNode[]> {
  const { rows } = await sql.query<FormerRow>(`select ${COLUMNS} from hub.former_node order by ended_at desc`);
  return rows.map(formerOf);
}

/** The facility that has a node now. */
export async function facilityWithNode(sql: Sql, node: number): Promise<string | undefined> {
  const { rows } = await sql.query<{ code: string }>('select code from hub.facility where node = $1', [node]);
  return rows[0]?.code;
}

/** Keeps changes of a former node for a person to judge; gives how many were not kept before. */
export async function keepWaiting(sql: Sql, node: number, changes: readonly WaitingChange[]): Promise<number> {
  const { rowCount } = await sql.query(
    `insert into hub.waiting_change (node, incarnation, sequence, meta, fields, came_at)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[]) on conflict do nothing`,
    [
      node,
      changes.map(({ incarnation }) => incarnation),
      changes.map(({ sequence }) => sequence),
      changes.map(({ encoded }) => Buffer.from(encoded.meta)),
      changes.map(({ encoded }) => Buffer.from(encoded.fields)),
      changes.map(({ cameAt }) => cameAt),
    ],
  );
  return rowCount ?? 0;
}

/** What waits of a node, in its order. */
export async function waitingOf(sql: Sql, node: number): Promise<readonly WaitingChange[]> {
  const { rows } = await sql.query<{
    incarnation: string;
    sequence: string;
    meta: Buffer;
    fields: Buffer;
    came_at: Date;
  }>(
    'select incarnation, sequence, meta, fields, came_at from hub.waiting_change where node = $1 order by sequence, incarnation',
    [node],
  );
  return rows.map(({ incarnation, sequence, meta, fields, came_at }) => ({
    ...{ incarnation, cameAt: came_at },
    sequence: Number(sequence),
    encoded: { meta: new Uint8Array(meta), fields: new Uint8Array(fields) },
  }));
}

/** How many changes wait, by node. */
export async function countWaiting(sql: Sql): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql.query<{ node: number; count: string }>(
    'select node, count(*) as count from hub.waiting_change group by node',
  );
  return new Map(rows.map(({ node, count }) => [node, Number(count)]));
}

/** Forgets what waited of a node: it has been judged. */
export async function forgetWaiting(sql: Sql, node: number): Promise<number> {
  return (await sql.query('delete from hub.waiting_change where node = $1', [node])).rowCount ?? 0;
}

function formerOf(row: FormerRow): FormerNode {
  const { node, facility, reason, ended_at: endedAt } = row;
  return {
    ...{ node, facility, reason, endedAt },
    signKey: new Uint8Array(row.sign_key),
    sealKey: new Uint8Array(row.seal_key),
    journalKey: new Uint8Array(row.journal_key),
  };
}

import type { ForkPoint } from '@santehaggui/protocols/journal/follow-chain.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';
import { appendFeed, notInFeed } from './feed-store.ts';
import { readLoad } from './load-store.ts';

/** A node whose past has branched. */
export type BranchingNode = { readonly facility: string; readonly node: number };

/**
 * Gives a node, through its own feed, what another branch of its past recorded: a disk that was put back to a backup lacks what
 * it wrote since, and each of two copies of a disk lacks what the other writes (docs/protocol.md, 4.16). What a copy has already
 * counts there as a repeat.
 */
export async function giveBranches(
  sql: Sql,
  { facility, node }: BranchingNode,
  forkPoints: readonly (ForkPoint | null)[],
): Promise<void> {
  const register = new Register(sql, facility);
  const { rows } = await sql.query<{ given: string | null }>(
    'select branches_given as given from hub.facility where code = $1',
    [facility],
  );
  const points = rows.flatMap(({ given }) => (given === null ? [] : [Number(given)]));
  const load = await readLoad(sql, facility);
  // A node that began with nothing was given, or is being given, what stood there then.
  const begun = load?.node === node ? load.journalPosition : 0;
  for (const point of forkPoints)
    points.push(point === null ? begun : await register.positionBefore(node, point.sequence));
  const after = points.length === 0 ? 0 : Math.min(...points);
  const { changes, upTo } = await register.ownAfter(node, after);
  await appendFeed(sql, facility, await notInFeed(sql, facility, changes.filter(isOfRecord)));
  await sql.query('update hub.facility set branches_given = $2, branched_at = now() where code = $1', [
    facility,
    Math.max(after, upTo),
  ]);
}

/**
 * Gives a node what another copy of its disk wrote and the hub has only beyond a gap: came late, by stick or message, and what would
 * close the gap may be lost for ever. What still waits for its record is left out until that comes. What the feed has is not given
 * twice.
 */
export async function giveStrangers(
  sql: Sql,
  { facility, node }: BranchingNode,
  parked: readonly { readonly incarnation: string; readonly sequence: number; readonly isWaiting: boolean }[],
): Promise<void> {
  if (parked.length === 0) return;
  const register = new Register(sql, facility);
  const changes: StoredChange[] = [];
  for (const { incarnation, sequence, isWaiting } of parked)
    if (!isWaiting) changes.push(...(await register.changesBetween({ node, incarnation }, sequence - 1, sequence + 1)));
  const given = await notInFeed(sql, facility, changes.filter(isOfRecord));
  if (given.length === 0) return;
  await appendFeed(sql, facility, given);
  const { upTo } = await register.ownAfter(node, Number.MAX_SAFE_INTEGER);
  await sql.query(
    'update hub.facility set branches_given = coalesce(branches_given, $2), branched_at = now() where code = $1',
    [facility, upTo],
  );
}

/** Gives a facility's present node changes that its former one made. */
export async function giveToSuccessor(sql: Sql, facility: string, changes: readonly StoredChange[]): Promise<void> {
  const good = changes
    .filter(isOfRecord)
    .filter(({ refusal, isWaiting }) => refusal === undefined && isWaiting !== true);
  await appendFeed(sql, facility, await notInFeed(sql, facility, good));
}

/**
 * Gives a node whose past has branched changes of its own that count only now, though they stand far back in the journal. A
 * node whose past is one has them.
 */
export async function giveLateToBranches(sql: Sql, facility: string, changes: readonly StoredChange[]): Promise<void> {
  const { rows } = await sql.query<{ given: string | null }>(
    'select branches_given as given from hub.facility where code = $1',
    [facility],
  );
  if (rows.some(({ given }) => given !== null)) await appendFeed(sql, facility, changes);
}

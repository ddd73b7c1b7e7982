import { checkChange, type Refusal } from '@santehaggui/protocols/journal/check-change.ts';
import { type ChainFollower, headKey, type ParkedRun, parentsOf } from '@santehaggui/protocols/journal/follow-chain.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';
import { type WriterOf, writersOf } from '../routing/account-routing.ts';
import { appendParked, type ParkedRow, removeParked } from './chain-store.ts';

/** A node whose chain is followed, and where its register is. */
export type GapNode = { readonly facility: string; readonly node: number };

/** What is to be closed: `parked` is all that is beyond gaps, those that this frame brought included. */
export type OpenGaps = {
  readonly node: GapNode;
  readonly follower: ChainFollower;
  readonly parked: readonly ParkedRow[];
  readonly receivedAt: Date;
};

/** What became of it. */
export type ClosedGaps = {
  /** What is still beyond gaps. */
  readonly parked: readonly ParkedRow[];
  /** Changes that had waited for their record and are now merged. */
  readonly merged: readonly StoredChange[];
  readonly refusals: ReadonlyMap<number, Refusal>;
};

/**
 * Takes what was stored beyond gaps into the chain, as far as they are closed, and merges what had waited for its record
 * (docs/protocol.md, 4.15). The follower has taken what came, and that is in the register.
 */
export async function closeGaps(sql: Sql, { node, follower, parked, receivedAt }: OpenGaps): Promise<ClosedGaps> {
  if (parked.length === 0) return { parked, merged: [], refusals: new Map() };
  const register = new Register(sql, node.facility);
  for (let run = follower.closing(); run !== undefined; run = follower.closing())
    await link(sql, node, { follower, run });
  const { linked, linkedUnreadable, parked: added } = follower.outcome();
  const rows = new Map(parked.map((row) => [headKey(row.incarnation, row.sequence), row]));
  const isWaiting = ({ change }: StoredChange): boolean =>
    rows.get(headKey(change.origin.incarnation, change.sequence))?.isWaiting === true;
  const writerOf = await writersOf(
    sql,
    node.facility,
    linked.map(({ change }) => change),
  );
  const { settled, refusals } = await settle(
    { register, writerOf },
    linked.map((change) => ({ ...change, isWaiting: isWaiting(change) })),
  );
  await register.link(settled, receivedAt);
  await register.linkUnreadable(linkedUnreadable);
  const places = [
    ...linked.map(({ change }) => ({ incarnation: change.origin.incarnation, sequence: change.sequence })),
    ...linkedUnreadable,
  ];
  await removeParked(sql, node.node, places);
  const isAdded = new Set(added.map(({ incarnation, sequence }) => headKey(incarnation, sequence)));
  await appendParked(
    sql,
    node.node,
    [...rows].filter(([key]) => isAdded.has(key)).map(([, row]) => row),
  );
  for (const { incarnation, sequence } of places) rows.delete(headKey(incarnation, sequence));
  const merged = settled
    .filter((stored) => stored.isWaiting === true && stored.refusal === undefined)
    .map(({ change, encoded, head }) => ({ change, encoded, head }));
  return { parked: [...rows.values()], merged, refusals };
}

async function link(
  sql: Sql,
  node: GapNode,
  { follower, run }: { readonly follower: ChainFollower; readonly run: ParkedRun },
): Promise<void> {
  const entries = await new Register(sql, node.facility).parkedRun(node.node, run);
  follower.link(entries, await readHeads(sql, node, parentsOf(entries)));
}

/** The chain heads of a node at these places, as far as they are here. */
export async function readHeads(
  sql: Sql,
  { facility, node }: GapNode,
  places: readonly { readonly incarnation: string; readonly sequence: number }[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const heads = new Map<string, Uint8Array>();
  for (const { incarnation, sequence } of places) {
    const head = await new Register(sql, facility).headAt(node, incarnation, sequence);
    if (head !== undefined) heads.set(headKey(incarnation, sequence), head);
  }
  return heads;
}

/** Judges what had waited for its record: that is here by now, or it never came. */
async function settle(
  { register, writerOf }: { readonly register: Register; readonly writerOf: WriterOf },
  linked: readonly StoredChange[],
): Promise<{ readonly settled: readonly StoredChange[]; readonly refusals: ReadonlyMap<number, Refusal> }> {
  const refusals = new Map<number, Refusal>();
  const waited = linked.filter(({ isWaiting }) => isWaiting === true).filter(isOfRecord);
  if (waited.length === 0) return { settled: linked, refusals };
  const records = await register.records([...new Set(waited.map(({ change }) => change.recordId))]);
  const settled = linked.map((stored) => {
    if (stored.isWaiting !== true || !isOfRecord(stored)) return stored;
    const refusal = checkChange(stored.change, records.get(stored.change.recordId)?.type, writerOf(stored.change));
    if (refusal === undefined) return stored;
    refusals.set(stored.change.sequence, refusal);
    return { ...stored, refusal: refusal.code };
  });
  return { settled, refusals };
}

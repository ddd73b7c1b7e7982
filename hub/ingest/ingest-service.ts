import type { LineageEntry } from '@santehaggui/protocols/frames/messages.ts';
import type { Ranges } from '@santehaggui/protocols/frames/ranges.ts';
import { checkChange, type Refusal } from '@santehaggui/protocols/journal/check-change.ts';
import {
  ChainFollower,
  type ChainKnowledge,
  type ChainOutcome,
  completedParked,
  headKey,
  type IncomingChange,
  isParkedComplete,
  type ParkedChange,
  parentsOf,
} from '@santehaggui/protocols/journal/follow-chain.ts';
import { standingOf, strangersIn } from '@santehaggui/protocols/journal/standing.ts';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';
import { type WriterOf, writersOf } from '../routing/account-routing.ts';
import { giveBranches, giveStrangers, giveToSuccessor } from '../routing/branch-service.ts';
import { deliver } from '../routing/delivery-service.ts';
import { distribute, lockAffected } from '../routing/routing-service.ts';
import {
  noteReceived,
  type ParkedRow,
  readChains,
  readCurrentIncarnation,
  readParked,
  writeChains,
} from './chain-store.ts';
import { clockRulings } from './clock-check.ts';
import { type ClosedGaps, closeGaps, readHeads } from './gap-service.ts';
import { appendQuarantine } from './quarantine-store.ts';

/** A node that was enrolled, as ingest needs to know it. */
export type EnrolledNode = { readonly facility: string; readonly node: number; readonly journalKey: Uint8Array };

/** What is said back to the node once its changes are safe. */
export type Receipt = {
  readonly upTo: number;
  readonly head: Uint8Array;
  readonly refused: readonly { readonly position: number; readonly code: string }[];
  readonly repeats: number;
  /** What is here beyond `upTo`, of the ranges that these changes lie in. */
  readonly beyond: Ranges;
  /** How many changes were new. */
  readonly stored: number;
};

/** What ingest is made of. */
export type IngestOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly bus: EmbeddedBus;
  readonly clock: Clock;
  readonly log: Log;
};

/** The record types that a consolidated fact is drawn from, and those that alerts, the end of copies and keys of nodes follow from. */
const FACT_TYPES: ReadonlySet<number> = new Set(
  ['patient', 'encounter', 'condition', 'consent', 'aggregateReport', 'emergencyAccess', 'staffAccount'].map(
    (name) => recordTypeNamed(name).number,
  ),
);

/**
 * Takes what a node recorded. One call is one PostgreSQL transaction: the node's journal and records, those of every other
 * holder, their feeds, the outbox. Only when it is committed does the receipt exist.
 */
export class IngestService {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /**
   * Stores changes, and counts repeats. What comes beyond a gap is merged at once as far as its record is here; its chain is
   * verified when the gap closes. The receipt speaks of the past that `lineage` names, as far as the node told it. Throws
   * `OutOfTurn` on what can be taken in no order; nothing is stored then.
   */
  async ingest(
    node: EnrolledNode,
    incoming: readonly IncomingChange[],
    lineage?: readonly LineageEntry[],
  ): Promise<Receipt> {
    const receivedAtMs = this.#options.clock.now();
    const { receipt, forks } = await this.#options.database.transaction((sql) =>
      this.#store(sql, { node, incoming, lineage, receivedAtMs }),
    );
    const { log } = this.#options;
    for (const incarnation of forks) log.warn('ingest.fork', { facility: node.facility, node: node.node, incarnation });
    for (const { position, code } of receipt.refused)
      log.warn('ingest.refused', { facility: node.facility, sequence: position, code });
    return receipt;
  }

  /**
   * Stores changes of a node that is no longer its facility's, after a person has accepted them: they go to whoever is concerned and to
   * the facility's present node, and say nothing of where that one is.
   */
  async ingestFormer(node: EnrolledNode, incoming: readonly IncomingChange[]): Promise<Receipt> {
    const receivedAtMs = this.#options.clock.now();
    const { receipt } = await this.#options.database.transaction((sql) =>
      this.#store(sql, { node, incoming, lineage: undefined, receivedAtMs, isFormer: true }),
    );
    return receipt;
  }

  async #store(
    sql: Sql,
    { node, incoming, lineage, receivedAtMs, isFormer = false }: Arrival,
  ): Promise<{ readonly receipt: Receipt; readonly forks: readonly string[] }> {
    const { facility } = node;
    const receivedAt = new Date(receivedAtMs);
    const register = new Register(sql, facility);
    const changes = incoming.flatMap(({ change }) => change ?? []);
    await lockAffected(sql, facility, changes);
    const parkedBefore = await readParked(sql, node.node);
    const knowledge = await readKnowledge(sql, node, {
      ...{ incoming, lineage, isFormer },
      parked: parkedBefore,
    });
    const follower = new ChainFollower(knowledge);
    follower.take(incoming);
    const taken = follower.outcome();
    const records = await recordsPatched(sql, facility, taken.fresh);
    const { checked, refusals } = judge(taken, {
      records,
      released: await typesReleased(register, { outcome: taken, records }),
      writerOf: await writersOf(sql, facility, changes),
    });
    const rulings = await this.#options.origin.append({
      sql,
      drafts: clockRulings(checked, receivedAtMs),
      nowMs: receivedAtMs,
    });
    await register.apply(checked, { receivedAt, records });
    await deliver({ sql, facility, changes: rulings, receivedAt });
    await register.keepUnreadable(taken.unreadable, receivedAt);
    const parked = [...parkedBefore, ...parkedRows(taken.parked, checked)];
    const closed = await closeGaps(sql, { node, follower, parked, receivedAt });
    const outcome = follower.outcome();
    const allRefusals = new Map([...outcome.refusals, ...refusals, ...closed.refusals]);
    await this.#complete(sql, {
      node,
      knowledge,
      outcome,
      checked,
      closed,
      parkedBefore,
      added: taken.parked,
      receivedAt,
    });
    await appendQuarantine(sql, facility, { entries: quarantineOf(outcome, allRefusals), refusedAt: receivedAt });
    const stored = outcome.fresh.length + outcome.unreadable.length;
    await writeChains(sql, node.node, changedChains(knowledge, outcome));
    if (isFormer) await giveToSuccessor(sql, facility, checked);
    else {
      await noteReceived(sql, facility, { incarnation: outcome.current, changes: stored, at: receivedAt });
      if (outcome.isBranching) await giveBranches(sql, node, outcome.forkPoints);
    }
    const { parked: stillParked } = closed;
    // On a link that stays up, this is when the node can learn what came by stick of another copy of its disk.
    if (lineage !== undefined) await giveStrangers(sql, node, strangersIn(lineage, stillParked));
    const receipt = receiptOf(outcome, { refusals: allRefusals, stored, parked: stillParked, incoming, lineage });
    return { receipt, forks: outcome.forks };
  }

  /** Routing and events wait until a transaction of the node is complete, which may take more than one frame. */
  async #complete(sql: Sql, completion: Completion): Promise<void> {
    const { node, closed, receivedAt } = completion;
    const earlier = [...(await completedEarlier(sql, completion)), ...closed.merged];
    // Those of this frame had their facilities locked before anything was read.
    if (earlier.length > 0) {
      const changes = earlier.map(({ change }) => change);
      await lockAffected(sql, node.facility, changes);
    }
    const completed = [...earlier, ...completedNow(completion)].filter(isOfRecord);
    if (completed.length === 0) return;
    const elsewhere = await distribute({ sql, from: node.facility, completed, receivedAt });
    const events = [...elsewhere].map(([facility, records]) => ({ facility, records }));
    await this.#options.bus.publish(
      sql,
      [{ facility: node.facility, records: factRecords(completed) }, ...events],
      receivedAt,
    );
  }
}

type Arrival = {
  readonly node: EnrolledNode;
  readonly incoming: readonly IncomingChange[];
  readonly lineage: readonly LineageEntry[] | undefined;
  readonly receivedAtMs: number;
  /** The node is no longer its facility's. */
  readonly isFormer?: boolean;
};

type ReceiptParts = Pick<Arrival, 'incoming' | 'lineage'> & {
  readonly refusals: ReadonlyMap<number, Refusal>;
  readonly stored: number;
  /** What is still beyond gaps. */
  readonly parked: readonly ParkedChange[];
};

type Completion = {
  readonly node: EnrolledNode;
  readonly knowledge: ChainKnowledge;
  readonly outcome: ChainOutcome;
  readonly checked: readonly StoredChange[];
  readonly closed: ClosedGaps;
  readonly parkedBefore: readonly ParkedChange[];
  /** What this frame brought beyond gaps, whether they are closed by now or not. */
  readonly added: readonly ParkedChange[];
  readonly receivedAt: Date;
};

async function readKnowledge(
  sql: Sql,
  node: EnrolledNode,
  {
    incoming,
    lineage,
    isFormer,
    parked,
  }: Pick<Arrival, 'incoming' | 'lineage' | 'isFormer'> & {
    readonly parked: readonly ParkedChange[];
  },
): Promise<ChainKnowledge> {
  const current = isFormer === true ? null : await readCurrentIncarnation(sql, node.facility);
  const parents = parentsOf(incoming);
  const named = [
    ...incoming.flatMap(({ change }) => change?.origin.incarnation ?? []),
    ...parents.map(({ incarnation }) => incarnation),
    ...parked.map(({ incarnation }) => incarnation),
    ...(lineage ?? []).map(({ incarnation }) => incarnation),
  ];
  const chains = await readChains(sql, node.node, [...new Set(current === null ? named : [...named, current])]);
  const inside = parents.filter(({ incarnation, sequence }) => sequence < (chains.get(incarnation)?.lastSequence ?? 0));
  const headsAt = await readHeads(sql, node, inside);
  return { node: node.node, journalKey: node.journalKey, current, chains, headsAt, parked };
}

function recordsPatched(
  sql: Sql,
  facility: string,
  fresh: readonly StoredChange[],
): Promise<ReadonlyMap<string, RecordRow>> {
  const patched = new Set(
    fresh.flatMap(({ change }) => (change.kind === 'record' && !change.isCreate ? [change.recordId] : [])),
  );
  return new Register(sql, facility).records([...patched]);
}

/** The types of records that were released here: a change made before the node heard of that still goes to the others. */
function typesReleased(
  register: Register,
  { outcome, records }: { readonly outcome: ChainOutcome; readonly records: ReadonlyMap<string, RecordRow> },
): Promise<ReadonlyMap<string, number>> {
  const missing = outcome.fresh.flatMap(({ change }) =>
    change.kind === 'record' && !change.isCreate && !records.has(change.recordId) ? [change.recordId] : [],
  );
  return register.releasedTypes([...new Set(missing)]);
}

/**
 * Marks the changes that cannot be merged. A patch of a record whose creation was refused is refused with it; one that came
 * beyond a gap without its record waits.
 */
function judge(
  { fresh, refusals: ofChain }: ChainOutcome,
  {
    records,
    released,
    writerOf,
  }: {
    readonly records: ReadonlyMap<string, RecordRow>;
    readonly released: ReadonlyMap<string, number>;
    readonly writerOf: WriterOf;
  },
): { readonly checked: readonly StoredChange[]; readonly refusals: ReadonlyMap<number, Refusal> } {
  const refusals = new Map(ofChain);
  const types = new Map([...released, ...[...records].map(([id, { type }]) => [id, type] as const)]);
  const checked = fresh.map((stored): StoredChange => {
    const { change, head } = stored;
    // What its node erased counts for the chain alone.
    if (change.kind !== 'record' || change.isErased === true) return stored;
    const isWaiting = head === null && !change.isCreate && !types.has(change.recordId);
    // What waits is judged once more when its record is here.
    const refusal = isWaiting
      ? checkChange(change, change.recordType)
      : checkChange(change, types.get(change.recordId), writerOf(change));
    if (refusal !== undefined) {
      refusals.set(change.sequence, refusal);
      return { ...stored, refusal: refusal.code };
    }
    if (isWaiting) return { ...stored, isWaiting, isBeyondGap: true };
    types.set(change.recordId, change.recordType);
    return head === null ? { ...stored, isBeyondGap: true } : stored;
  });
  return { checked, refusals };
}

/** The changes of this frame that belong to transactions which are now complete. */
function completedNow({ outcome, checked, parkedBefore, added }: Completion): readonly StoredChange[] {
  const parked = [...parkedBefore, ...added];
  return checked.filter(({ change, head, isWaiting }) => {
    if (isWaiting === true) return false;
    const { origin, sequence } = change;
    if (head === null) return isParkedComplete(parked, origin.incarnation, sequence);
    const chain = outcome.chains.get(origin.incarnation);
    return chain !== undefined && sequence <= chain.completedSequence;
  });
}

/** The changes of earlier frames that belong to transactions which this one completes. */
async function completedEarlier(sql: Sql, completion: Completion): Promise<readonly StoredChange[]> {
  const { node, knowledge, outcome, parkedBefore, added } = completion;
  const register = new Register(sql, node.facility);
  const earlier: StoredChange[] = [];
  for (const [incarnation, before] of knowledge.chains) {
    const after = outcome.chains.get(incarnation);
    const wasOpen = before.completedSequence < before.lastSequence;
    if (!wasOpen || after === undefined || after.completedSequence <= before.lastSequence) continue;
    const origin = { node: node.node, incarnation };
    const open = { after: before.completedSequence, before: before.lastSequence + 1 };
    earlier.push(...(await register.changesBetween(origin, open.after, open.before)));
  }
  for (const { incarnation, sequence } of completedParked(parkedBefore, added)) {
    const origin = { node: node.node, incarnation };
    earlier.push(...(await register.changesBetween(origin, sequence - 1, sequence + 1)));
  }
  return earlier;
}

/** The records among these whose facts the ministry's view is drawn from. */
export function factRecords(completed: readonly StoredChange[]): readonly string[] {
  const ids = completed
    .filter(isOfRecord)
    .filter(({ change }) => FACT_TYPES.has(change.recordType))
    .map(({ change }) => change.recordId);
  return [...new Set(ids)];
}

function changedChains(knowledge: ChainKnowledge, outcome: ChainOutcome): ChainOutcome['chains'] {
  return new Map([...outcome.chains].filter(([incarnation, chain]) => knowledge.chains.get(incarnation) !== chain));
}

function quarantineOf(outcome: ChainOutcome, refusals: ReadonlyMap<number, Refusal>) {
  const incarnations = new Map([
    ...outcome.fresh.map(({ change }) => [change.sequence, change.origin.incarnation] as const),
    ...outcome.unreadable.map(({ sequence, incarnation }) => [sequence, incarnation] as const),
    ...outcome.linked.map(({ change }) => [change.sequence, change.origin.incarnation] as const),
  ]);
  return [...refusals].map(([sequence, { code, detail }]) => ({
    incarnation: incarnations.get(sequence) as string,
    sequence,
    code,
    detail,
  }));
}

function receiptOf(outcome: ChainOutcome, { refusals, stored, parked, incoming, lineage }: ReceiptParts): Receipt {
  const { current, chains, repeats } = outcome;
  const positions = new Set(incoming.map(({ position }) => position));
  const standing = standingOf(lineage ?? lineageOf(current, incoming), { chains, parked }, positions);
  return {
    upTo: standing?.upTo ?? 0,
    head: (standing?.head ?? new Uint8Array(0)).slice(0, 8),
    refused: [...refusals].map(([position, { code }]) => ({ position, code })),
    repeats,
    beyond: standing?.beyond ?? [],
    stored,
  };
}

/** The past of a node that has not told it: what came, or else where it was last heard of. */
function lineageOf(current: string | null, incoming: readonly IncomingChange[]): readonly LineageEntry[] {
  const named = incoming.flatMap(({ change }) => change?.origin.incarnation ?? []).reverse();
  const incarnations = named.length > 0 || current === null ? named : [current];
  return [...new Set(incarnations)].map((incarnation) => ({ incarnation, lastSequence: Number.MAX_SAFE_INTEGER }));
}

function parkedRows(parked: readonly ParkedChange[], checked: readonly StoredChange[]): readonly ParkedRow[] {
  if (parked.length === 0) return [];
  const waiting = new Set(
    checked
      .filter(({ isWaiting }) => isWaiting === true)
      .map(({ change }) => headKey(change.origin.incarnation, change.sequence)),
  );
  return parked.map((row) => ({ ...row, isWaiting: waiting.has(headKey(row.incarnation, row.sequence)) }));
}

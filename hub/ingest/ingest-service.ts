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
import { deliver, distribute, lockAffected } from '../routing/routing-service.ts';
import {
  type ChainKnowledge,
  type ChainOutcome,
  followChain,
  headKey,
  type IncomingChange,
  parentsOf,
} from './chain-check.ts';
import { noteReceived, readChains, readCurrentIncarnation, writeChains } from './chain-store.ts';
import { checkChange, type Refusal } from './change-check.ts';
import { clockRulings } from './clock-check.ts';
import { appendQuarantine } from './quarantine-store.ts';

/** A node that was enrolled, as ingest needs to know it. */
export type EnrolledNode = { readonly facility: string; readonly node: number; readonly journalKey: Uint8Array };

/** What is said back to the node once its changes are safe. */
export type Receipt = {
  readonly upTo: number;
  readonly head: Uint8Array;
  readonly refused: readonly { readonly position: number; readonly code: string }[];
  readonly repeats: number;
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

/** The record types that a consolidated fact is drawn from. */
const FACT_TYPES: ReadonlySet<number> = new Set(
  ['patient', 'encounter', 'condition'].map((name) => recordTypeNamed(name).number),
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

  /** Stores changes that continue what is here, and counts repeats. Throws `OutOfTurn` on a gap; nothing is stored then. */
  async ingest(node: EnrolledNode, incoming: readonly IncomingChange[]): Promise<Receipt> {
    const receivedAtMs = this.#options.clock.now();
    const { receipt, forks } = await this.#options.database.transaction((sql) =>
      this.#store(sql, { node, incoming, receivedAtMs }),
    );
    const { log } = this.#options;
    for (const incarnation of forks) log.warn('ingest.fork', { facility: node.facility, node: node.node, incarnation });
    for (const { position, code } of receipt.refused)
      log.warn('ingest.refused', { facility: node.facility, sequence: position, code });
    return receipt;
  }

  async #store(
    sql: Sql,
    {
      node,
      incoming,
      receivedAtMs,
    }: { readonly node: EnrolledNode; readonly incoming: readonly IncomingChange[]; readonly receivedAtMs: number },
  ): Promise<{ readonly receipt: Receipt; readonly forks: readonly string[] }> {
    const { facility } = node;
    const receivedAt = new Date(receivedAtMs);
    const changes = incoming.flatMap(({ change }) => change ?? []);
    await lockAffected(sql, facility, changes);
    const knowledge = await readKnowledge(sql, node, incoming);
    const outcome = followChain(knowledge, incoming);
    const records = await recordsPatched(sql, facility, outcome.fresh);
    const { checked, refusals } = judge(outcome, records);
    const rulings = await this.#options.origin.append({
      sql,
      drafts: clockRulings(checked, receivedAtMs),
      nowMs: receivedAtMs,
    });
    await new Register(sql, facility).apply(checked, { receivedAt, records });
    await deliver({ sql, facility, changes: rulings, receivedAt });
    await new Register(sql, facility).keepUnreadable(outcome.unreadable, receivedAt);
    await this.#complete(sql, { node, knowledge, outcome, checked, receivedAt });
    await appendQuarantine(sql, facility, { entries: quarantineOf(outcome, refusals), refusedAt: receivedAt });
    const stored = outcome.fresh.length + outcome.unreadable.length;
    await writeChains(sql, node.node, changedChains(knowledge, outcome));
    await noteReceived(sql, facility, { incarnation: outcome.current, changes: stored, at: receivedAt });
    return { receipt: receiptOf(outcome, refusals, stored), forks: outcome.forks };
  }

  /** Routing and events wait until a transaction of the node is complete, which may take more than one frame. */
  async #complete(sql: Sql, completion: Completion): Promise<void> {
    const { node, receivedAt } = completion;
    const earlier = await completedEarlier(sql, completion);
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

type Completion = {
  readonly node: EnrolledNode;
  readonly knowledge: ChainKnowledge;
  readonly outcome: ChainOutcome;
  readonly checked: readonly StoredChange[];
  readonly receivedAt: Date;
};

async function readKnowledge(
  sql: Sql,
  node: EnrolledNode,
  incoming: readonly IncomingChange[],
): Promise<ChainKnowledge> {
  const { facility, journalKey } = node;
  const current = await readCurrentIncarnation(sql, facility);
  const parents = parentsOf(incoming);
  const named = [
    ...incoming.flatMap(({ change }) => change?.origin.incarnation ?? []),
    ...parents.map(({ incarnation }) => incarnation),
  ];
  const chains = await readChains(sql, node.node, [...new Set(current === null ? named : [...named, current])]);
  const inside = parents.filter(({ incarnation, sequence }) => sequence < (chains.get(incarnation)?.lastSequence ?? 0));
  const headsAt = new Map<string, Uint8Array>();
  for (const { incarnation, sequence } of inside) {
    const head = await new Register(sql, facility).headAt(node.node, incarnation, sequence);
    if (head !== undefined) headsAt.set(headKey(incarnation, sequence), head);
  }
  return { node: node.node, journalKey, current, chains, headsAt };
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

/** Marks the changes that cannot be merged. A patch of a record whose creation was refused is refused with it. */
function judge(
  { fresh, refusals: ofChain }: ChainOutcome,
  records: ReadonlyMap<string, RecordRow>,
): { readonly checked: readonly StoredChange[]; readonly refusals: ReadonlyMap<number, Refusal> } {
  const refusals = new Map(ofChain);
  const types = new Map([...records].map(([id, { type }]) => [id, type]));
  const checked = fresh.map((stored): StoredChange => {
    const { change } = stored;
    if (change.kind !== 'record') return stored;
    const refusal = checkChange(change, types.get(change.recordId));
    if (refusal !== undefined) {
      refusals.set(change.sequence, refusal);
      return { ...stored, refusal: refusal.code };
    }
    types.set(change.recordId, change.recordType);
    return stored;
  });
  return { checked, refusals };
}

/** The changes of this frame that belong to transactions which are now complete. */
function completedNow({ outcome, checked }: Completion): readonly StoredChange[] {
  return checked.filter(({ change }) => {
    const chain = outcome.chains.get(change.origin.incarnation);
    return chain !== undefined && change.sequence <= chain.completedSequence;
  });
}

/** The changes of earlier frames that belong to transactions which this one completes. */
async function completedEarlier(sql: Sql, { node, knowledge, outcome }: Completion): Promise<readonly StoredChange[]> {
  const earlier: StoredChange[] = [];
  for (const [incarnation, before] of knowledge.chains) {
    const after = outcome.chains.get(incarnation);
    const wasOpen = before.completedSequence < before.lastSequence;
    if (!wasOpen || after === undefined || after.completedSequence <= before.lastSequence) continue;
    const origin = { node: node.node, incarnation };
    const open = { after: before.completedSequence, before: before.lastSequence + 1 };
    const { facility } = node;
    earlier.push(...(await new Register(sql, facility).changesBetween(origin, open.after, open.before)));
  }
  return earlier;
}

function factRecords(completed: readonly StoredChange[]): readonly string[] {
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
  ]);
  return [...refusals].map(([sequence, { code, detail }]) => ({
    incarnation: incarnations.get(sequence) as string,
    sequence,
    code,
    detail,
  }));
}

function receiptOf(
  { current, chains, repeats }: ChainOutcome,
  refusals: ReadonlyMap<number, Refusal>,
  stored: number,
): Receipt {
  const chain = current === null ? undefined : chains.get(current);
  const refused = [...refusals].map(([position, { code }]) => ({ position, code }));
  return {
    upTo: chain?.lastSequence ?? 0,
    head: (chain?.head ?? new Uint8Array(0)).slice(0, 8),
    refused,
    repeats,
    stored,
  };
}

import {
  MAX_REPAIRED,
  type OwnRun,
  type Repair,
  type Repaired,
} from '@santehaggui/protocols/frames/repair-messages.ts';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { headsOfRun, type LostRun } from '@santehaggui/protocols/journal/mend-chain.ts';
import { parseStamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import { type EntryRow as Entry, type EntryKey, Mending } from '../registers/mending-service.ts';
import type { StoredChange } from '../registers/stored-change.ts';
import { readChains } from './chain-store.ts';
import type { EnrolledNode } from './ingest-service.ts';
import { homesOf, readJournalKey, readRecordsHeld } from './repair-store.ts';

/** What mending is made of. `onMended` is called in its transaction. */
export type RepairOptions = {
  readonly database: HubDatabase;
  /** The hub's own, for what it wrote itself. */
  readonly journalKey: Uint8Array;
  readonly bus: EmbeddedBus;
  readonly onMended: (
    sql: Sql,
    facility: string,
    mended: { readonly changes: number; readonly records: number },
  ) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
};

/** What was found out of one repair: changes to be written, records to be merged again, and what the node gets. */
type Findings = {
  readonly putBack: StoredChange[];
  readonly replaced: StoredChange[];
  readonly given: EncodedChange[];
};

/**
 * The hub's half of mending (docs/protocol.md, 5.4). A node's own change is taken when the chain of that node proves it; one of
 * somebody else never from this node, only from the register of the facility that it came from. Everything in one transaction.
 */
export class RepairService {
  readonly #options: RepairOptions;

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  /** Mends the register of a node's facility, and gives what mends the node. */
  async mend(node: EnrolledNode, repair: Repair): Promise<Repaired> {
    const { database, bus, clock, log, onMended } = this.#options;
    const { facility } = node;
    const answer = await database.transaction(
      async (sql): Promise<Repaired & { readonly merged: readonly string[] }> => {
        await lockFacilities(sql, [facility]);
        const receivedAt = new Date(clock.now());
        const mending = new Mending(sql, facility);
        const found: Findings = { putBack: [], replaced: [], given: [] };
        await this.#takeOwn(sql, { node, repair, found });
        await this.#takeOthers(sql, { node, repair, found });
        await mending.putBack(found.putBack, receivedAt);
        await mending.replace(found.replaced);
        const written = [...found.putBack, ...found.replaced].map(({ change }) => change);
        const touched = written.flatMap((change) => (change.kind === 'record' ? [change.recordId] : []));
        const merged = await mending.remerge([...new Set([...repair.records, ...touched])], receivedAt);
        if (merged.length > 0) await bus.publish(sql, [{ facility, records: merged }], receivedAt);
        if (written.length + merged.length > 0)
          await onMended(sql, facility, { changes: written.length, records: merged.length });
        const missing = await holesOf(sql, node);
        const counts = { changesMended: written.length, recordsMended: merged.length };
        return { kind: 'repaired', changes: found.given, missing, ...counts, merged };
      },
    );
    const { merged, ...message } = answer;
    const { changesMended, recordsMended } = message;
    if (changesMended + recordsMended > 0)
      log.warn('ingest.mended', { facility, changes: changesMended, records: merged });
    return message;
  }

  /** Changes of the node itself: in the place of other bytes, or back into a hole that they fill whole. */
  async #takeOwn(
    sql: Sql,
    { node, repair, found }: { readonly node: EnrolledNode; readonly repair: Repair; readonly found: Findings },
  ): Promise<void> {
    const given = repair.gives
      .flatMap((encoded) => readable(encoded) ?? [])
      .filter(({ change }) => change.origin.node === node.node)
      .sort((left, right) => left.change.sequence - right.change.sequence);
    const changes = given.map(({ change }) => change);
    const held = await entriesAround(sql, node, changes);
    const { journalKey } = node;
    for (const run of runsOf(given, held)) {
      const [first, last] = [run[0] as Given, run.at(-1) as Given];
      const before = headBefore(first.change, held);
      if (before === undefined) continue;
      const there = held.get(keyOf(first.change));
      const after = there?.head != null ? { head: there.head } : await afterRun(sql, node, { last: last.change, held });
      if (after === undefined || (there !== undefined && hasBytes(there, first.encoded))) continue;
      const heads = headsOfRun({ journalKey, before, run: run.map(({ encoded }) => encoded), after });
      const proven = heads?.map((head, index) => ({ ...(run[index] as Given), head })) ?? [];
      (there === undefined ? found.putBack : found.replaced).push(...proven);
    }
  }

  /** What others wrote: as the register of its home has it, where the chain proves it. */
  async #takeOthers(
    sql: Sql,
    { node, repair, found }: { readonly node: EnrolledNode; readonly repair: Repair; readonly found: Findings },
  ): Promise<void> {
    const asked = await new Mending(sql, node.facility).entries(repair.wants.map(parseStamp));
    // Of a copy that has ended the journal keeps the places: nobody gets its words back by asking for them.
    const holds = await readRecordsHeld(
      sql,
      node.facility,
      asked.flatMap(({ recordId }) => recordId ?? []),
    );
    const wanted = asked.filter(({ recordId }) => recordId === null || holds.has(recordId));
    const named = repair.names.map(parseStamp);
    const isNamed = new Set(named.map(keyOfEntry));
    const homes = await homesOf(sql, [...wanted, ...named]);
    for (const [home, keys] of Map.groupBy([...wanted, ...named], ({ node: writer }) => homes.get(writer))) {
      // The home of a node that was replaced is not known any more: the register's own word is all there is.
      const vouched = home === undefined ? byKey(wanted) : await this.#vouched(sql, { home, keys });
      const isOfHome = ({ node: writer }: Entry): boolean => homes.get(writer) === home;
      for (const entry of wanted.filter(isOfHome)) {
        const encoded = vouched.get(keyOfEntry(entry));
        if (encoded === undefined || encoded.fields.length === 0) continue;
        if (!hasBytes(entry, encoded)) found.replaced.push(storedOf(encoded));
        found.given.push({ meta: encoded.meta, fields: encoded.fields });
      }
      const lost = [...vouched].flatMap(([key, entry]) => (isNamed.has(key) ? [entry] : []));
      for (const entry of await heldOf(sql, node.facility, lost)) found.putBack.push(storedOf(entry));
    }
  }

  /** The entries of a facility's register, or the hub's own, that the chain of whoever wrote them proves. */
  async #vouched(
    sql: Sql,
    { home, keys }: { readonly home: string; readonly keys: readonly EntryKey[] },
  ): Promise<ReadonlyMap<string, Entry>> {
    const mending = new Mending(sql, home);
    const entries = await mending.entries(keys);
    const earlier = byKey(await mending.entries(entries.map((entry) => ({ ...entry, sequence: entry.sequence - 1 }))));
    const journalKey = home === REGISTRY ? this.#options.journalKey : await readJournalKey(sql, home);
    const isVouched = (entry: Entry): boolean => {
      // What a restored hub got back of its own stands without its chain.
      if (entry.head === null) return home === REGISTRY;
      const before = earlier.get(keyOfEntry({ ...entry, sequence: entry.sequence - 1 }))?.head;
      const start = entry.sequence === 1 ? CHAIN_START : before;
      return start != null && Buffer.compare(chainHead(start, entry, journalKey), entry.head) === 0;
    };
    return byKey(entries.filter(isVouched));
  }
}

type Given = { readonly encoded: EncodedChange; readonly change: Change };

function readable(encoded: EncodedChange): Given | undefined {
  try {
    return { encoded, change: decodeChange(encoded) };
  } catch (error) {
    if (error instanceof MalformedChange) return undefined;
    throw error;
  }
}

/** Given changes in order, cut where their incarnation or sequence does not go on, or where one is there already. */
function runsOf(given: readonly Given[], held: ReadonlyMap<string, Entry>): readonly (readonly Given[])[] {
  const runs: Given[][] = [];
  let before: Change | undefined;
  for (const one of given) {
    const { origin, sequence } = one.change;
    const goesOn = before?.origin.incarnation === origin.incarnation && before.sequence + 1 === sequence;
    const isThere = held.has(keyOf(one.change)) || (before !== undefined && held.has(keyOf(before)));
    if (goesOn && !isThere) runs.at(-1)?.push(one);
    else runs.push([one]);
    before = one.change;
  }
  return runs;
}

/** The entries of these changes, of those before and after them, and of what an opening continues. */
async function entriesAround(
  sql: Sql,
  node: EnrolledNode,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, Entry>> {
  const keys = changes.flatMap(({ origin, sequence }) =>
    [-1, 0, 1].map((step) => ({ ...origin, sequence: sequence + step })),
  );
  const parents = changes.flatMap((change) =>
    change.kind === 'opening' && change.parent !== null
      ? [{ node: node.node, incarnation: change.parent.incarnation, sequence: change.sequence - 1 }]
      : [],
  );
  return byKey(await new Mending(sql, node.facility).entries([...keys, ...parents]));
}

function headBefore(change: Change, held: ReadonlyMap<string, Entry>): Uint8Array | undefined {
  const { origin, sequence } = change;
  const parent = change.kind === 'opening' ? change.parent : undefined;
  if (parent === null || sequence === 1) return CHAIN_START;
  const incarnation = parent?.incarnation ?? origin.incarnation;
  return held.get(keyOfEntry({ ...origin, incarnation, sequence: sequence - 1 }))?.head ?? undefined;
}

/** What follows a run: the next change of the incarnation, or the end of its chain. */
async function afterRun(
  sql: Sql,
  node: EnrolledNode,
  { last, held }: { readonly last: Change; readonly held: ReadonlyMap<string, Entry> },
): Promise<LostRun['after'] | undefined> {
  const { origin, sequence } = last;
  const next = held.get(keyOfEntry({ ...origin, sequence: sequence + 1 }));
  if (next?.head != null) return { head: next.head, next };
  const chain = (await readChains(sql, node.node, [origin.incarnation])).get(origin.incarnation);
  return chain?.lastSequence === sequence ? { head: chain.head } : undefined;
}

/** What the journal of a facility lacks of its node's changes, up to where their chains are known. */
async function holesOf(sql: Sql, { facility, node }: EnrolledNode): Promise<readonly OwnRun[]> {
  const holes = await new Mending(sql, facility).holes(node);
  const chains = await readChains(sql, node, [...new Set(holes.map(({ incarnation }) => incarnation))]);
  const runs = holes.flatMap(({ incarnation, from, to }) => {
    const end = chains.get(incarnation)?.lastSequence ?? 0;
    return from > end ? [] : [{ incarnation, from, to: Math.min(to ?? end, end) }];
  });
  return runs.slice(0, MAX_REPAIRED);
}

/** Those of these entries whose records the facility holds. */
async function heldOf(sql: Sql, facility: string, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const records = entries.flatMap(({ recordId }) => recordId ?? []);
  const holders = await readRecordsHeld(sql, facility, records);
  return entries.filter(({ recordId, fields }) => recordId !== null && fields.length > 0 && holders.has(recordId));
}

function storedOf({ meta, fields }: EncodedChange): StoredChange {
  const encoded = { meta, fields };
  return { change: decodeChange(encoded), encoded, head: null };
}

function byKey(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [keyOfEntry(entry), entry]));
}

function keyOf({ origin, sequence }: Change): string {
  return stampOf(origin, sequence);
}

function keyOfEntry({ node, incarnation, sequence }: EntryKey): string {
  return stampOf({ node, incarnation }, sequence);
}

function hasBytes(entry: EncodedChange, encoded: EncodedChange): boolean {
  return Buffer.compare(entry.meta, encoded.meta) === 0 && Buffer.compare(entry.fields, encoded.fields) === 0;
}

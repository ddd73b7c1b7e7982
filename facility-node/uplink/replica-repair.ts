import type { SyncRepair } from '@santehaggui/protocols/api/admin-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import {
  MAX_REPAIRED,
  type OwnRun,
  type Repair,
  type Repaired,
} from '@santehaggui/protocols/frames/repair-messages.ts';
import type { Change, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { changeDigest, type DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import { type Stamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import type { JournalDigests } from '../store/journal-digests.ts';
import type { JournalledChange, RepairStore } from '../store/repair-store.ts';

/** What is asked of the hub while replicas are mended. */
export type HubSide = {
  readonly ask: (ask: DigestAsk) => Promise<Digest>;
  readonly repair: (repair: Omit<Repair, 'kind'>) => Promise<Repaired>;
};

/** The changes of one record, at both ends. */
type TwoHistories = { readonly own: readonly JournalledChange[]; readonly hub: readonly DigestEntry[] };

/** So many changes of a long run or history are asked for or given at once: well below a frame. */
const PIECE = 100;

/**
 * Mends the two replicas from each other, record by record (docs/protocol.md, 5.4), while nothing waits on either side: whoever
 * lacks changes gets them, whoever has damaged bytes gets those that the chain proves, and both merge the record again.
 */
export class ReplicaRepair {
  readonly #store: RepairStore;
  readonly #digests: JournalDigests;
  readonly #hub: HubSide;
  readonly #mended = new Set<string>();
  #report = { changesHere: 0, recordsHere: 0, changesAtHub: 0, recordsAtHub: 0 };

  constructor({
    store,
    digests,
    hub,
  }: { readonly store: RepairStore; readonly digests: JournalDigests; readonly hub: HubSide }) {
    this.#store = store;
    this.#digests = digests;
    this.#hub = hub;
  }

  /** What was mended up to now. */
  report(): Omit<SyncRepair, 'left'> {
    return { ...this.#report, records: [...this.#mended] };
  }

  /** The records whose changes differ in the two journals, whether or not that shows in what they amount to. */
  async recordsWithOtherHistories(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const range of different(await this.#digests.ranges(), await this.#asked({ level: 'journal' }))) {
      const number = Number(range);
      const theirs = await this.#asked({ level: 'histories', range: number });
      found.push(...different(await this.#digests.histories(number), theirs));
    }
    return found;
  }

  /** Puts own changes back where the chain of this node has holes, here or at the hub. */
  async closeHoles(): Promise<void> {
    for (const { incarnation, from, to } of this.#store.ownGaps()) {
      const node = this.#store.node;
      const stamps = Array.from({ length: to - from + 1 }, (_, at) => stampOf({ node, incarnation }, from + at));
      const run: EncodedChange[] = [];
      for (const wants of pieces(stamps, PIECE)) run.push(...(await this.#mend({ wants })).changes);
      const records = recordsIn(this.#store.putBack(run));
      this.#report = { ...this.#report, changesHere: this.#report.changesHere + run.length };
      for (const id of records) await this.mend(id);
    }
    const { missing } = await this.#mend({});
    // The hub takes a run only whole, for the chain's sake.
    for (const run of missing.filter(({ from, to }) => to - from < MAX_REPAIRED)) await this.#give(run);
  }

  /** Mends one record at both ends. */
  async mend(recordId: string): Promise<void> {
    const hub = await this.#asked({ level: 'changes', record: recordId });
    const known = hub.map(({ key }) => key as Stamp);
    const histories = { own: this.#store.changesOf(recordId, known), hub };
    const wants = this.#wanted(histories);
    const { gives, names } = this.#given(histories);
    const before = { ...this.#report };
    const rounds = Math.max(1, ...[wants, names, gives].map((all) => Math.ceil(all.length / PIECE)));
    for (let round = 0; round < rounds; round++) {
      const [from, to] = [round * PIECE, (round + 1) * PIECE];
      const { changes } = await this.#mend({
        records: [recordId],
        wants: wants.slice(from, to),
        names: names.slice(from, to),
        gives: gives.slice(from, to),
      });
      for (const encoded of changes) if (this.#store.take(encoded, known)) this.#report.changesHere++;
    }
    if (this.#store.remerge(recordId, known)) this.#report.recordsHere++;
    if (JSON.stringify(before) !== JSON.stringify(this.#report)) this.#mended.add(recordId);
  }

  /** What is missing here, and what the chain or the hub knows better. */
  #wanted({ own, hub }: TwoHistories): readonly Stamp[] {
    const here = new Map(own.map((change) => [change.stamp as string, change]));
    return hub.flatMap(({ key, digest }) => {
      const change = here.get(key);
      const isOther = change === undefined || toHex(changeDigest(change.encoded)) !== toHex(digest);
      const isOurs = change !== undefined && this.#store.isProven(change.stamp) === true;
      return isOther && !isOurs ? [key as Stamp] : [];
    });
  }

  /** What the hub lacks or has otherwise: of this node's the bytes, of others' the names. */
  #given({ own, hub }: TwoHistories): { readonly gives: readonly EncodedChange[]; readonly names: readonly Stamp[] } {
    const there = new Map(hub.map(({ key, digest }) => [key, toHex(digest)]));
    const other = own.filter(({ stamp, encoded }) => there.get(stamp) !== toHex(changeDigest(encoded)));
    return {
      gives: other
        .filter(({ stamp, isOfThisNode }) => isOfThisNode && this.#store.isProven(stamp) !== false)
        .map(({ encoded }) => encoded),
      names: other.filter(({ stamp, isOfThisNode }) => !isOfThisNode && !there.has(stamp)).map(({ stamp }) => stamp),
    };
  }

  async #give(run: OwnRun): Promise<void> {
    const gives = this.#store.changesIn(run);
    await this.#mend({ gives, records: recordsIn(gives.map(decodeChange)) });
  }

  async #mend(repair: Partial<Omit<Repair, 'kind'>>): Promise<Repaired> {
    const answer = await this.#hub.repair({ records: [], wants: [], names: [], gives: [], ...repair });
    const { changesMended, recordsMended } = answer;
    if (changesMended + recordsMended > 0) for (const id of repair.records ?? []) this.#mended.add(id);
    this.#report.changesAtHub += changesMended;
    this.#report.recordsAtHub += recordsMended;
    return answer;
  }

  async #asked(ask: DigestAsk): Promise<readonly DigestEntry[]> {
    return (await this.#hub.ask(ask)).entries ?? [];
  }
}

function recordsIn(changes: readonly Change[]): readonly string[] {
  const ofRecords = changes.filter((change): change is RecordChange => change.kind === 'record');
  return [...new Set(ofRecords.map(({ recordId }) => recordId))];
}

function pieces<Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, at) =>
    items.slice(at * length, (at + 1) * length),
  );
}

function different(mine: readonly DigestEntry[], theirs: readonly DigestEntry[]): readonly string[] {
  const text = ({ count, digest }: DigestEntry): string => `${count} ${toHex(digest)}`;
  const left = new Map(mine.map((entry) => [entry.key, text(entry)]));
  const right = new Map(theirs.map((entry) => [entry.key, text(entry)]));
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key) !== right.get(key)).sort();
}

import type { ClockCorrection, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import type { IncomingChange, ParkedRun, UnreadableChange } from '@santehaggui/protocols/journal/follow-chain.ts';
import type { Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import { byRecord, extendRecords, remergeRecord } from './apply-changes.ts';
import { CopiesStore } from './copies-store.ts';
import { ErasedStore } from './erased-store.ts';
import { type PlanFields, readLoadPlan } from './load-plan-store.ts';
import type { RecordRow } from './record-row.ts';
import { RegisterStore } from './register-store.ts';
import {
  isCorrection,
  isErasure,
  isOfRecord,
  isRelease,
  type JournalPlace,
  journalKeyOf,
  type KeptEntry,
  type StoredChange,
  withoutWords,
} from './stored-change.ts';

/** Changes for a register. */
export type ApplyOptions = {
  readonly receivedAt: Date;
  /** The records that existing ones among the changes touch, when the caller has already read them. */
  readonly records?: ReadonlyMap<string, RecordRow>;
  /** The number of the facility's node, for an erasure among the changes. */
  readonly own?: number;
};

/** No node has this number. */
const NOBODY = -1;

type RecordOf = StoredChange & { readonly change: RecordChange };
type CorrectionOf = StoredChange & { readonly change: ClockCorrection };

/**
 * One facility's register in one transaction. Each call enters the facility's role and leaves it again, so that no statement
 * on health data runs with more rights than that facility's. Whoever writes holds the facility's lock.
 */
export class Register {
  readonly #sql: Sql;
  readonly #facility: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#facility = facility;
  }

  /**
   * Appends changes to the journal and merges them into the records: the same two steps as the node's own store takes, so
   * that both ends hold the same. Answers those that were not there before, or had been forgotten, in the order given; the
   * others do nothing. A patch of a record that was released is journalled and merged with nothing. The number of statements
   * does not depend on the number of changes.
   */
  apply(changes: readonly StoredChange[], options: ApplyOptions): Promise<readonly StoredChange[]> {
    if (changes.length === 0) return Promise.resolve([]);
    return this.#within(async (store) => {
      const kept = await this.#withoutErased(changes);
      const keys = await store.appendChanges(kept, options.receivedAt);
      const inserted = kept.filter((stored) => keys.has(journalKeyOf(stored)));
      const again = inserted.filter((stored) => keys.get(journalKeyOf(stored)) === 'again').filter(isOfRecord);
      await mergeInserted(store, inserted, {
        ...options,
        again: new Set(again.map(({ change }) => change.recordId)),
      });
      const copies = new CopiesStore(this.#sql, this.#facility);
      for (const { change } of inserted.filter(isRelease)) await copies.release(change.records, change.holder);
      const erased = inserted.filter(isErasure).flatMap(({ change }) => change.records);
      if (erased.length > 0) await new ErasedStore(this.#sql, this.#facility).erase(erased, options.own ?? NOBODY);
      return inserted;
    });
  }

  /** Keeps bytes that are no change, for the chain's sake. */
  async keepUnreadable(entries: readonly UnreadableChange[], receivedAt: Date): Promise<void> {
    if (entries.length > 0) await this.#within((store) => store.appendUnreadable(entries, receivedAt));
  }

  /** The records of these ids that are here. */
  records(ids: readonly string[]): Promise<ReadonlyMap<string, RecordRow>> {
    return ids.length === 0 ? Promise.resolve(new Map()) : this.#within((store) => store.records(ids));
  }

  /** Which of these ids are here. */
  heldAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return ids.length === 0 ? Promise.resolve(new Set()) : this.#within((store) => store.heldAmong(ids));
  }

  /** Whether there is a record of this type here. */
  hasOfType(type: number): Promise<boolean> {
    return this.#within((store) => store.hasOfType(type));
  }

  /** The allergies of patients. */
  allergiesOf(
    patients: readonly string[],
    allergyType: number,
  ): Promise<readonly { readonly id: string; readonly patient: string }[]> {
    return patients.length === 0
      ? Promise.resolve([])
      : this.#ofCopies((store) => store.allergiesOf(patients, allergyType));
  }

  /**
   * Of each of these patients, here or not, the ids of the same person, its own among them: what it replaces and what replaces it.
   * `linkedBy`: only as far as these nodes have said so.
   */
  async personsOf(
    patients: readonly string[],
    linkedBy?: readonly number[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const pairs = patients.length === 0 ? [] : await this.#ofCopies((store) => store.personsOf(patients, linkedBy));
    const persons = new Map<string, string[]>();
    for (const { patient, id } of pairs) persons.set(patient, [...(persons.get(patient) ?? []), id]);
    return persons;
  }

  /** The records of patients of some of the types that a consent may name, and consents. */
  recordsOfPatients(patients: readonly string[], types: readonly number[]): Promise<readonly RecordRow[]> {
    return patients.length === 0
      ? Promise.resolve([])
      : this.#ofCopies((store) => store.recordsOfPatients(patients, types));
  }

  /** Which of these records have changed here since a moment. */
  changedSince(ids: readonly string[], since: Date): Promise<ReadonlySet<string>> {
    return ids.length === 0 ? Promise.resolve(new Set()) : this.#ofCopies((store) => store.changedSince(ids, since));
  }

  /** Patients of whom this facility, whose node is given, has copies that may be due to end. */
  patientsOfCopies(endedBefore: Date, ownNodes: readonly number[]): Promise<readonly string[]> {
    return this.#ofCopies((store) => store.patientsOfCopies(endedBefore, ownNodes));
  }

  /** The consents that say one of these days as their first. */
  consentsFrom(days: readonly string[]): Promise<readonly string[]> {
    return this.#ofCopies((store) => store.consentsFrom(days));
  }

  /** The referrals of patients. */
  referralsOf(patients: readonly string[], referralType: number): Promise<readonly RecordRow[]> {
    return this.#ofCopies((store) => store.referralsOf(patients, referralType));
  }

  /** All changes of these records, in the order in which they came here. */
  historyOf(ids: readonly string[]): Promise<readonly RecordOf[]> {
    return this.#within((store) => store.historyOf(ids));
  }

  /** Every clock correction that reached this facility. */
  corrections(): Promise<readonly CorrectionOf[]> {
    return this.#within((store) => store.corrections());
  }

  /** The types of those of these records whose copies here were released. */
  releasedTypes(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return ids.length === 0 ? Promise.resolve(new Map()) : this.#ofCopies((store) => store.releasedTypes(ids));
  }

  /** Which of these records this facility, whose nodes these are or were, has been given, held still or no more. */
  givenAmong(ids: readonly string[], ownNodes: readonly number[]): Promise<ReadonlySet<string>> {
    return ids.length === 0 ? Promise.resolve(new Set()) : this.#ofCopies((store) => store.givenAmong(ids, ownNodes));
  }

  /** The node that created each of these records, and its type, as far as the journal tells; also of those released. */
  creationsOf(
    ids: readonly string[],
  ): Promise<readonly { readonly id: string; readonly type: number; readonly node: number }[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.#ofCopies((store) => store.creationsOf(ids));
  }

  /** The changes of one incarnation with `after` < sequence < `before` that change a record, in order. */
  changesBetween(
    origin: { readonly node: number; readonly incarnation: string },
    after: number,
    before: number,
  ): Promise<readonly StoredChange[]> {
    return this.#within((store) => store.changesBetween(origin, after, before));
  }

  /** The changes of this facility's node that were stored beyond a gap, in order. */
  parkedRun(node: number, run: ParkedRun): Promise<readonly IncomingChange[]> {
    return this.#within((store) => store.ownBetween(node, run));
  }

  /**
   * Gives changes that were stored beyond a gap their heads. Those among them that waited for their record are merged, or, when
   * refused, taken from it.
   */
  async link(changes: readonly StoredChange[], updatedAt: Date): Promise<void> {
    if (changes.length === 0) return;
    await this.#within(async (store) => {
      await store.setHeads(changes);
      await store.disown(changes.filter(({ refusal }) => refusal !== undefined));
      const waited = changes.filter(({ isWaiting }) => isWaiting === true).filter(isOfRecord);
      if (waited.length === 0) return;
      const corrections = (await store.corrections()).map(({ change }) => change);
      const ids = [...new Set(waited.map(({ change }) => change.recordId))];
      const history = byRecord((await store.historyOf(ids)).map(({ change }) => change));
      await store.writeRecords(
        [...history.values()].map((ofRecord) => remergeRecord(ofRecord, corrections)),
        updatedAt,
      );
    });
  }

  /** Gives bytes that are no change, stored beyond a gap, their heads. */
  async linkUnreadable(entries: readonly UnreadableChange[]): Promise<void> {
    if (entries.length > 0) await this.#within((store) => store.setUnreadableHeads(entries));
  }

  /** The journal's position before any change that a node numbered higher than this. */
  positionBefore(node: number, sequence: number): Promise<number> {
    return this.#within((store) => store.positionBefore(node, sequence));
  }

  /** What a node itself recorded, in the order in which it came here, after a position; and the journal's last position. */
  ownAfter(node: number, after: number): Promise<{ readonly changes: readonly StoredChange[]; readonly upTo: number }> {
    return this.#within((store) => store.ownAfter(node, after));
  }

  /** What the journal keeps at these places of a node, in order. */
  kept(node: number, places: readonly JournalPlace[]): Promise<readonly KeptEntry[]> {
    return places.length === 0 ? Promise.resolve([]) : this.#within((store) => store.kept(node, places));
  }

  /** Merges changes that were kept for the chain alone: they are in the journal, and no record knows of them yet. */
  async adopt(changes: readonly RecordChange[], updatedAt: Date): Promise<void> {
    if (changes.length === 0) return;
    await this.#within(async (store) => {
      await store.adopt(changes);
      const corrections = (await store.corrections()).map(({ change }) => change);
      const ids = [...new Set(changes.map(({ recordId }) => recordId))];
      const history = byRecord((await store.historyOf(ids)).map(({ change }) => change));
      const merged = [...history.values()].map((ofRecord) => remergeRecord(ofRecord, corrections));
      await store.writeRecords(merged, updatedAt);
    });
  }

  /** Every record, as filling a node needs it, and where the journal ends; null while the facility's node has recorded nothing. */
  loadPlan(fields: PlanFields): ReturnType<typeof readLoadPlan> {
    return readLoadPlan(this.#sql, this.#facility, fields);
  }

  /** The chain head after one change of an incarnation; undefined when the change is not here. */
  headAt(node: number, incarnation: string, sequence: number): Promise<Uint8Array | undefined> {
    return this.#within((store) => store.headAt(node, incarnation, sequence));
  }

  /** A patient of this register by id or printed number. */
  patientNamed(text: string): Promise<string | undefined> {
    return this.#ofErased((store) => store.patientNamed(text));
  }

  /** Patients, as far as they are here, and every record that names one of them, other records of the same person too. */
  recordsAbout(patients: readonly string[]): Promise<readonly { readonly id: string; readonly isPatient: boolean }[]> {
    return this.#ofErased((store) => store.recordsAbout(patients));
  }

  /** Changes of records that were erased here lose their words, but for those beyond a gap, whose chain is still to be followed. */
  async #withoutErased(changes: readonly StoredChange[]): Promise<readonly StoredChange[]> {
    const ids = changes.filter(isOfRecord).map(({ change }) => change.recordId);
    if (ids.length === 0) return changes;
    const erased = await new ErasedStore(this.#sql, this.#facility).erasedAmong(ids);
    if (erased.size === 0) return changes;
    return changes.map((stored) =>
      isOfRecord(stored) && erased.has(stored.change.recordId) && stored.isBeyondGap !== true
        ? withoutWords(stored)
        : stored,
    );
  }

  #ofErased<Result>(work: (store: ErasedStore) => Promise<Result>): Promise<Result> {
    return withTenant(this.#sql, this.#facility, () => work(new ErasedStore(this.#sql, this.#facility)));
  }

  #ofCopies<Result>(work: (store: CopiesStore) => Promise<Result>): Promise<Result> {
    return withTenant(this.#sql, this.#facility, () => work(new CopiesStore(this.#sql, this.#facility)));
  }

  #within<Result>(work: (store: RegisterStore) => Promise<Result>): Promise<Result> {
    return withTenant(this.#sql, this.#facility, () => work(new RegisterStore(this.#sql, this.#facility)));
  }
}

/** Records created now of which a patch was here before, as after a restoration: they are merged from all of it. */
async function foretold(
  store: RegisterStore,
  {
    changes,
    records,
    created,
  }: {
    readonly changes: readonly RecordChange[];
    readonly records: ReadonlyMap<string, RecordRow>;
    readonly created: ReadonlySet<string>;
  },
): Promise<ReadonlySet<string>> {
  const fresh = [...created].filter((id) => !records.has(id));
  const now = Map.groupBy(changes, ({ recordId }) => recordId);
  const counted = await store.changeCounts(fresh);
  return new Set(fresh.filter((id) => (counted.get(id) ?? 0) > (now.get(id)?.length ?? 0)));
}

async function mergeInserted(
  store: RegisterStore,
  inserted: readonly StoredChange[],
  { receivedAt, records: read, again }: ApplyOptions & { readonly again: ReadonlySet<string> },
): Promise<void> {
  const changes = inserted
    .filter((stored) => stored.isWaiting !== true)
    .filter(isOfRecord)
    .map(({ change }) => change);
  const newCorrections = inserted.filter(isCorrection).map(({ change }) => change);
  if (changes.length === 0 && newCorrections.length === 0) return;
  const corrections = (await store.corrections()).map(({ change }) => change);
  const records = read ?? (await store.records([...new Set(changes.map(({ recordId }) => recordId))]));
  const created = new Set(changes.filter(({ isCreate }) => isCreate).map(({ recordId }) => recordId));
  const covered = await store.heldAmong(await store.recordsCovered(newCorrections));
  const { settled, unsettled } = extendRecords({
    records,
    changes: changes.filter(({ recordId }) => records.has(recordId) || created.has(recordId)),
    corrections,
    remerge: covered.union(again.intersection(created)).union(await foretold(store, { changes, records, created })),
  });
  const history = byRecord((await store.historyOf(unsettled)).map(({ change }) => change));
  const remerged = [...history.values()].map((ofRecord) => remergeRecord(ofRecord, corrections));
  await store.writeRecords([...settled, ...remerged], receivedAt);
}

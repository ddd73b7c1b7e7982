import { fieldNumbered, recordTypeNumbered } from '../records/catalogue.ts';
import type { FieldValue } from '../records/record-type.ts';
import type { ClockCorrection, RecordChange, RegisterWrite, SetWrite } from './change.ts';
import { compareOrderClocks, type OrderClock } from './order-clock.ts';
import { compareStamps, type Stamp, stampOf } from './stamp.ts';

/** Why a register field has the value it has: the winning write. */
export type RegisterStamp = {
  readonly stamp: Stamp;
  readonly clock: OrderClock;
  readonly authorised: boolean;
  readonly author: string | null;
  readonly role: string;
};

/** Why a set field has its members: for each, the additions that still stand. */
export type SetStamps = { readonly tags: Readonly<Record<string, readonly Stamp[]>> };

/**
 * Two writes of one field by people who had not seen each other's, which nobody has settled; its id,
 * `loser~winner~field`, is the same wherever both are.
 */
export type MergeConflict = {
  readonly id: string;
  readonly field: number;
  readonly winner: Stamp;
  readonly loser: Stamp;
};

/** What a record is, given a set of changes. `fields` and `stamps` are keyed by field number. */
export type RecordState = {
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly stamps: Readonly<Record<string, RegisterStamp | SetStamps>>;
  readonly conflicts: readonly MergeConflict[];
};

/** The state before any change. */
export const EMPTY_STATE: RecordState = { fields: {}, stamps: {}, conflicts: [] };

type Candidate = RegisterStamp & {
  readonly value: RegisterWrite['value'];
  readonly base: Stamp | null;
  /** The write before it in the same settlement, of which this one knows all that was known. */
  readonly settledWith: Stamp | null;
};

/**
 * The state of one record: a pure function of the set of its changes and of the hub's clock corrections, whatever their
 * order of arrival and however often each came.
 *
 * Per field the winner is the most recent among the authorised: ordered by (authorised, order clock, origin, sequence).
 * A `once` field keeps its first write among the authorised. Sets are add-wins: a member stands while one of its
 * additions was seen by no removal; a removal that was not authorised counts only against additions that were not.
 */
export function mergeRecord(changes: readonly RecordChange[], corrections: readonly ClockCorrection[]): RecordState {
  const distinct = new Map(changes.map((change) => [stampOf(change.origin, change.sequence), change]));
  const registers = new Map<string, Candidate[]>();
  const sets = new Map<string, { stamp: Stamp; write: SetWrite }[]>();
  let typeNumber = 0;
  for (const [stamp, change] of distinct) {
    typeNumber = change.recordType;
    const clock = correctedClock(change, corrections);
    for (const [key, write] of Object.entries(change.writes)) {
      if (write.kind === 'set') append(sets, key, { stamp, write });
      else
        append(registers, key, { ...candidate(change, { stamp, clock, write }), ...settlement(change, key, distinct) });
    }
  }
  const fields: Record<string, FieldValue> = {};
  const stamps: Record<string, RegisterStamp | SetStamps> = {};
  const conflicts: MergeConflict[] = [];
  for (const key of [...registers.keys()].sort(byNumber)) {
    const sorted = (registers.get(key) as Candidate[]).sort(compareCandidates);
    const isFirstKept = isOnce(typeNumber, Number(key));
    const winner = isFirstKept ? firstAuthorised(sorted) : (sorted.at(-1) as Candidate);
    if (winner.value !== null) fields[key] = winner.value;
    const { value: _value, base: _base, settledWith: _settledWith, ...why } = winner;
    stamps[key] = why;
    conflicts.push(...openConflicts(Number(key), sorted, isFirstKept));
  }
  for (const key of [...sets.keys()].sort(byNumber)) {
    const tags = standingTags(sets.get(key) as { stamp: Stamp; write: SetWrite }[]);
    const members = Object.keys(tags).sort();
    if (members.length > 0) fields[key] = members;
    stamps[key] = { tags };
  }
  return { fields, stamps, conflicts };
}

/**
 * The state after one more change where that needs no look at the others: a create of a record that has none, or a patch
 * of register fields whose every base is the present winner and which orders after it. Undefined otherwise, and always
 * while a conflict is open, since the change may settle it: the caller then merges all changes of the record.
 */
export function extendState(
  state: RecordState,
  change: RecordChange,
  hasCorrections: boolean,
): RecordState | undefined {
  if (hasCorrections || state.conflicts.length > 0) return undefined;
  const isFirst = Object.keys(state.stamps).length === 0;
  let hasSet = false;
  const stamp = stampOf(change.origin, change.sequence);
  let why: RegisterStamp | undefined;
  const fields: Record<string, FieldValue> = { ...state.fields };
  const stamps: Record<string, RegisterStamp | SetStamps> = { ...state.stamps };
  for (const [key, write] of Object.entries(change.writes)) {
    const isOnceOnly = write.kind === 'set' || isOnce(change.recordType, Number(key));
    if (isOnceOnly && !isFirst) return undefined;
    if (write.kind === 'set') {
      hasSet = true;
      continue;
    }
    const held = stamps[key] as RegisterStamp | undefined;
    if (!isOnceOnly && (held?.stamp ?? null) !== write.base) return undefined;
    const { value, authorised } = write;
    // The fields of one change share their stamp, but for who may.
    if (why?.authorised !== authorised) {
      why = { stamp, clock: change.orderClock, authorised, author: change.author, role: change.role };
    }
    if (held !== undefined && compareReasons(why, held) <= 0) return undefined;
    if (value === null) delete fields[key];
    else fields[key] = value;
    stamps[key] = why;
  }
  if (hasSet) return mergeRecord([change], []);
  return { fields, stamps, conflicts: [] };
}

/** Negative when `left` loses against `right`: the merge order, (authorised, order clock, origin, sequence). */
export function compareReasons(left: RegisterStamp, right: RegisterStamp): number {
  if (left.authorised !== right.authorised) return left.authorised ? 1 : -1;
  return compareOrderClocks(left.clock, right.clock) || compareStamps(left.stamp, right.stamp);
}

/** The clock that a change counts with; of several corrections the smallest. */
export function correctedClock(change: RecordChange, corrections: readonly ClockCorrection[]): OrderClock {
  let clock = change.orderClock;
  for (const { target, from, to, correctedTo } of corrections) {
    const isTarget = target.node === change.origin.node && target.incarnation === change.origin.incarnation;
    if (!isTarget || change.sequence < from || change.sequence > to) continue;
    if (compareOrderClocks(correctedTo, clock) < 0) clock = correctedTo;
  }
  return clock;
}

function candidate(
  change: RecordChange,
  { stamp, clock, write }: { readonly stamp: Stamp; readonly clock: OrderClock; readonly write: RegisterWrite },
): Omit<Candidate, 'settledWith'> {
  const { value, base, authorised } = write;
  return { stamp, clock, authorised, author: change.author, role: change.role, value, base };
}

/**
 * A settlement is a run of changes of one transaction that write one value to one field, each over another of the writes
 * that met: a field that nobody disputes is never written twice in a transaction, so no other run looks like it.
 */
function settlement(
  { origin, sequence, writes }: RecordChange,
  key: string,
  changes: ReadonlyMap<Stamp, RecordChange>,
): Pick<Candidate, 'settledWith'> {
  const stamp = stampOf(origin, sequence - 1);
  const before = changes.size === 1 ? undefined : changes.get(stamp);
  if (before === undefined || before.isLastOfTransaction) return { settledWith: null };
  const [one, other] = [before.writes[key], writes[key]];
  const isSame = one?.kind === 'register' && other?.kind === 'register' && one.value === other.value;
  return { settledWith: isSame ? stamp : null };
}

function compareCandidates(left: Candidate, right: Candidate): number {
  return compareReasons(left, right);
}

function firstAuthorised(sorted: readonly Candidate[]): Candidate {
  return sorted.find((write) => write.authorised) ?? (sorted[0] as Candidate);
}

function openConflicts(field: number, all: readonly Candidate[], isFirstKept: boolean): readonly MergeConflict[] {
  const conflicts: MergeConflict[] = [];
  const ancestry = new Ancestry(all);
  // The last write of a settlement speaks for the others of its run.
  const spokenFor = new Set(all.map(({ settledWith }) => settledWith));
  const sorted = all.filter(({ stamp }) => !spokenFor.has(stamp));
  for (let index = 1; index < sorted.length; index++) {
    const [earlier, later] = [sorted[index - 1] as Candidate, sorted[index] as Candidate];
    if (later.value === earlier.value || later.base === earlier.stamp) continue;
    if (ancestry.knows(earlier, later.stamp) || ancestry.knows(later, earlier.stamp)) continue;
    const isSettled = sorted
      .slice(index + 1)
      .some((write) => ancestry.knows(write, earlier.stamp) && ancestry.knows(write, later.stamp));
    if (isSettled) continue;
    const isEarlierKept = isFirstKept && earlier.authorised === later.authorised;
    const [winner, loser] = isEarlierKept ? [earlier, later] : [later, earlier];
    conflicts.push({ id: `${loser.stamp}~${winner.stamp}~${field}`, field, winner: winner.stamp, loser: loser.stamp });
  }
  return conflicts;
}

/** Who had seen what, among the writes of one field. */
class Ancestry {
  readonly #writes: ReadonlyMap<Stamp, Candidate>;
  /** The next write of the run that a write of a settlement belongs to. */
  readonly #next: ReadonlyMap<Stamp, Stamp>;
  readonly #known = new Map<Stamp, ReadonlySet<Stamp>>();

  constructor(writes: readonly Candidate[]) {
    this.#writes = new Map(writes.map((write) => [write.stamp, write]));
    this.#next = new Map(
      writes.flatMap(({ stamp, settledWith }) => (settledWith === null ? [] : [[settledWith, stamp]])),
    );
  }

  /** Whether a write was made by someone who had seen `ancestor`, however many writes in between. */
  knows(write: Candidate, ancestor: Stamp): boolean {
    return this.#ancestorsOf(write).has(ancestor);
  }

  #ancestorsOf(write: Candidate): ReadonlySet<Stamp> {
    const found = this.#known.get(write.stamp);
    if (found !== undefined) return found;
    const ancestors = new Set<Stamp>();
    const open: Candidate[] = [write];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      // Nobody has seen half a settlement: whoever saw one of its writes saw those after it as well.
      const following = next === write ? undefined : this.#next.get(next.stamp);
      for (const parent of [next.base, next.settledWith, following ?? null]) {
        if (parent === null || parent === write.stamp || ancestors.has(parent)) continue;
        ancestors.add(parent);
        const held = this.#writes.get(parent);
        if (held !== undefined) open.push(held);
      }
    }
    this.#known.set(write.stamp, ancestors);
    return ancestors;
  }
}

function standingTags(writes: readonly { readonly stamp: Stamp; readonly write: SetWrite }[]): Record<string, Stamp[]> {
  const authorisedAdditions = new Set(writes.filter(({ write }) => write.authorised).map(({ stamp }) => stamp));
  const removed = new Set<string>();
  for (const { write } of writes) {
    for (const { member, seen } of write.remove) {
      for (const tag of seen) if (write.authorised || !authorisedAdditions.has(tag)) removed.add(`${tag} ${member}`);
    }
  }
  // A Map, because a member is anybody's text: `__proto__` is one like any other.
  const tags = new Map<string, Stamp[]>();
  for (const { stamp, write } of writes) {
    for (const member of new Set(write.add)) if (!removed.has(`${stamp} ${member}`)) append(tags, member, stamp);
  }
  for (const stamps of tags.values()) stamps.sort(compareStamps);
  return Object.fromEntries([...tags].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isOnce(typeNumber: number, fieldNumber: number): boolean {
  const type = recordTypeNumbered(typeNumber);
  return type !== undefined && fieldNumbered(type, fieldNumber)?.merge === 'once';
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function byNumber(left: string, right: string): number {
  return Number(left) - Number(right);
}

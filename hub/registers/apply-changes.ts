import type { ClockCorrection, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { EMPTY_STATE, extendState, mergeRecord, type RecordState } from '@santehaggui/protocols/journal/merge.ts';
import { stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import type { RecordRow, RecordWrite } from './record-row.ts';
import { covers } from './stored-change.ts';

/** What merging looks at. `changes` are new here, in order; `corrections` are all that this register holds. */
export type MergeInput = {
  readonly records: ReadonlyMap<string, RecordRow>;
  readonly changes: readonly RecordChange[];
  readonly corrections: readonly ClockCorrection[];
  /** Records that must be merged from their whole history, because a new correction rules on one of their changes. */
  readonly remerge: ReadonlySet<string>;
};

/** Records that one look at the new changes settled, and those whose whole history is needed. */
export type MergeOutcome = { readonly settled: readonly RecordWrite[]; readonly unsettled: readonly string[] };

/**
 * Merges new changes into the states that are here, record by record, as far as that needs no history. Gives the same
 * states as `mergeRecord` of everything would.
 */
export function extendRecords({ records, changes, corrections, remerge }: MergeInput): MergeOutcome {
  const settled: RecordWrite[] = [];
  const unsettled = new Set<string>(remerge);
  for (const [id, ofRecord] of byRecord(changes)) {
    if (unsettled.has(id)) continue;
    const row = records.get(id);
    const state = extendAll(row, ofRecord, corrections);
    if (state === undefined) unsettled.add(id);
    else settled.push(writeOf(ofRecord, state, 0));
  }
  return { settled, unsettled: [...unsettled] };
}

/** Merges one record from its whole history, in the order in which the changes came. */
export function remergeRecord(history: readonly RecordChange[], corrections: readonly ClockCorrection[]): RecordWrite {
  const state = mergeRecord(history, corrections);
  return writeOf(history, state, state.conflicts.length);
}

/** Changes by the record that they change, both in order. */
export function byRecord(changes: readonly RecordChange[]): ReadonlyMap<string, readonly RecordChange[]> {
  const groups = new Map<string, RecordChange[]>();
  for (const change of changes) {
    const group = groups.get(change.recordId);
    if (group === undefined) groups.set(change.recordId, [change]);
    else group.push(change);
  }
  return groups;
}

function extendAll(
  row: RecordRow | undefined,
  changes: readonly RecordChange[],
  corrections: readonly ClockCorrection[],
): RecordState | undefined {
  // What settles a conflict is seen only among all changes.
  if (row !== undefined && row.conflicts > 0) return undefined;
  let state: RecordState = row === undefined ? EMPTY_STATE : { fields: row.fields, stamps: row.stamps, conflicts: [] };
  for (const change of changes) {
    const isCorrected = corrections.some((correction) => covers(correction, change));
    const next = extendState(state, change, isCorrected);
    if (next === undefined) return undefined;
    state = next;
  }
  return state;
}

function writeOf(changes: readonly RecordChange[], state: RecordState, conflicts: number): RecordWrite {
  const last = changes.at(-1) as RecordChange;
  const { recordType: type, recordId: id } = last;
  const { fields, stamps } = state;
  const digest = recordDigest(type, { fields, stamps });
  return { id, type, fields, stamps, conflicts, lastStamp: stampOf(last.origin, last.sequence), digest };
}

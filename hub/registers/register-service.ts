import { asFacility } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { byRecord, extendRecords, remergeRecord } from './apply-changes.ts';
import { type RecordRow, RegisterStore } from './register-store.ts';
import { isCorrection, isOfRecord, journalKeyOf, type StoredChange } from './stored-change.ts';

/** Changes for one facility's register, inside `sql`'s transaction. */
export type ApplyOptions = {
  readonly sql: Sql;
  readonly facility: string;
  readonly changes: readonly StoredChange[];
  readonly receivedAt: Date;
  /** The records that existing ones among the changes touch, when the caller has already read them. */
  readonly records?: ReadonlyMap<string, RecordRow>;
};

/**
 * Appends changes to a facility's journal and merges them into its records: the same two steps as the node's own store
 * takes, so that both ends hold the same. Answers those that were not there before, in the order given; the others do
 * nothing. The number of statements does not depend on the number of changes. The caller holds the facility's lock.
 */
export function applyChanges({
  sql,
  facility,
  changes,
  receivedAt,
  records,
}: ApplyOptions): Promise<readonly StoredChange[]> {
  if (changes.length === 0) return Promise.resolve([]);
  return asFacility(sql, facility, async () => {
    const store = new RegisterStore(sql, facility);
    const keys = await store.appendChanges(changes, receivedAt);
    const inserted = changes.filter((stored) => keys.has(journalKeyOf(stored)));
    await mergeInserted(store, { inserted, receivedAt, records });
    return inserted;
  });
}

type MergeOptions = {
  readonly inserted: readonly StoredChange[];
  readonly receivedAt: Date;
  readonly records: ReadonlyMap<string, RecordRow> | undefined;
};

async function mergeInserted(store: RegisterStore, { inserted, receivedAt, records }: MergeOptions): Promise<void> {
  const changes = inserted.filter(isOfRecord).map(({ change }) => change);
  const newCorrections = inserted.filter(isCorrection).map(({ change }) => change);
  if (changes.length === 0 && newCorrections.length === 0) return;
  const corrections = (await store.corrections()).map(({ change }) => change);
  const { settled, unsettled } = extendRecords({
    records: records ?? (await store.records([...new Set(changes.map(({ recordId }) => recordId))])),
    changes,
    corrections,
    remerge: new Set(await store.recordsCovered(newCorrections)),
  });
  const history = byRecord((await store.historyOf(unsettled)).map(({ change }) => change));
  const remerged = [...history.values()].map((ofRecord) => remergeRecord(ofRecord, corrections));
  await store.writeRecords([...settled, ...remerged], receivedAt);
}

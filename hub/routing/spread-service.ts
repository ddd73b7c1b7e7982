import { lockFacilities } from '../database/facility-lock.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { covers, isOfRecord, journalKeyOf, type StoredChange } from '../registers/stored-change.ts';
import { deliver } from './delivery-service.ts';
import { appendHolders, readHolders } from './holder-store.ts';

/** The facility of a node; undefined for a node that is not known, and for the hub. */
export type FacilityOf = (node: number) => string | undefined;

/** Changes that a facility's node received from a hub that has lost them, now in that facility's register. */
export type Spreading = {
  readonly sql: Sql;
  readonly facility: string;
  readonly changes: readonly StoredChange[];
  readonly facilityOf: FacilityOf;
  readonly receivedAt: Date;
};

/** Locks a facility, those that changes come from, and those that hold what they change. */
export async function lockSpreading(spreading: Spreading): Promise<void> {
  const { sql, facility, changes, facilityOf } = spreading;
  const records = changes.filter(isOfRecord).map(({ change }) => change.recordId);
  const locked = new Set<string>();
  for (;;) {
    const holders = await readHolders(sql, [...new Set(records)]);
    const sources = changes.flatMap(({ change }) => facilityOf(change.origin.node) ?? []);
    const wanted = new Set([facility, ...sources, ...[...holders.values()].flatMap((codes) => [...codes])]);
    const missing = wanted.difference(locked);
    if (missing.size === 0) return;
    await lockFacilities(sql, missing);
    for (const code of missing) locked.add(code);
  }
}

/**
 * Makes whoever has to do with the records their holders again, and gives each holder what another one has of them and it
 * lacks. What a facility's own node wrote it is not given: that comes from the node itself, with its chain. The caller holds
 * the locks of {@link lockSpreading}. Answers, by facility, the records that changed there.
 */
export async function spread(spreading: Spreading): Promise<ReadonlyMap<string, readonly string[]>> {
  const { sql, facility, changes, facilityOf, receivedAt } = spreading;
  const ofRecords = changes.filter(isOfRecord);
  const records = [...new Set(ofRecords.map(({ change }) => change.recordId))];
  await appendHolders(
    sql,
    ofRecords.flatMap(({ change: { recordId: record, origin } }) =>
      // Nobody changes a record that he does not hold.
      [facility, facilityOf(origin.node)].flatMap((code) => (code === undefined ? [] : [{ record, facility: code }])),
    ),
  );
  const held = await heldBy(sql, records);
  const changed = new Map<string, readonly string[]>();
  const known = new Map<string, readonly StoredChange[]>();
  for (const [code, ids] of held) known.set(code, await everythingOf(new Register(sql, code), ids));
  for (const [code, ids] of held) {
    const others = [...known].flatMap(([other, theirs]) => (other === code ? [] : theirs));
    const missing = missingAmong(others, { own: known.get(code) ?? [], ids }).filter(
      ({ change }) => facilityOf(change.origin.node) !== code,
    );
    if (missing.length === 0) continue;
    await deliver({ sql, facility: code, changes: missing, receivedAt });
    changed.set(code, [...new Set(missing.filter(isOfRecord).map(({ change }) => change.recordId))]);
  }
  return changed;
}

async function heldBy(sql: Sql, records: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const held = new Map<string, string[]>();
  for (const [record, codes] of await readHolders(sql, records)) {
    for (const code of codes) held.set(code, [...(held.get(code) ?? []), record]);
  }
  return new Map([...held].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The changes of records in a register, and the rulings on them. */
async function everythingOf(register: Register, ids: readonly string[]): Promise<readonly StoredChange[]> {
  const history = await register.historyOf(ids);
  const rulings = (await register.corrections()).filter(({ change: ruling }) =>
    history.some(({ change }) => covers(ruling, change)),
  );
  return [...history, ...rulings];
}

/** What others have of some records that is not among one's own, each once. */
function missingAmong(
  others: readonly StoredChange[],
  { own, ids }: { readonly own: readonly StoredChange[]; readonly ids: readonly string[] },
): readonly StoredChange[] {
  const seen = new Set(own.map(journalKeyOf));
  const wanted = new Set(ids);
  return others.filter((stored) => {
    const key = journalKeyOf(stored);
    if (seen.has(key) || (isOfRecord(stored) && !wanted.has(stored.change.recordId))) return false;
    seen.add(key);
    return true;
  });
}

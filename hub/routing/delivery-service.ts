import type { ClockCorrection } from '@santehaggui/protocols/journal/change.ts';
import { namedFields, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { Sql } from '../database/sql.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { covers, isErasure, type StoredChange } from '../registers/stored-change.ts';
import { type DisclosureReason, noteDisclosures } from './disclosure-store.ts';
import { announceFeed, appendFeed } from './feed-store.ts';
import { appendHolders, nodesOf, readHolders } from './holder-store.ts';
import { giveBefore } from './load-service.ts';

/** Changes for one facility, in the transaction of `sql`, whose caller holds the facility's lock. */
export type Delivery = {
  readonly sql: Sql;
  readonly facility: string;
  readonly changes: readonly StoredChange[];
  readonly receivedAt: Date;
};

/** Merges changes into a facility's register and puts those that were not there into its node's feed. */
export async function deliver({ sql, facility, changes, receivedAt }: Delivery): Promise<void> {
  const stored = changes.map(({ change, encoded }) => ({ change, encoded, head: null }));
  const own = changes.some(isErasure) ? ((await nodesOf(sql, facility)).present ?? undefined) : undefined;
  const inserted = await new Register(sql, facility).apply(stored, {
    receivedAt,
    ...(own === undefined ? {} : { own }),
  });
  await appendFeed(sql, facility, await giveBefore(sql, facility, inserted));
}

/** Tells the sessions of facilities, once the transaction is committed, that there may be something for their nodes. */
export async function announce(sql: Sql, facilities: readonly string[]): Promise<void> {
  for (const facility of facilities) await announceFeed(sql, facility);
}

/** The facilities that hold each of these records, of those which more than one holds. */
export function allHolders(sql: Sql, records: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  return readHolders(sql, records);
}

/** The facilities that hold a record which more than one holds, in order. */
export async function holdersOf(sql: Sql, record: string): Promise<readonly string[]> {
  return [...((await readHolders(sql, [record])).get(record) ?? [])].sort();
}

/** Records that a facility is to hold, and the register that has them. */
export type Gift = {
  readonly sql: Sql;
  readonly source: string;
  readonly destination: string;
  readonly ids: readonly string[];
  readonly receivedAt: Date;
  /** For the audit trail, where patients' records leave a facility. */
  readonly because?: DisclosureReason;
};

/**
 * Makes a facility a holder of records, and gives it those that it lacks, each with its whole history as the source knows
 * it. The caller holds the lock of the destination.
 */
export async function giveRecords({ sql, source, destination, ids, receivedAt, because }: Gift): Promise<void> {
  if (ids.length === 0) return;
  await appendHolders(
    sql,
    ids.map((record) => ({ record, facility: destination })),
  );
  const held = await new Register(sql, destination).heldAmong(ids);
  const missing = ids.filter((id) => !held.has(id));
  if (missing.length === 0) return;
  const history = await new Register(sql, source).historyOf(missing);
  const corrections = covering(await new Register(sql, source).corrections(), history);
  await deliver({ sql, facility: destination, changes: [...history, ...corrections], receivedAt });
  if (because === undefined) return;
  const given = [...(await new Register(sql, destination).records(missing)).values()];
  const records = given.map((row) => ({ id: row.id, type: row.type, patient: ownerOf(row) }));
  if (records.length > 0) await noteDisclosures(sql, { source, destination, because, records, at: receivedAt });
}

/** The patient whom a record is, or is about. */
function ownerOf(row: RecordRow): string | null {
  const type = recordTypeNumbered(row.type);
  if (type === undefined) return null;
  if (type.name === 'patient') return row.id;
  const { patient } = namedFields(type, row.fields);
  return typeof patient === 'string' ? patient : null;
}

/** The corrections that rule on any of these changes. */
export function covering(
  corrections: readonly (StoredChange & { readonly change: ClockCorrection })[],
  changes: readonly StoredChange[],
): readonly StoredChange[] {
  return corrections.filter(({ change: correction }) => changes.some(({ change }) => covers(correction, change)));
}

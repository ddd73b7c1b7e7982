import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import type { Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import { remergeRecord } from './apply-changes.ts';
import { type EntryKey, type EntryRow, MendingStore } from './mending-store.ts';
import type { RecordRow, RecordWrite } from './record-row.ts';
import { RegisterStore } from './register-store.ts';
import type { StoredChange } from './stored-change.ts';

export type { EntryKey, EntryRow } from './mending-store.ts';

/** Puts back what a facility's register lost, in one transaction, whose caller holds the facility's lock. As `Register`. */
export class Mending {
  readonly #sql: Sql;
  readonly #facility: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#facility = facility;
  }

  /** The journal entries at these places that are here. */
  entries(keys: readonly EntryKey[]): Promise<readonly EntryRow[]> {
    return keys.length === 0 ? Promise.resolve([]) : this.#within(({ mending }) => mending.entries(keys));
  }

  /** As `MendingStore.holes`. */
  holes(node: number): ReturnType<MendingStore['holes']> {
    return this.#within(({ mending }) => mending.holes(node));
  }

  /** Appends changes that are missing, with the heads that the chain proves; no record is merged. */
  async putBack(changes: readonly StoredChange[], receivedAt: Date): Promise<void> {
    if (changes.length > 0) await this.#within(({ register }) => register.appendChanges(changes, receivedAt));
  }

  /** Writes other bytes over changes that are here: the chain proves them; no record is merged. */
  async replace(changes: readonly StoredChange[]): Promise<void> {
    if (changes.length > 0) await this.#within(({ mending }) => mending.replace(changes));
  }

  /**
   * Merges records again from all that the journal holds of them, as far as that is whole enough to tell what they are; answers
   * those that stood otherwise or not at all.
   */
  remerge(ids: readonly string[], updatedAt: Date): Promise<readonly string[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.#within(async ({ register, mending }) => {
      const corrections = (await register.corrections()).map(({ change }) => change);
      const rows = await register.records(ids);
      const digests = await mending.digests(ids);
      const other: RecordWrite[] = [];
      for (const id of ids) {
        const history = await historyOf(register, id);
        if (!history.some(({ isCreate }) => isCreate)) continue;
        const merged = remergeRecord(history, corrections);
        if (!isAsIs(merged.digest, { row: rows.get(id), digest: digests.get(id) })) other.push(merged);
      }
      await register.writeRecords(other, updatedAt);
      return other.map(({ id }) => id);
    });
  }

  #within<Result>(
    work: (stores: { readonly register: RegisterStore; readonly mending: MendingStore }) => Promise<Result>,
  ): Promise<Result> {
    const stores = {
      register: new RegisterStore(this.#sql, this.#facility),
      mending: new MendingStore(this.#sql, this.#facility),
    };
    return withTenant(this.#sql, this.#facility, () => work(stores));
  }
}

/**
 * What there is of a record, if it can tell what the record is: of a copy that was released only the holder's own words are
 * left, and what is damaged and could not be mended may be no change any more.
 */
async function historyOf(register: RegisterStore, id: string): Promise<readonly RecordChange[]> {
  try {
    return (await register.historyOf([id])).map(({ change }) => change);
  } catch (error) {
    if (error instanceof MalformedChange) return [];
    throw error;
  }
}

function isAsIs(
  merged: Uint8Array,
  held: { readonly row: RecordRow | undefined; readonly digest: Uint8Array | undefined },
): boolean {
  const { row, digest } = held;
  if (row === undefined || digest === undefined || Buffer.compare(digest, merged) !== 0) return false;
  return Buffer.compare(recordDigest(row.type, row), merged) === 0;
}

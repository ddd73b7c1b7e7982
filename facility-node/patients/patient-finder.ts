import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { PatientSearchStore } from './patient-search-store.ts';
import { survivorOf } from './patient-survivor.ts';
import { searchExpressions } from './search-query.ts';

/** Finds patients, whoever may see them and without an entry in the trail: for services, which judge and note by themselves. */
export class PatientFinder {
  readonly #store: RecordStore;
  readonly #search: PatientSearchStore;

  constructor(store: RecordStore) {
    this.#store = store;
    this.#search = new PatientSearchStore(store.db);
  }

  /**
   * Up to `limit` patients for what is being typed: names in any order and spelling, any run of digits of a phone, a printed number.
   * Who is called exactly so comes first, then the last registered. For a duplicate that was replaced, the record that goes on.
   */
  find(typed: string, limit: number): readonly StoredRecord[] {
    const found = new Set<string>();
    for (const { match, isWhole } of searchExpressions(typed)) {
      for (const id of this.#search.find(match, limit)) found.add(id);
      if (found.size >= limit || (isWhole && found.size > 0)) break;
    }
    const survivors = new Map(
      [...found].flatMap((id) => survivorOf(this.#store, id) ?? []).map((record) => [record.id, record]),
    );
    return [...survivors.values()].slice(0, limit);
  }

  /** The patient with this printed number, given without its hyphens; for a duplicate that was replaced, the record that goes on. */
  withNumber(compact: string): StoredRecord | undefined {
    const id = this.#search.withNumber(compact);
    return id === undefined ? undefined : survivorOf(this.#store, id);
  }
}

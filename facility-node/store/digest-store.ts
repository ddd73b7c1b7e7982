import {
  combineDigests,
  type DigestEntry,
  digestsByRange,
  fieldDigests,
  recordDigest,
} from '@santehaggui/protocols/journal/digest.ts';
import type { RecordState } from '@santehaggui/protocols/journal/merge.ts';
import type { Database, Statement } from 'better-sqlite3';
import { stampsOf } from './stamps-text.ts';

/** `digest` has no bytes where it was left to be made. */
type DigestRow = { readonly id: string; readonly type: number; readonly digest: Uint8Array };

/** What this replica holds, in the four depths in which it is compared with the hub's. */
export class DigestStore {
  readonly #db: Database;
  readonly #types: Statement<[], number>;
  readonly #ofType: Statement<[number], DigestRow>;
  readonly #ofRange: Statement<[number, string, string], DigestRow>;
  readonly #record: Statement<[string], { readonly fields: string; readonly stamps: string }>;
  readonly #bare: Statement<[string], DigestRow>;
  readonly #keep: Statement<[Uint8Array, string]>;

  constructor(db: Database) {
    this.#db = db;
    this.#types = db.prepare<[], number>('select distinct type from record order by type').pluck();
    // Sorted here and not by SQLite: read in the order of an index by id, every record would be looked up in its row.
    this.#ofType = db.prepare(
      `select id, type, digest from record
       where rowid in (select rowid from record indexed by record_in_order where type = ?)`,
    );
    this.#ofRange = db.prepare('select id, type, digest from record where type = ? and id >= ? and id < ?');
    this.#record = db.prepare('select fields, stamps from record where id = ?');
    this.#bare = db.prepare("select id, type, digest from record where id = ? and digest = x''");
    this.#keep = db.prepare('update record set digest = ? where id = ?');
  }

  /** Makes and keeps the digests that were left of these records, while nobody waits. */
  make(ids: readonly string[]): void {
    const rows = ids.flatMap((id) => this.#bare.get(id) ?? []);
    if (rows.length === 0) return;
    const made: DigestEntry[] = [];
    this.#inOrder(rows, made);
    this.#keepAll(made);
  }

  /** One entry a record type that has records, in order of the types' numbers. Digests that were left to be made are kept. */
  types(): readonly DigestEntry[] {
    // Type after type: all records at once would be much memory on a small machine.
    return this.#types.all().map((type) => {
      const made: DigestEntry[] = [];
      const records = this.#inOrder(this.#ofType.all(type), made);
      if (made.length > 0 && !this.#db.readonly) this.#keepAll(made);
      return { key: String(type), count: records.length, digest: combineDigests(digestsByRange(records)) };
    });
  }

  /** One entry a first byte of the record id (0 to 255), of one type. */
  ranges(type: number): readonly DigestEntry[] {
    return digestsByRange(this.#inOrder(this.#ofType.all(type)));
  }

  /** One entry a record of such a range. */
  records(type: number, range: number): readonly DigestEntry[] {
    const from = range.toString(16).padStart(2, '0');
    // 'g' comes after every hexadecimal digit.
    const to = range === 255 ? 'g' : (range + 1).toString(16).padStart(2, '0');
    return this.#inOrder(this.#ofRange.all(type, from, to));
  }

  /** One entry a field of a record; none when it is not here. */
  fields(recordId: string): readonly DigestEntry[] {
    const state = this.#state(recordId);
    return state === undefined ? [] : fieldDigests(state);
  }

  #keepAll(made: readonly DigestEntry[]): void {
    this.#db.transaction(() => {
      for (const { key, digest } of made) this.#keep.run(digest, key);
    })();
  }

  /** `made` is given those that had to be made. */
  #inOrder(rows: readonly DigestRow[], made: DigestEntry[] = []): readonly DigestEntry[] {
    const entries = rows.map(({ id, type, digest }) => {
      const state = digest.length > 0 ? undefined : this.#state(id);
      if (state === undefined) return { key: id, count: 1, digest };
      const entry = { key: id, count: 1, digest: recordDigest(type, state) };
      made.push(entry);
      return entry;
    });
    return entries.sort((left, right) => (left.key < right.key ? -1 : 1));
  }

  #state(id: string): Pick<RecordState, 'fields' | 'stamps'> | undefined {
    const row = this.#record.get(id);
    return row === undefined ? undefined : { fields: JSON.parse(row.fields), stamps: stampsOf(row.stamps) };
  }
}

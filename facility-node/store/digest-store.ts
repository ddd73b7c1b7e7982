import { fromUuid } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests, type DigestEntry, fieldDigests } from '@santehaggui/protocols/journal/digest.ts';
import type { Database, Statement } from 'better-sqlite3';
import { stampsOf } from './stamps-text.ts';

type DigestRow = { readonly id: string; readonly digest: Buffer };

/** What this replica holds, in the four depths in which it is compared with the hub's. */
export class DigestStore {
  readonly #types: Statement<[], number>;
  readonly #ofType: Statement<[number], DigestRow>;
  readonly #ofRange: Statement<[number, string, string], DigestRow>;
  readonly #record: Statement<[string], { readonly fields: string; readonly stamps: string }>;

  constructor(db: Database) {
    this.#types = db.prepare<[], number>('select distinct type from record order by type').pluck();
    // Sorted here and not by SQLite: read in the order of an index by id, every record would be looked up in its row.
    this.#ofType = db.prepare('select id, digest from record where type = ?');
    this.#ofRange = db.prepare('select id, digest from record where type = ? and id >= ? and id < ?');
    this.#record = db.prepare('select fields, stamps from record where id = ?');
  }

  /** One entry a record type that has records, in order of the types' numbers. */
  types(): readonly DigestEntry[] {
    return this.#types.all().map((type) => {
      const ranges = this.ranges(type);
      const count = ranges.reduce((sum, range) => sum + range.count, 0);
      return { key: String(type), count, digest: combineDigests(ranges) };
    });
  }

  /** One entry a first byte of the record id (0 to 255), of one type. */
  ranges(type: number): readonly DigestEntry[] {
    const ranges = new Map<number, DigestEntry[]>();
    for (const entry of inOrder(this.#ofType.all(type))) {
      const first = fromUuid(entry.key)[0] as number;
      const range = ranges.get(first);
      if (range === undefined) ranges.set(first, [entry]);
      else range.push(entry);
    }
    return [...ranges].map(([first, records]) => ({
      key: String(first),
      count: records.length,
      digest: combineDigests(records),
    }));
  }

  /** One entry a record of such a range. */
  records(type: number, range: number): readonly DigestEntry[] {
    const from = range.toString(16).padStart(2, '0');
    // 'g' comes after every hexadecimal digit.
    const to = range === 255 ? 'g' : (range + 1).toString(16).padStart(2, '0');
    return inOrder(this.#ofRange.all(type, from, to));
  }

  /** One entry a field of a record; none when it is not here. */
  fields(recordId: string): readonly DigestEntry[] {
    const row = this.#record.get(recordId);
    return row === undefined ? [] : fieldDigests({ fields: JSON.parse(row.fields), stamps: stampsOf(row.stamps) });
  }
}

function inOrder(rows: readonly DigestRow[]): readonly DigestEntry[] {
  const entries = rows.map(({ id, digest }) => ({ key: id, count: 1, digest }));
  return entries.sort((left, right) => (left.key < right.key ? -1 : 1));
}

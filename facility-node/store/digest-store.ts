import { fromUuid } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests, type DigestEntry } from '@santehaggui/protocols/journal/digest.ts';
import type { Database, Statement } from 'better-sqlite3';

/** What this replica holds, in the three depths in which it is compared with the hub's. */
export class DigestStore {
  readonly #types: Statement<[], number>;
  readonly #ofType: Statement<[number], { id: string; digest: Buffer }>;
  readonly #ofRange: Statement<[number, string, string], { id: string; digest: Buffer }>;

  constructor(db: Database) {
    this.#types = db.prepare<[], number>('select distinct type from record order by type').pluck();
    this.#ofType = db.prepare('select id, digest from record where type = ? order by id');
    this.#ofRange = db.prepare('select id, digest from record where type = ? and id >= ? and id < ? order by id');
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
    for (const { id, digest } of this.#ofType.iterate(type)) {
      const first = fromUuid(id)[0] as number;
      const range = ranges.get(first);
      const entry = { key: id, count: 1, digest };
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
    return this.#ofRange.all(type, from, to).map(({ id, digest }) => ({ key: id, count: 1, digest }));
  }
}

import { setImmediate as pause } from 'node:timers/promises';
import { fromUuid } from '@santehaggui/protocols/crypto/bytes.ts';
import { changeDigest, type DigestEntry, mixDigest } from '@santehaggui/protocols/journal/digest.ts';
import type { Database, Statement } from 'better-sqlite3';

type Row = { readonly position: number; readonly id: string; readonly meta: Buffer; readonly fields: Buffer };

/** So many entries are read in one go, in which nobody at the LAN is served: some 10 ms. */
const PAGE = 2000;

/** What this journal holds of the records that are here, in the two depths in which it is compared with the hub's. */
export class JournalDigests {
  readonly #page: Statement<[number], Row>;

  constructor(db: Database) {
    this.#page = db.prepare(
      // Without what was refused at the hub: that belongs to no record there.
      `select position, record_id as id, meta, fields from journal j
       where position > ? and record_id is not null and length(fields) > 0
         and exists (select 1 from record r where r.id = j.record_id)
         and (head is null or sequence not in (select position from quarantine where direction = 'up'))
       order by position limit ${PAGE}`,
    );
  }

  /** One entry a first byte of the record id (0 to 255), over the changes of those records. */
  ranges(): Promise<readonly DigestEntry[]> {
    return this.#gather((id) => String(fromUuid(id)[0]));
  }

  /** One entry a record of such a range, over its changes. */
  histories(range: number): Promise<readonly DigestEntry[]> {
    const first = range.toString(16).padStart(2, '0');
    return this.#gather((id) => (id.startsWith(first) ? id : undefined));
  }

  async #gather(keyOf: (id: string) => string | undefined): Promise<readonly DigestEntry[]> {
    const entries = new Map<string, { readonly key: string; count: number; readonly digest: Uint8Array }>();
    for (let after = 0; ; ) {
      const rows = this.#page.all(after);
      for (const { position, id, ...encoded } of rows) {
        after = position;
        const key = keyOf(id);
        if (key === undefined) continue;
        const entry = entries.get(key) ?? { key, count: 0, digest: new Uint8Array(16) };
        entry.count += 1;
        mixDigest(entry.digest, changeDigest(encoded));
        entries.set(key, entry);
      }
      if (rows.length < PAGE) return [...entries.values()];
      await pause();
    }
  }
}

import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { Database, Statement } from 'better-sqlite3';
import type { RecordIndexer } from './record-table.ts';

type Wanted = { readonly size: number; readonly hash: string };

/** Keeps for each document the row of its content: what is wanted, and, once it is another content or none, no longer there. For `RecordStore`. */
export function attachmentIndexer(): RecordIndexer {
  const rows = new WeakMap<object, WantedRows>();
  const index: RecordIndexer['index'] = (db, { id, fields }, fate) => {
    // With the record its content is gone already.
    if (fate === 'gone') return;
    const known = rows.get(db) ?? new WantedRows(db);
    rows.set(db, known);
    const { size, hash } = fields;
    known.note(id, typeof size === 'number' && typeof hash === 'string' ? { size, hash } : undefined);
  };
  return { types: [documentReference], index };
}

class WantedRows {
  readonly #hash: Statement<[string], string | null>;
  readonly #remove: Statement<[string]>;
  readonly #put: Statement<[string, string, number]>;

  constructor(db: Database) {
    this.#hash = db.prepare<[string], string | null>('select hash from attachment where record_id = ?').pluck();
    this.#remove = db.prepare('delete from attachment where record_id = ?');
    this.#put = db.prepare('insert into attachment (record_id, hash, size) values (?, ?, ?)');
  }

  note(record: string, wanted: Wanted | undefined): void {
    const present = this.#hash.get(record);
    // While it is handed in, the record does not know of it yet.
    if (wanted === undefined || present === wanted.hash) return;
    if (present !== undefined) this.#remove.run(record);
    this.#put.run(record, wanted.hash, wanted.size);
  }
}

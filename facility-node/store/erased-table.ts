import { erasedFields } from '@santehaggui/protocols/journal/erased-fields.ts';
import type { Database, Statement } from 'better-sqlite3';

type Words = { readonly position: number; readonly fields: Buffer; readonly head: Buffer | null };

/** The table `erased`, and what an erasure takes out of the others. Its methods run inside the caller's transaction. */
export class ErasedTable {
  readonly #journalKey: Uint8Array;
  readonly #add: Statement<[string, number]>;
  readonly #has: Statement<[string], number>;
  readonly #words: Statement<[string], Words>;
  readonly #replace: Statement<[Uint8Array, number]>;
  readonly #answers: Statement<[string]>;
  readonly #refused: Statement<[string]>;

  constructor(db: Database, journalKey: Uint8Array) {
    this.#journalKey = journalKey;
    this.#add = db.prepare(
      'insert into erased (record_id, erased_at) values (?, ?) on conflict (record_id) do nothing',
    );
    this.#has = db.prepare<[string], number>('select exists (select 1 from erased where record_id = ?)').pluck();
    // One look at the whole journal for all records: no index knows records by their changes' own id.
    this.#words = db.prepare(
      `select position, fields, head from journal
       where record_id in (select value from json_each(?)) and length(fields) > 0`,
    );
    this.#replace = db.prepare('update journal set fields = ? where position = ?');
    this.#answers = db.prepare('delete from idempotency where record_id in (select value from json_each(?))');
    this.#refused = db.prepare(
      `delete from quarantine where direction = 'up' and position in (
         select sequence from journal where record_id in (select value from json_each(?)) and head is not null)`,
    );
  }

  /** Whether a record was erased here. */
  has(recordId: string): boolean {
    return this.#has.get(recordId) === 1;
  }

  /**
   * Erases the words of every change of these records, and the answers that repeated them. Of the node's own changes the hash
   * stays that its chain commits to, so that they can still be sent and verified; of others' nothing.
   */
  erase(recordIds: readonly string[], nowMs: number): void {
    const ids = JSON.stringify(recordIds);
    for (const id of recordIds) this.#add.run(id, nowMs);
    this.#answers.run(ids);
    this.#refused.run(ids);
    for (const { position, fields, head } of this.#words.all(ids)) {
      this.#replace.run(head === null ? new Uint8Array(0) : erasedFields(fields, this.#journalKey), position);
    }
  }
}

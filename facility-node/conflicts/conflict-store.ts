import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { parseStamp, type Stamp } from '@santehaggui/protocols/journal/stamp.ts';
import type { Database, Statement } from 'better-sqlite3';

/** An open conflict as found; `foundAt` in milliseconds since 1970. */
export type FoundConflict = {
  readonly id: string;
  readonly recordId: string;
  readonly recordType: number;
  readonly field: number;
  readonly winner: Stamp;
  readonly loser: Stamp;
  readonly foundAt: number;
};

/** The place of a conflict in the list, newest first. */
export type ConflictPlace = Pick<FoundConflict, 'foundAt' | 'id'>;

const COLUMNS = `conflict.id, conflict.record_id as recordId, record.type as recordType, conflict.field, conflict.winner,
  conflict.loser, conflict.found_at as foundAt`;
const LAST_PLACE: ConflictPlace = { foundAt: Number.MAX_SAFE_INTEGER, id: '' };

/** The table `conflict`, which the merge keeps, and the writes that met. */
export class ConflictStore {
  readonly #page: Statement<[number, string, string, number], FoundConflict>;
  readonly #byId: Statement<[string], FoundConflict>;
  readonly #ofField: Statement<[string, number], FoundConflict>;
  readonly #change: Statement<[number, string, number], { meta: Buffer; fields: Buffer; isOwn: number }>;

  constructor(db: Database) {
    this.#page = db.prepare(
      `select ${COLUMNS} from conflict indexed by conflict_by_time join record on record.id = conflict.record_id
       where (conflict.found_at, conflict.id) < (?, ?) and record.type in (select value from json_each(?))
       order by conflict.found_at desc, conflict.id desc limit ?`,
    );
    this.#byId = db.prepare(
      `select ${COLUMNS} from conflict join record on record.id = conflict.record_id where conflict.id = ?`,
    );
    this.#ofField = db.prepare(
      `select ${COLUMNS} from conflict join record on record.id = conflict.record_id
       where conflict.record_id = ? and conflict.field = ?`,
    );
    this.#change = db.prepare(
      'select meta, fields, head is not null as isOwn from journal where node = ? and incarnation = ? and sequence = ?',
    );
  }

  /** Up to `limit` open conflicts in records of these types, the newest first, after a place of the list. */
  page(types: readonly number[], after: ConflictPlace | undefined, limit: number): readonly FoundConflict[] {
    const { foundAt, id } = after ?? LAST_PLACE;
    return this.#page.all(foundAt, id, JSON.stringify(types), limit);
  }

  /** The open conflict of that id. */
  find(id: string): FoundConflict | undefined {
    return this.#byId.get(id);
  }

  /** Every open conflict of one field of one record. */
  ofField(recordId: string, field: number): readonly FoundConflict[] {
    return this.#ofField.all(recordId, field);
  }

  /** One of the writes that met; `isOwn`: it was written here. */
  change(stamp: Stamp): { readonly change: RecordChange; readonly isOwn: boolean } | undefined {
    const { node, incarnation, sequence } = parseStamp(stamp);
    const encoded = this.#change.get(node, incarnation, sequence);
    const change = encoded === undefined ? undefined : decodeChange(encoded);
    return change?.kind === 'record' ? { change, isOwn: encoded?.isOwn === 1 } : undefined;
  }
}

import type { Stamp } from '@santehaggui/protocols/journal/stamp.ts';
import { recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';
import { stampsOf } from '../store/stamps-text.ts';
import { type StoredRecord, storedRecord } from '../store/stored-record.ts';

type Row = {
  readonly id: string;
  readonly type: number;
  readonly fields: string;
  readonly stamps: string;
  readonly last_stamp: string;
  readonly created_position: number;
};

const COLUMNS = 'r.id, r.type, r.fields, r.stamps, r.last_stamp, r.created_position';

/** Reads all records, or all of a type, in the order in which they came to be here. */
export class ExportStore {
  readonly #ofAll: Statement<[number, number], Row>;
  readonly #ofType: Statement<[number, number, number], Row>;

  constructor(db: Database) {
    // By the journal, whose key is the order; `record` has that order within a type only.
    this.#ofAll = db.prepare(
      `select ${COLUMNS} from journal j join record r on r.id = j.record_id and r.created_position = j.position
       where j.position > ? order by j.position limit ?`,
    );
    this.#ofType = db.prepare(
      `select ${COLUMNS} from record r where r.type = ? and r.created_position > ? order by r.created_position limit ?`,
    );
  }

  /** Up to `limit` records that came after a position; those of types that nobody is shown, or that this release does not know, are left out. */
  after(
    position: number,
    { type, limit }: { readonly type: RecordType | undefined; readonly limit: number },
  ): { records: StoredRecord[]; last: number | undefined } {
    const rows = type === undefined ? this.#ofAll.all(position, limit) : this.#ofType.all(type.number, position, limit);
    const records = rows
      .filter((row) => isShown(recordTypeNumbered(row.type)))
      .map((row) => storedRecord(held(row)) as StoredRecord);
    return { records, last: rows.at(-1)?.created_position };
  }
}

function held(row: Row): Parameters<typeof storedRecord>[0] {
  return {
    id: row.id,
    typeNumber: row.type,
    fields: JSON.parse(row.fields),
    stamps: stampsOf(row.stamps),
    lastStamp: row.last_stamp as Stamp,
    createdPosition: row.created_position,
  };
}

function isShown(type: RecordType | undefined): boolean {
  return type !== undefined && type.isSecret !== true;
}

import { uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';

/** What is here of the content of a record. */
export type AttachmentRow = {
  readonly hash: string;
  readonly size: number;
  readonly received: number;
  readonly isWhole: boolean;
};

/** A sealed piece: `length` bytes of the content, from `at` on. */
export type PieceRow = { readonly at: number; readonly length: number; readonly sealed: Buffer };

const COLUMNS = 'hash, size, received, is_whole as "isWhole"';

/** The SQL of the content in one facility's schema. As `RegisterStore`, inside `withTenant`. */
export class AttachmentsStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /** What is here of a record's content. */
  async find(record: string): Promise<AttachmentRow | undefined> {
    const { rows } = await this.#sql.query<AttachmentRow>(
      `select ${COLUMNS} from ${this.#schema}.attachment where record_id = $1`,
      [record],
    );
    return rows[0];
  }

  /** As {@link find}; nobody else changes it until the transaction ends. */
  async lock(record: string): Promise<AttachmentRow | undefined> {
    const { rows } = await this.#sql.query<AttachmentRow>(
      `select ${COLUMNS} from ${this.#schema}.attachment where record_id = $1 for update`,
      [record],
    );
    return rows[0];
  }

  /** Begins a content; false where another was quicker. */
  async begin(record: string, { hash, size }: Pick<AttachmentRow, 'hash' | 'size'>): Promise<boolean> {
    const { rowCount } = await this.#sql.query(
      `insert into ${this.#schema}.attachment (record_id, hash, size, received) values ($1, $2, $3, 0)
       on conflict do nothing`,
      [record, hash, size],
    );
    return rowCount === 1;
  }

  /** How large all contents are that have begun to come. */
  async totalBytes(): Promise<number> {
    const { rows } = await this.#sql.query<{ total: string }>(
      `select coalesce(sum(size), 0) as total from ${this.#schema}.attachment`,
    );
    return Number(rows[0]?.total);
  }

  /** Forgets a content. */
  async remove(record: string): Promise<void> {
    await this.#sql.query(`delete from ${this.#schema}.attachment where record_id = $1`, [record]);
  }

  /** Adds a piece that goes on from those before. */
  async addPiece(record: string, { at, length, sealed }: Omit<PieceRow, 'sealed'> & { readonly sealed: Uint8Array }) {
    await this.#sql.query(
      `insert into ${this.#schema}.attachment_piece (record_id, at, length, sealed) values ($1, $2, $3, $4)`,
      [record, at, length, Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)],
    );
  }

  /** Notes how much is here. */
  async setReceived(record: string, received: number, isWhole: boolean): Promise<void> {
    await this.#sql.query(
      `update ${this.#schema}.attachment set received = $2, is_whole = $3, changed_at = now() where record_id = $1`,
      [record, received, isWhole],
    );
  }

  /** The pieces that hold any of these bytes, in order. */
  async pieces(record: string, from: number, to: number): Promise<readonly PieceRow[]> {
    const { rows } = await this.#sql.query<PieceRow>(
      `select at, length, sealed from ${this.#schema}.attachment_piece
       where record_id = $1 and at < $3 and at + length > $2 order by at`,
      [record, from, to],
    );
    return rows;
  }

  /** Takes all pieces away. */
  async clearPieces(record: string): Promise<void> {
    await this.#sql.query(`delete from ${this.#schema}.attachment_piece where record_id = $1`, [record]);
  }

  /** Of these records, those whose content is whole here. */
  async wholeAmong(records: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select record_id as id from ${this.#schema}.attachment where is_whole and record_id = any($1)`,
      [uuidArray(records)],
    );
    return rows.map(({ id }) => id);
  }

  /** The contents that became whole here in the last days, the newest first. */
  async recentlyWhole(
    days: number,
    limit: number,
  ): Promise<readonly { readonly record: string; readonly size: number }[]> {
    const { rows } = await this.#sql.query<{ record: string; size: number }>(
      `select record_id as record, size from ${this.#schema}.attachment
       where is_whole and changed_at > now() - make_interval(days => $1) order by changed_at desc limit $2`,
      [days, limit],
    );
    return rows;
  }

  /** All contents that are whole here, with every byte of them, by record. */
  async whole(): Promise<readonly { readonly record: string; readonly hash: string }[]> {
    const { rows } = await this.#sql.query<{ record: string; hash: string }>(
      `select a.record_id as record, a.hash from ${this.#schema}.attachment a
       where a.is_whole and a.size =
         (select coalesce(sum(p.length), 0) from ${this.#schema}.attachment_piece p where p.record_id = a.record_id)
       order by a.record_id`,
    );
    return rows;
  }
}

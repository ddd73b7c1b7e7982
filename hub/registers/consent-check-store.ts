import { consent } from '@santehaggui/protocols/records/consent.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';

const CONSENT = consent.number;

/** A change of a consent as the journal keeps it; `before`: the chain head before it, null where nothing stands there. */
export type JournalledConsent = {
  readonly position: number;
  readonly recordId: string;
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly meta: Buffer;
  readonly fields: Buffer;
  readonly head: Buffer | null;
  readonly before: Buffer | null;
  /** Whether the record is here. */
  readonly isHeld: boolean;
};

/** The SQL of proving a register's consents. As `RegisterStore`, inside `withTenant`. */
export class ConsentCheckStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /** Up to `limit` ids of consents that follow one, in order. */
  async idsAfter(id: string, limit: number): Promise<readonly string[]> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select id from ${this.#schema}.record where type = ${CONSENT} and id > $1 order by id limit $2`,
      [id, limit],
    );
    return rows.map((row) => row.id);
  }

  /** Which of these records have changes whose words are gone: released, or erased. */
  async forgottenAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#sql.query<{ id: string }>(
      `select distinct record_id as id from ${this.#schema}.journal where record_id = any($1) and octet_length(fields) = 0`,
      [ids],
    );
    return new Set(rows.map((row) => row.id));
  }

  /** Up to `limit` changes of consents after a position, in order. */
  async journalledAfter(position: number, limit: number): Promise<readonly JournalledConsent[]> {
    const { rows } = await this.#sql.query<
      Omit<JournalledConsent, 'position' | 'sequence'> & { readonly position: string; readonly sequence: string }
    >(
      `select j.position, j.record_id as "recordId", j.node, j.incarnation, j.sequence, j.meta, j.fields, j.head,
         b.head as before, r.id is not null as "isHeld"
       from ${this.#schema}.journal j
       left join ${this.#schema}.journal b
         on (b.node, b.incarnation, b.sequence) = (j.node, j.incarnation, j.sequence - 1)
       left join ${this.#schema}.record r on r.id = j.record_id
       where j.type = ${CONSENT} and j.position > $1 order by j.position limit $2`,
      [position, limit],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position), sequence: Number(row.sequence) }));
  }
}

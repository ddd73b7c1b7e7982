import { bigintArray, byteaArray, integerArray, textArray, uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { JOURNAL_KIND, type JournalPlace, type StoredChange } from './stored-change.ts';

/** A journal entry with its bytes. */
export type EntryRow = {
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly recordId: string | null;
  readonly meta: Buffer;
  readonly fields: Buffer;
  readonly head: Buffer | null;
};

/** A change by whoever wrote it. */
export type EntryKey = JournalPlace & { readonly node: number };

/** The SQL of putting back what a register lost or has damaged. As `RegisterStore`, inside `asFacility`. */
export class MendingStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /** The entries at these places that are here. */
  async entries(keys: readonly EntryKey[]): Promise<readonly EntryRow[]> {
    const { rows } = await this.#sql.query<Omit<EntryRow, 'sequence'> & { readonly sequence: string }>(
      `select j.node, j.incarnation, j.sequence, j.record_id as "recordId", j.meta, j.fields, j.head
       from ${this.#schema}.journal j
       join unnest($1::int[], $2::text[], $3::bigint[]) as k (node, incarnation, sequence)
         on (j.node, j.incarnation, j.sequence) = (k.node, k.incarnation, k.sequence)
       order by j.node, j.incarnation, j.sequence`,
      [
        integerArray(keys.map(({ node }) => node)),
        textArray(keys.map(({ incarnation }) => incarnation)),
        bigintArray(keys.map(({ sequence }) => sequence)),
      ],
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** The runs of a node's sequences that are missing, of incarnations of which something is here; `to` null: up to the end. */
  async holes(
    node: number,
  ): Promise<readonly { readonly incarnation: string; readonly from: number; readonly to: number | null }[]> {
    const { rows } = await this.#sql.query<{ incarnation: string; from: string; to: string | null }>(
      `with entry as (
         select incarnation, kind, sequence, lead(sequence) over own as following,
           row_number() over own as place, lag(sequence) over (order by sequence) as earlier
         from ${this.#schema}.journal where node = $1 window own as (partition by incarnation order by sequence))
       select incarnation, sequence + 1 as from, following - 1 as to from entry
       where following is null or following > sequence + 1
       union all
       select incarnation, coalesce(earlier, 0) + 1, sequence - 1 from entry
       where place = 1 and kind <> ${JOURNAL_KIND.opening} and sequence > coalesce(earlier, 0) + 1
       order by 1, 2`,
      [node],
    );
    return rows.map(({ incarnation, from, to }) => ({
      incarnation,
      from: Number(from),
      to: to === null ? null : Number(to),
    }));
  }

  /** The digests that these records have here. */
  async digests(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const { rows } = await this.#sql.query<{ id: string; digest: Buffer }>(
      `select id, digest from ${this.#schema}.record where id = any($1)`,
      [uuidArray(ids)],
    );
    return new Map(rows.map(({ id, digest }) => [id, digest]));
  }

  /** Writes other bytes over changes that are here: the chain proves them. */
  async replace(changes: readonly StoredChange[]): Promise<void> {
    await this.#sql.query(`select ${this.#schema}.mend_changes($1, $2, $3, $4, $5)`, [
      integerArray(changes.map(({ change }) => change.origin.node)),
      textArray(changes.map(({ change }) => change.origin.incarnation)),
      bigintArray(changes.map(({ change }) => change.sequence)),
      byteaArray(changes.map(({ encoded }) => encoded.meta)),
      byteaArray(changes.map(({ encoded }) => encoded.fields)),
    ]);
  }
}

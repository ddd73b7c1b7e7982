import type { ClockCorrection, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import {
  decodeIncoming,
  type IncomingChange,
  type ParkedRun,
  type UnreadableChange,
} from '@santehaggui/protocols/journal/follow-chain.ts';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  jsonbArray,
  textArray,
  uuidArray,
} from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import type { RecordRow, RecordWrite } from './record-row.ts';
import {
  isCorrection,
  isOfRecord,
  JOURNAL_KIND,
  type JournalPlace,
  journalKeyOf,
  type KeptEntry,
  type StoredChange,
} from './stored-change.ts';

type KeptRow = {
  readonly incarnation: string;
  readonly sequence: string;
  readonly isOfRecord: boolean;
  readonly meta: Buffer;
  readonly fields: Buffer;
  readonly head: Buffer | null;
};

type JournalKey = { readonly node: number; readonly incarnation: string; readonly sequence: string };

type JournalBytes = { readonly meta: Buffer; readonly fields: Buffer; readonly head: Buffer | null };

/**
 * The SQL of one facility's register. Every call must run inside `withTenant` of that facility. The schema's name is the
 * only thing put into the text of a statement; it is a code that was checked when the facility was added.
 */
export class RegisterStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(sql: Sql, facility: string) {
    this.#sql = sql;
    this.#schema = quoteIdentifier(facility);
  }

  /**
   * Appends changes in the order given; answers by key (`node.incarnation.sequence`) those that were not there, and those that
   * this journal had forgotten the fields of, which it has again.
   */
  async appendChanges(
    changes: readonly StoredChange[],
    receivedAt: Date,
  ): Promise<ReadonlyMap<string, 'new' | 'again'>> {
    if (changes.length === 0) return new Map();
    const { rows } = await this.#sql.query<JournalKey>(
      `insert into ${this.#schema}.journal
         (node, incarnation, sequence, kind, record_id, type, meta, fields, head, received_at, is_last)
       select node, incarnation, sequence, kind, record_id, type, meta, fields, head, $10, is_last
       from unnest($1::int[], $2::text[], $3::bigint[], $4::int[], $5::uuid[], $6::int[], $7::bytea[], $8::bytea[],
         $9::bytea[], $11::boolean[])
         with ordinality as c (node, incarnation, sequence, kind, record_id, type, meta, fields, head, is_last, place)
       order by place
       on conflict (node, incarnation, sequence) do nothing
       returning node, incarnation, sequence`,
      [
        integerArray(changes.map(({ change }) => change.origin.node)),
        textArray(changes.map(({ change }) => change.origin.incarnation)),
        bigintArray(changes.map(({ change }) => change.sequence)),
        integerArray(changes.map(({ change }) => JOURNAL_KIND[change.kind])),
        uuidArray(changes.map((stored) => (isOfRecord(stored) ? stored.change.recordId : null))),
        integerArray(changes.map(({ change }) => (change.kind === 'record' ? change.recordType : null))),
        byteaArray(changes.map(({ encoded }) => encoded.meta)),
        byteaArray(changes.map(({ encoded }) => encoded.fields)),
        byteaArray(changes.map(({ head }) => head)),
        receivedAt,
        booleanArray(changes.map(({ change }) => change.isLastOfTransaction)),
      ],
    );
    const keys = new Map(rows.map((row): [string, 'new' | 'again'] => [keyOf(row), 'new']));
    const known = changes.filter((stored) => !keys.has(journalKeyOf(stored)));
    for (const row of known.length === 0 ? [] : await this.#restore(known)) keys.set(keyOf(row), 'again');
    return keys;
  }

  async #restore(changes: readonly StoredChange[]): Promise<readonly JournalKey[]> {
    const { rows } = await this.#sql.query<JournalKey>(
      `select node, incarnation, sequence from ${this.#schema}.restore_changes($1, $2, $3, $4)`,
      [
        integerArray(changes.map(({ change }) => change.origin.node)),
        textArray(changes.map(({ change }) => change.origin.incarnation)),
        bigintArray(changes.map(({ change }) => change.sequence)),
        byteaArray(changes.map(({ encoded }) => encoded.fields)),
      ],
    );
    return rows;
  }

  /** Appends bytes that are no change, for the chain's sake. */
  async appendUnreadable(entries: readonly UnreadableChange[], receivedAt: Date): Promise<void> {
    for (const { node, incarnation, sequence, encoded, head } of entries) {
      await this.#sql.query(
        `insert into ${this.#schema}.journal (node, incarnation, sequence, kind, meta, fields, head, received_at, is_last)
         values ($1, $2, $3, ${JOURNAL_KIND.unreadable}, $4, $5, $6, $7, false) on conflict (node, incarnation, sequence) do nothing`,
        [
          node,
          incarnation,
          sequence,
          bufferOf(encoded.meta),
          bufferOf(encoded.fields),
          head === null ? null : bufferOf(head),
          receivedAt,
        ],
      );
    }
  }

  /** The records of these ids that are here. */
  async records(ids: readonly string[]): Promise<ReadonlyMap<string, RecordRow>> {
    if (ids.length === 0) return new Map();
    const { rows } = await this.#sql.query<RecordRow>(
      `select id, type, fields, stamps, conflicts, last_stamp as "lastStamp" from ${this.#schema}.record where id = any($1)`,
      [uuidArray(ids)],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Which of these ids are here. */
  async heldAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#sql.query<{ id: string }>(`select id from ${this.#schema}.record where id = any($1)`, [
      uuidArray(ids),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether there is a record of this type here. */
  async hasOfType(type: number): Promise<boolean> {
    const { rowCount } = await this.#sql.query(`select from ${this.#schema}.record where type = $1 limit 1`, [type]);
    return rowCount === 1;
  }

  /** Writes merged records over what was there. */
  async writeRecords(records: readonly RecordWrite[], updatedAt: Date): Promise<void> {
    if (records.length === 0) return;
    await this.#sql.query(
      `insert into ${this.#schema}.record (id, type, fields, stamps, digest, last_stamp, conflicts, updated_at)
       select id, type, fields, stamps, digest, last_stamp, conflicts, $8
       from unnest($1::uuid[], $2::int[], $3::jsonb[], $4::jsonb[], $5::bytea[], $6::text[], $7::int[])
         as r (id, type, fields, stamps, digest, last_stamp, conflicts)
       on conflict (id) do update set fields = excluded.fields, stamps = excluded.stamps, digest = excluded.digest,
         last_stamp = excluded.last_stamp, conflicts = excluded.conflicts, updated_at = excluded.updated_at`,
      [
        uuidArray(records.map(({ id }) => id)),
        integerArray(records.map(({ type }) => type)),
        jsonbArray(records.map(({ fields }) => JSON.stringify(fields))),
        jsonbArray(records.map(({ stamps }) => JSON.stringify(stamps))),
        byteaArray(records.map(({ digest }) => digest)),
        textArray(records.map(({ lastStamp }) => lastStamp)),
        integerArray(records.map(({ conflicts }) => conflicts)),
        updatedAt,
      ],
    );
  }

  /** How many changes of each of these records are here. */
  async changeCounts(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const { rows } = await this.#sql.query<{ id: string; changes: number }>(
      `select record_id as id, count(*)::int as changes from ${this.#schema}.journal
       where record_id = any($1) group by record_id`,
      [uuidArray(ids)],
    );
    return new Map(rows.map(({ id, changes }) => [id, changes]));
  }

  /** All changes of these records that the journal has not forgotten, in the order in which they came here. */
  async historyOf(ids: readonly string[]): Promise<readonly (StoredChange & { readonly change: RecordChange })[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.#sql.query<JournalBytes>(
      `select meta, fields, null as head from ${this.#schema}.journal
       where record_id = any($1) and octet_length(fields) > 0 order by position`,
      [uuidArray(ids)],
    );
    return rows.map(storedChangeOf).filter(isOfRecord);
  }

  /** Every clock correction that reached this facility. */
  async corrections(): Promise<readonly (StoredChange & { readonly change: ClockCorrection })[]> {
    const { rows } = await this.#sql.query<JournalBytes>(
      `select meta, fields, null as head from ${this.#schema}.journal where kind = ${JOURNAL_KIND['clock-correction']} order by position`,
    );
    return rows.map(storedChangeOf).filter(isCorrection);
  }

  /** The records with a change that these corrections rule on. */
  async recordsCovered(corrections: readonly ClockCorrection[]): Promise<readonly string[]> {
    if (corrections.length === 0) return [];
    const { rows } = await this.#sql.query<{ id: string }>(
      `select distinct j.record_id as id from ${this.#schema}.journal j
       join unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) as c (node, incarnation, first, last)
         on j.node = c.node and j.incarnation = c.incarnation and j.sequence between c.first and c.last
       where j.record_id is not null`,
      [
        corrections.map(({ target }) => target.node),
        corrections.map(({ target }) => target.incarnation),
        corrections.map(({ from }) => from),
        corrections.map(({ to }) => to),
      ],
    );
    return rows.map(({ id }) => id);
  }

  /** The changes of one incarnation with `after` < sequence < `before` that change a record, in order. */
  async changesBetween(
    origin: { readonly node: number; readonly incarnation: string },
    after: number,
    before: number,
  ): Promise<readonly StoredChange[]> {
    const { rows } = await this.#sql.query<JournalBytes>(
      `select meta, fields, null as head from ${this.#schema}.journal
       where node = $1 and incarnation = $2 and sequence > $3 and sequence < $4 and record_id is not null order by sequence`,
      [origin.node, origin.incarnation, after, before],
    );
    return rows.map(storedChangeOf);
  }

  /** What is here of a node's incarnation with `from` ≤ sequence ≤ `to`, whether it is a change or not, in order. */
  async ownBetween(node: number, { incarnation, from, to }: ParkedRun): Promise<readonly IncomingChange[]> {
    const { rows } = await this.#sql.query<JournalBytes & { sequence: string }>(
      `select sequence, meta, fields, head from ${this.#schema}.journal
       where node = $1 and incarnation = $2 and sequence between $3 and $4 order by sequence`,
      [node, incarnation, from, to],
    );
    return decodeIncoming(
      node,
      rows.map(({ sequence, meta, fields }) => ({ position: Number(sequence), encoded: encodedOf({ meta, fields }) })),
    );
  }

  /** Writes the heads of changes that were stored without. */
  async setHeads(changes: readonly StoredChange[]): Promise<void> {
    await this.#setHeads(
      changes.map(({ change, head }) => ({ ...change.origin, sequence: change.sequence, head: head as Uint8Array })),
    );
  }

  /** As {@link RegisterStore.setHeads}, of bytes that are no change. */
  async setUnreadableHeads(entries: readonly UnreadableChange[]): Promise<void> {
    await this.#setHeads(entries.map((entry) => ({ ...entry, head: entry.head as Uint8Array })));
  }

  /** Takes changes from the records that they wanted to change. */
  async disown(changes: readonly StoredChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#sql.query(
      `update ${this.#schema}.journal j set record_id = null, type = null
       from unnest($1::int[], $2::text[], $3::bigint[]) as c (node, incarnation, sequence)
       where (j.node, j.incarnation, j.sequence) = (c.node, c.incarnation, c.sequence)`,
      [
        integerArray(changes.map(({ change }) => change.origin.node)),
        textArray(changes.map(({ change }) => change.origin.incarnation)),
        bigintArray(changes.map(({ change }) => change.sequence)),
      ],
    );
  }

  async #setHeads(
    heads: readonly {
      readonly node: number;
      readonly incarnation: string;
      readonly sequence: number;
      readonly head: Uint8Array;
    }[],
  ): Promise<void> {
    await this.#sql.query(
      `update ${this.#schema}.journal j set head = c.head
       from unnest($1::int[], $2::text[], $3::bigint[], $4::bytea[]) as c (node, incarnation, sequence, head)
       where (j.node, j.incarnation, j.sequence) = (c.node, c.incarnation, c.sequence)`,
      [
        integerArray(heads.map(({ node }) => node)),
        textArray(heads.map(({ incarnation }) => incarnation)),
        bigintArray(heads.map(({ sequence }) => sequence)),
        byteaArray(heads.map(({ head }) => head)),
      ],
    );
  }

  /** The journal's position before any change that a node numbered higher: those beyond a gap came before the gap was closed. */
  async positionBefore(node: number, sequence: number): Promise<number> {
    const { rows } = await this.#sql.query<{ first: string | null }>(
      `select min(position) as first from ${this.#schema}.journal where node = $1 and sequence > $2`,
      [node, sequence],
    );
    return Number(rows[0]?.first ?? 1) - 1;
  }

  /** The changes of records that a node recorded, after a position and in order, and the journal's last position. */
  async ownAfter(
    node: number,
    after: number,
  ): Promise<{ readonly changes: readonly StoredChange[]; readonly upTo: number }> {
    const { rows } = await this.#sql.query<JournalBytes>(
      `select meta, fields, null as head from ${this.#schema}.journal
       where node = $1 and position > $2 and record_id is not null order by position`,
      [node, after],
    );
    const last = await this.#sql.query<{ last: string | null }>(
      `select max(position) as last from ${this.#schema}.journal`,
    );
    return { changes: rows.map(storedChangeOf), upTo: Number(last.rows[0]?.last ?? 0) };
  }

  /** What the journal keeps at these places of an origin, in order. */
  async kept(node: number, places: readonly JournalPlace[]): Promise<readonly KeptEntry[]> {
    const { rows } = await this.#sql.query<KeptRow>(
      `select j.incarnation, j.sequence, j.record_id is not null as "isOfRecord", j.meta, j.fields, j.head
       from ${this.#schema}.journal j
       join unnest($2::text[], $3::bigint[]) as p (incarnation, sequence)
         on j.incarnation = p.incarnation and j.sequence = p.sequence
       where j.node = $1 order by j.sequence`,
      [node, places.map(({ incarnation }) => incarnation), places.map(({ sequence }) => sequence)],
    );
    return rows.map(({ incarnation, sequence, isOfRecord: isMerged, meta, fields, head }) => ({
      incarnation,
      sequence: Number(sequence),
      isMerged,
      encoded: { meta: new Uint8Array(meta), fields: new Uint8Array(fields) },
      head: head === null ? null : new Uint8Array(head),
    }));
  }

  /** Makes changes that were kept for the chain alone count for their records. */
  async adopt(changes: readonly RecordChange[]): Promise<void> {
    await this.#sql.query(
      `update ${this.#schema}.journal j set kind = ${JOURNAL_KIND.record}, record_id = c.record_id, type = c.type
       from unnest($1::int[], $2::text[], $3::bigint[], $4::uuid[], $5::int[]) as c (node, incarnation, sequence, record_id, type)
       where j.node = c.node and j.incarnation = c.incarnation and j.sequence = c.sequence`,
      [
        integerArray(changes.map(({ origin }) => origin.node)),
        textArray(changes.map(({ origin }) => origin.incarnation)),
        bigintArray(changes.map(({ sequence }) => sequence)),
        uuidArray(changes.map(({ recordId }) => recordId)),
        integerArray(changes.map(({ recordType }) => recordType)),
      ],
    );
  }

  /** The chain head after one change of an incarnation; undefined when the change is not here. */
  async headAt(node: number, incarnation: string, sequence: number): Promise<Uint8Array | undefined> {
    const { rows } = await this.#sql.query<{ head: Buffer | null }>(
      `select head from ${this.#schema}.journal where node = $1 and incarnation = $2 and sequence = $3`,
      [node, incarnation, sequence],
    );
    const head = rows[0]?.head ?? undefined;
    return head === undefined ? undefined : new Uint8Array(head);
  }
}

function storedChangeOf({ meta, fields, head }: JournalBytes): StoredChange {
  const encoded = encodedOf({ meta, fields });
  return { change: decodeChange(encoded), encoded, head: head === null ? null : new Uint8Array(head) };
}

function encodedOf({ meta, fields }: Pick<JournalBytes, 'meta' | 'fields'>): EncodedChange {
  return { meta: new Uint8Array(meta), fields: new Uint8Array(fields) };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function keyOf({ node, incarnation, sequence }: JournalKey): string {
  return `${node}.${incarnation}.${sequence}`;
}

import type { LineageEntry } from '@santehaggui/protocols/frames/messages.ts';
import { combineDigests, type DigestEntry, fieldDigests } from '@santehaggui/protocols/journal/digest.ts';
import type { RecordState } from '@santehaggui/protocols/journal/merge.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';

/** A node that compares, the past that it named, and the facility whose register it compares with. */
export type ComparingNode = {
  readonly facility: string;
  readonly node: number;
  readonly lineage: readonly LineageEntry[];
};

type RangeRow = { readonly type: number; readonly first: number; readonly count: number; readonly digest: Buffer };

/**
 * How far a facility's register and feed are: of the node's changes, as far as they are of the past that it names. What another
 * copy of its disk wrote, or this one before it was emptied, is none of it.
 */
export async function readPlace(
  sql: Sql,
  { facility, node, lineage }: ComparingNode,
): Promise<{ readonly sequence: number; readonly feed: number }> {
  const { rows } = await sql.query<{ incarnation: string | null; sequence: string | null; feed: string }>(
    `select c.incarnation, c.last_sequence as sequence, f.feed_length as feed
     from hub.facility f left join hub.chain c on c.node = $2 and c.incarnation = any($3) where f.code = $1`,
    [facility, node, lineage.map(({ incarnation }) => incarnation)],
  );
  const known = new Map(rows.map(({ incarnation, sequence }) => [incarnation, Number(sequence)]));
  const newest = lineage.find(({ incarnation }) => known.has(incarnation));
  const sequence = newest === undefined ? 0 : Math.min(newest.lastSequence, known.get(newest.incarnation) ?? 0);
  return { sequence, feed: Number(rows[0]?.feed ?? 0) };
}

/** One entry a record type. */
export async function readTypeDigests(sql: Sql, facility: string): Promise<readonly DigestEntry[]> {
  const ranges = await readRanges(sql, facility, null);
  const byType = new Map<number, RangeRow[]>();
  for (const row of ranges) byType.set(row.type, [...(byType.get(row.type) ?? []), row]);
  return [...byType].map(([type, rows]) => ({
    key: String(type),
    count: rows.reduce((sum, { count }) => sum + count, 0),
    digest: combineDigests(rows.map(entryOf)),
  }));
}

/** One entry a first byte of the record id, of one type. */
export async function readRangeDigests(sql: Sql, facility: string, type: number): Promise<readonly DigestEntry[]> {
  return (await readRanges(sql, facility, type)).map(entryOf);
}

/** One entry a record of one type and first byte. */
export async function readRecordDigests(
  sql: Sql,
  facility: string,
  { type, range }: { readonly type: number; readonly range: number },
): Promise<readonly DigestEntry[]> {
  const first = (range & 0xff).toString(16).padStart(2, '0');
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<{ id: string; digest: Buffer }>(
      `select id, digest from ${quoteIdentifier(facility)}.record where type = $1 and id between $2 and $3 order by id`,
      [type, `${first}000000-0000-0000-0000-000000000000`, `${first}ffffff-ffff-ffff-ffff-ffffffffffff`],
    ),
  );
  return rows.map(({ id, digest }) => ({ key: id, count: 1, digest: new Uint8Array(digest) }));
}

/** One entry a field of a record; none when it is not here. */
export async function readFieldDigests(sql: Sql, facility: string, record: string): Promise<readonly DigestEntry[]> {
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<Pick<RecordState, 'fields' | 'stamps'>>(
      `select fields, stamps from ${quoteIdentifier(facility)}.record where id = $1`,
      [record],
    ),
  );
  return rows.flatMap(fieldDigests);
}

// The digest of a range, computed where the records are: `combineDigests` of protocols/journal/digest.ts in SQL.
function readRanges(sql: Sql, facility: string, type: number | null): Promise<readonly RangeRow[]> {
  return withTenant(sql, facility, async () => {
    const { rows } = await sql.query<RangeRow>(
      `select type, get_byte(uuid_send(id), 0) as first, count(*)::int as count,
         substring(sha256(string_agg(convert_to(id || ' 1 ', 'UTF8') || digest, ''::bytea order by id)) for 16) as digest
       from ${quoteIdentifier(facility)}.record where $1::int is null or type = $1 group by 1, 2 order by 1, 2`,
      [type],
    );
    return rows;
  });
}

function entryOf({ first, count, digest }: RangeRow): DigestEntry {
  return { key: String(first), count, digest: new Uint8Array(digest) };
}

type MixedRow = { readonly key: string; readonly count: number; readonly digest: string };

/** One entry a first byte of the record id, over the changes of those records that are here: `mixDigest` in SQL. */
export function readJournalDigests(sql: Sql, facility: string): Promise<readonly DigestEntry[]> {
  return readMixed(sql, facility, null);
}

/** One entry a record of such a range, over its changes. */
export function readHistoryDigests(sql: Sql, facility: string, range: number): Promise<readonly DigestEntry[]> {
  return readMixed(sql, facility, range);
}

/** One entry a change of a record, by its stamp. */
export async function readChangeDigests(sql: Sql, facility: string, record: string): Promise<readonly DigestEntry[]> {
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<{ key: string; digest: Buffer }>(
      `select node || '.' || incarnation || '.' || sequence as key, substring(sha256(meta || fields) for 16) as digest
       from ${quoteIdentifier(facility)}.journal where record_id = $1 and octet_length(fields) > 0 order by position`,
      [record],
    ),
  );
  return rows.map(({ key, digest }) => ({ key, count: 1, digest: new Uint8Array(digest) }));
}

/** By records of one range, or of all by ranges. */
async function readMixed(sql: Sql, facility: string, range: number | null): Promise<readonly DigestEntry[]> {
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<MixedRow>(
      `select case when $1::int is null then get_byte(uuid_send(record_id), 0)::text else record_id::text end as key,
         count(*)::int as count,
         bit_xor(('x' || encode(substring(sha256(meta || fields) for 16), 'hex'))::bit(128))::text as digest
       from ${quoteIdentifier(facility)}.journal j where octet_length(fields) > 0
         and ($1::int is null or get_byte(uuid_send(record_id), 0) = $1)
         and exists (select 1 from ${quoteIdentifier(facility)}.record r where r.id = j.record_id)
       group by 1`,
      [range],
    ),
  );
  return rows.map((row) => ({ ...row, digest: bytesOfBits(row.digest) }));
}

function bytesOfBits(bits: string): Uint8Array {
  return Uint8Array.from({ length: bits.length / 8 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2));
}

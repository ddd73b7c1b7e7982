import type { StampParts } from '@santehaggui/protocols/frames/codec/change-shape.ts';
import { uuidArray } from '../database/binary-array.ts';
import { quoteIdentifier, type Sql } from '../database/sql.ts';
import { withTenant } from '../database/tenant.ts';
import type { StoredChange } from '../registers/stored-change.ts';
import type { FeedItem } from './feed-item.ts';

/** The channel on which grown feeds are announced; the payload is the facility's code. */
export const FEED_CHANNEL = 'hub_feed';

/** Appends changes to a facility's feed, in order, and announces it at commit. The caller holds the facility's lock. */
export async function appendFeed(sql: Sql, facility: string, changes: readonly StoredChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(
    `with grown as (
       update hub.facility set feed_length = feed_length + $2 where code = $1 returning feed_length - $2 as length
     )
     insert into hub.feed (facility, position, node, incarnation, sequence)
     select $1, grown.length + place, node, incarnation, sequence
     from grown, unnest($3::int[], $4::text[], $5::bigint[]) with ordinality as f (node, incarnation, sequence, place)`,
    [
      facility,
      changes.length,
      changes.map(({ change }) => change.origin.node),
      changes.map(({ change }) => change.origin.incarnation),
      changes.map(({ change }) => change.sequence),
    ],
  );
  await announceFeed(sql, facility);
}

/** Wakes the session of a facility's node at commit. */
export async function announceFeed(sql: Sql, facility: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [FEED_CHANNEL, facility]);
}

/** At most `limit` entries of a facility's feed after a position, in order. */
export async function readFeed(
  sql: Sql,
  facility: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly FeedItem[]> {
  const { rows: places } = await sql.query<{ position: string; node: number; incarnation: string; sequence: string }>(
    `select position, node, incarnation, sequence from hub.feed where facility = $1 and position > $2 order by position limit $3`,
    [facility, page.after, page.limit],
  );
  if (places.length === 0) return [];
  // Two statements, because the feed is the hub's and the changes are the facility's: no role may read both.
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<{ meta: Buffer; fields: Buffer }>(
      `select j.meta, j.fields from unnest($1::int[], $2::text[], $3::bigint[]) with ordinality as f (node, incarnation, sequence, place)
       join ${quoteIdentifier(facility)}.journal j on (j.node, j.incarnation, j.sequence) = (f.node, f.incarnation, f.sequence)
       order by f.place`,
      [
        places.map(({ node }) => node),
        places.map(({ incarnation }) => incarnation),
        places.map(({ sequence }) => sequence),
      ],
    ),
  );
  return places.map(({ position }, index) => {
    const { meta, fields } = rows[index] as { meta: Buffer; fields: Buffer };
    return { position: Number(position), encoded: { meta: new Uint8Array(meta), fields: new Uint8Array(fields) } };
  });
}

/** Which change came first of records in a facility's register: for those that it knows from the start, the one that created them. */
export async function readCreations(
  sql: Sql,
  facility: string,
  records: readonly string[],
): Promise<ReadonlyMap<string, StampParts>> {
  if (records.length === 0) return new Map();
  const { rows } = await withTenant(sql, facility, () =>
    sql.query<{ id: string; node: number; incarnation: string; sequence: string }>(
      `select distinct on (record_id) record_id as id, node, incarnation, sequence
       from ${quoteIdentifier(facility)}.journal where record_id = any($1) order by record_id, position`,
      [uuidArray(records)],
    ),
  );
  return new Map(
    rows.map(({ id, node, incarnation, sequence }) => [id, { node, incarnation, sequence: Number(sequence) }]),
  );
}

/** Those of a facility's own changes that its feed does not hold. */
export async function notInFeed(
  sql: Sql,
  facility: string,
  changes: readonly StoredChange[],
): Promise<readonly StoredChange[]> {
  if (changes.length === 0) return [];
  const { rows } = await sql.query<{ incarnation: string; sequence: string }>(
    'select incarnation, sequence from hub.feed where facility = $1 and node = $2',
    [facility, changes[0]?.change.origin.node],
  );
  const held = new Set(rows.map(({ incarnation, sequence }) => `${incarnation}.${sequence}`));
  return changes.filter(({ change }) => !held.has(`${change.origin.incarnation}.${change.sequence}`));
}

/** How long a facility's feed is. */
export async function feedLength(sql: Sql, facility: string): Promise<number> {
  const { rows } = await sql.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [facility],
  );
  return Number(rows[0]?.length ?? 0);
}

/** How much of its feed a node is known to have. */
export async function feedAcknowledged(sql: Sql, facility: string): Promise<number> {
  const { rows } = await sql.query<{ acknowledged: string }>(
    'select feed_acknowledged as acknowledged from hub.facility where code = $1',
    [facility],
  );
  return Number(rows[0]?.acknowledged ?? 0);
}

/** Notes how much of its feed a node has; an older acknowledgement changes nothing. */
export async function noteFeedAcknowledged(sql: Sql, facility: string, upTo: number): Promise<void> {
  await sql.query('update hub.facility set feed_acknowledged = greatest(feed_acknowledged, $2) where code = $1', [
    facility,
    upTo,
  ]);
}

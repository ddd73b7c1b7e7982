import type { Sql } from '../database/sql.ts';

/** How it was noticed that the database was put back. */
export type RestorationSign = 'mark' | 'node-ahead';

/** One generation of a facility's feed. */
export type FeedGeneration = {
  readonly generation: string;
  readonly beginsAfter: number;
  readonly isOffered: boolean;
};

/** The last restoration, and what has come back since. */
export type LastRestoration = {
  readonly noticedAt: Date;
  readonly sign: RestorationSign;
  /** The facilities whose node has not yet given back what it had received. */
  readonly awaited: readonly string[];
};

/** The database's mark; undefined before the first. */
export async function readMark(sql: Sql): Promise<string | undefined> {
  const { rows } = await sql.query<{ mark: string }>('select mark from hub.mark');
  return rows[0]?.mark;
}

/** Gives the database another mark. */
export async function writeMark(sql: Sql, mark: string): Promise<void> {
  await sql.query('insert into hub.mark (mark) values ($1) on conflict (is_only) do update set mark = excluded.mark', [
    mark,
  ]);
}

/** Lets one restoration after the other be noted. */
export async function lockRestorations(sql: Sql): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('santehaggui restorations', 0))`);
}

/** Notes a restoration: every facility's feed is of another generation from its present length on. */
export async function addRestoration(
  sql: Sql,
  restoration: { readonly generation: string; readonly sign: RestorationSign; readonly noticedAt: Date },
): Promise<void> {
  const { generation, sign, noticedAt } = restoration;
  await sql.query('insert into hub.restoration (generation, noticed_at, sign) values ($1, $2, $3)', [
    generation,
    noticedAt,
    sign,
  ]);
  await sql.query(
    `insert into hub.feed_generation (facility, generation, begins_after) select code, $1, feed_length from hub.facility`,
    [generation],
  );
}

/** Gives a facility that has none yet the generations of all restorations: nothing of its feed is from before them. */
export async function joinRestorations(sql: Sql, facility: string): Promise<void> {
  await sql.query(
    `insert into hub.feed_generation (facility, generation, begins_after)
     select $1, generation, 0 from hub.restoration
     where not exists (select 1 from hub.feed_generation where facility = $1)`,
    [facility],
  );
}

/** The generations of a facility's feed, oldest first. */
export async function readGenerations(sql: Sql, facility: string): Promise<readonly FeedGeneration[]> {
  const { rows } = await sql.query<{ generation: string; begins_after: string; is_offered: boolean }>(
    `select generation, begins_after, offered_at is not null as is_offered
     from hub.feed_generation join hub.restoration using (generation) where facility = $1 order by number`,
    [facility],
  );
  return rows.map(({ generation, begins_after, is_offered }) => ({
    generation,
    beginsAfter: Number(begins_after),
    isOffered: is_offered,
  }));
}

/** Notes that a facility's node has given back everything that it had received. */
export async function markOffered(sql: Sql, facility: string, at: Date): Promise<void> {
  await sql.query('update hub.feed_generation set offered_at = $2 where facility = $1 and offered_at is null', [
    facility,
    at,
  ]);
}

/** The last restoration; undefined when there was none. */
export async function lastRestoration(sql: Sql): Promise<LastRestoration | undefined> {
  const { rows } = await sql.query<{ noticed_at: Date; sign: RestorationSign; awaited: string[] }>(
    `select noticed_at, sign, array(
       select f.code from hub.facility f join hub.feed_generation g on g.facility = f.code
       where g.generation = r.generation and g.offered_at is null and f.node is not null order by f.code) as awaited
     from hub.restoration r order by number desc limit 1`,
  );
  const row = rows[0];
  return row === undefined ? undefined : { noticedAt: row.noticed_at, sign: row.sign, awaited: row.awaited };
}

/** How long a facility's feed is. */
export async function readFeedLength(sql: Sql, facility: string): Promise<number> {
  const { rows } = await sql.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [facility],
  );
  return Number(rows[0]?.length ?? 0);
}

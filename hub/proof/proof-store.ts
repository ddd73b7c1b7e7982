import type { DifferingType, Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type { Sql } from '../database/sql.ts';

/** Notes that a facility's node and its register held the same at a place. */
export async function noteProven(
  sql: Sql,
  facility: string,
  { at, place }: { readonly at: Date; readonly place: Digest['at'] },
): Promise<void> {
  await sql.query(
    `insert into hub.proof (facility, proven_at, proven_sequence, proven_feed, waiting_up) values ($1, $2, $3, $4, 0)
     on conflict (facility) do update set proven_at = excluded.proven_at, proven_sequence = excluded.proven_sequence,
       proven_feed = excluded.proven_feed, differed_at = null, differing = null, waiting_up = 0`,
    [facility, at, place.sequence, place.feed],
  );
}

/** Notes what a comparison found to differ. */
export async function noteDiffering(
  sql: Sql,
  facility: string,
  { at, types }: { readonly at: Date; readonly types: readonly DifferingType[] },
): Promise<void> {
  await sql.query(
    `insert into hub.proof (facility, differed_at, differing) values ($1, $2, $3)
     on conflict (facility) do update set differed_at = excluded.differed_at, differing = excluded.differing`,
    [facility, at, JSON.stringify(types)],
  );
}

/** Notes what was mended of a facility's register. */
export async function noteMended(
  sql: Sql,
  facility: string,
  { at, changes, records }: { readonly at: Date; readonly changes: number; readonly records: number },
): Promise<void> {
  await sql.query(
    `insert into hub.proof (facility, mended_at, changes_mended, records_mended) values ($1, $2, $3, $4)
     on conflict (facility) do update set mended_at = excluded.mended_at,
       changes_mended = hub.proof.changes_mended + excluded.changes_mended,
       records_mended = hub.proof.records_mended + excluded.records_mended`,
    [facility, at, changes, records],
  );
}

/** Notes how many changes of a node waited when it called. */
export async function noteWaitingUp(sql: Sql, facility: string, waiting: number): Promise<void> {
  await sql.query(
    `insert into hub.proof (facility, waiting_up) values ($1, $2)
     on conflict (facility) do update set waiting_up = excluded.waiting_up`,
    [facility, waiting],
  );
}

/** What is known of a facility's node against its register. */
export type ProofRow = {
  readonly code: string;
  readonly name: string;
  readonly region: string;
  readonly isEnrolled: boolean;
  readonly lastSeenAt: Date | null;
  readonly provenAt: Date | null;
  readonly provenSequence: string | null;
  readonly provenFeed: string | null;
  readonly differedAt: Date | null;
  readonly differing: readonly DifferingType[] | null;
  readonly mendedAt: Date | null;
  readonly changesMended: string | null;
  readonly recordsMended: string | null;
  readonly waitingUp: string | null;
  readonly waitingDown: string;
  readonly waitingDownSince: Date | null;
  readonly loadPatients: number | null;
  readonly loadLeft: string;
};

/** What is known of all facilities, or of those of a region, in order of their codes. */
export async function readProofs(sql: Sql, region: string | null): Promise<readonly ProofRow[]> {
  const { rows } = await sql.query<ProofRow>(
    `select f.code, f.name, f.region, f.node is not null as "isEnrolled", f.last_seen_at as "lastSeenAt",
       p.proven_at as "provenAt", p.proven_sequence as "provenSequence", p.proven_feed as "provenFeed",
       p.differed_at as "differedAt", p.differing, p.mended_at as "mendedAt", p.changes_mended as "changesMended",
       p.records_mended as "recordsMended", p.waiting_up as "waitingUp",
       f.feed_length - f.feed_acknowledged as "waitingDown",
       (select added_at from hub.feed e where e.facility = f.code and e.position = f.feed_acknowledged + 1) as "waitingDownSince",
       case when l.ended_at is null then l.patients end as "loadPatients",
       (select count(*) from hub.node_load_item i where i.facility = f.code and i.record_id = i.patient) as "loadLeft"
     from hub.facility f left join hub.proof p on p.facility = f.code left join hub.node_load l on l.facility = f.code
     where $1::text is null or f.region = $1 order by f.code`,
    [region],
  );
  return rows;
}

import type { DifferingType, Digest } from '@santehaggui/protocols/frames/digest-messages.ts';
import type { Sql } from '../database/sql.ts';

/** Notes that a facility's node and its register held the same at a place. */
export async function noteProven(
  sql: Sql,
  facility: string,
  { at, place }: { readonly at: Date; readonly place: Digest['at'] },
): Promise<void> {
  await sql.query(
    `insert into hub.proof (facility, proven_at, proven_sequence, proven_feed) values ($1, $2, $3, $4)
     on conflict (facility) do update set proven_at = excluded.proven_at, proven_sequence = excluded.proven_sequence,
       proven_feed = excluded.proven_feed, differed_at = null, differing = null`,
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

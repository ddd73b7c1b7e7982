import type { Refusal } from '@santehaggui/runtime/refusals/refused-frames.ts';
import type { Sql } from '../database/sql.ts';

/** Notes a refusal; a second one of the same source and hour, also after a restart, adds nothing. */
export async function recordRefusal(sql: Sql, { carrier, source, code }: Refusal, atMs: number): Promise<void> {
  await sql.query(
    `insert into hub.refusal (carrier, source, hour, code, refused_at)
     values ($1, $2, date_trunc('hour', $4::timestamptz, 'UTC'), $3, $4) on conflict do nothing`,
    [carrier, source.slice(0, 200), code, new Date(atMs)],
  );
}

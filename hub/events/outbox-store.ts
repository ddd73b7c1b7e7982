import type { Sql } from '../database/sql.ts';

/** The channel on which new rows are announced. */
export const OUTBOX_CHANNEL = 'hub_outbox';

/** Records of one facility's register that changed, once their transaction was complete. */
export type OutboxEvent = { readonly id: string; readonly facility: string; readonly records: readonly string[] };

/** Adds events, and announces them at commit. */
export async function appendOutbox(
  sql: Sql,
  events: readonly Omit<OutboxEvent, 'id'>[],
  createdAt: Date,
): Promise<void> {
  const real = events.filter(({ records }) => records.length > 0);
  for (const { facility, records } of real) {
    await sql.query('insert into hub.outbox (facility, records, created_at) values ($1, $2, $3)', [
      facility,
      records,
      createdAt,
    ]);
  }
  if (real.length > 0) await sql.query('select pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
}

/** Takes the oldest events that nobody else has taken; they are gone when the transaction commits. */
export async function takeOutbox(sql: Sql, limit: number): Promise<readonly OutboxEvent[]> {
  const { rows } = await sql.query<OutboxEvent>(
    `delete from hub.outbox where id in (select id from hub.outbox order by id limit $1 for update skip locked)
     returning id, facility, records`,
    [limit],
  );
  return [...rows].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** How many events wait. */
export async function countOutbox(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ waiting: string }>('select count(*) as waiting from hub.outbox');
  return Number(rows[0]?.waiting ?? 0);
}

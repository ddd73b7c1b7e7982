import { uuidArray } from '../database/binary-array.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from './outbox-event.ts';

/** The channel on which new rows are announced. */
export const OUTBOX_CHANNEL = 'hub_outbox';

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
      uuidArray(records),
      createdAt,
    ]);
  }
  if (real.length > 0) await sql.query('select pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
}

/** An event on which consumers failed so often is set aside. */
const MAX_ATTEMPTS = 5;

/** Takes the oldest events that nobody else has taken; they are gone when the transaction commits. */
export async function takeOutbox(sql: Sql, limit: number): Promise<readonly OutboxEvent[]> {
  const { rows } = await sql.query<OutboxEvent>(
    `delete from hub.outbox where id in (
       select id from hub.outbox where attempts < ${MAX_ATTEMPTS} order by id limit $1 for update skip locked)
     returning id, facility, records`,
    [limit],
  );
  return [...rows].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** Takes one event; undefined when somebody else did. */
export async function takeOutboxEvent(sql: Sql, id: string): Promise<OutboxEvent | undefined> {
  const { rows } = await sql.query<OutboxEvent>(
    'delete from hub.outbox where id = $1 returning id, facility, records',
    [id],
  );
  return rows[0];
}

/** The ids of the oldest events that are not set aside. */
export async function oldestOutbox(sql: Sql, limit: number): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from hub.outbox where attempts < ${MAX_ATTEMPTS} order by id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Notes that a consumer failed on an event. */
export async function noteOutboxFailure(sql: Sql, id: string): Promise<void> {
  await sql.query('update hub.outbox set attempts = attempts + 1 where id = $1', [id]);
}

/** How many events wait, those set aside included, and how many are set aside. */
export async function countOutbox(sql: Sql): Promise<{ readonly waiting: number; readonly setAside: number }> {
  const { rows } = await sql.query<{ waiting: string; setAside: string }>(
    `select count(*) as waiting, count(*) filter (where attempts >= ${MAX_ATTEMPTS}) as "setAside" from hub.outbox`,
  );
  return { waiting: Number(rows[0]?.waiting ?? 0), setAside: Number(rows[0]?.setAside ?? 0) };
}

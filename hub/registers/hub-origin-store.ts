import type { OrderClock } from '@santehaggui/protocols/journal/order-clock.ts';
import type { Sql } from '../database/sql.ts';

/** Where the hub stands as an origin of changes. */
export type HubOriginState = {
  /** The incarnation of its last change; null before the first. */
  readonly incarnation: string | null;
  readonly sequence: number;
  readonly head: Uint8Array;
  readonly clock: OrderClock;
};

type OriginRow = {
  incarnation: string | null;
  sequence: string;
  head: Buffer;
  clock_ms: string;
  clock_counter: number;
};

/** Reads and locks the hub's origin: its changes are written one transaction after the other. */
export async function lockOrigin(sql: Sql): Promise<HubOriginState> {
  const { rows } = await sql.query<OriginRow>(
    'select incarnation, sequence, head, clock_ms, clock_counter from hub.origin for update',
  );
  const { incarnation, sequence, head, clock_ms, clock_counter } = rows[0] as OriginRow;
  return {
    incarnation,
    sequence: Number(sequence),
    head: new Uint8Array(head),
    clock: { ms: Number(clock_ms), counter: clock_counter },
  };
}

/** Writes where the hub stands now. */
export async function writeOrigin(sql: Sql, { incarnation, sequence, head, clock }: HubOriginState): Promise<void> {
  await sql.query(
    'update hub.origin set incarnation = $1, sequence = $2, head = $3, clock_ms = $4, clock_counter = $5',
    [incarnation, sequence, Buffer.from(head), clock.ms, clock.counter],
  );
}

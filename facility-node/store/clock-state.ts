import type { Database } from 'better-sqlite3';
import type { ClockState } from './timekeeper.ts';

/** The order clock and time floor as they were last stored. */
export function readClockState(db: Database): ClockState {
  const row = db
    .prepare<[], { floor_ms: number; order_ms: number; order_counter: number }>(
      'select floor_ms, order_ms, order_counter from clock_state where id = 1',
    )
    .get();
  if (row === undefined) return { floorMs: 0, orderClock: { ms: 0, counter: 0 } };
  return { floorMs: row.floor_ms, orderClock: { ms: row.order_ms, counter: row.order_counter } };
}

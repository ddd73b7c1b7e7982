import type { Sql } from './sql.ts';

/**
 * Locks facilities until the transaction ends, in one order for all, so that of two transactions that touch the same
 * registers one waits. Whoever merges into a register or appends to a feed holds its facility's lock: the state is read,
 * merged in memory and written back. A transaction that must add a lock later may meet a deadlock; it is then run again.
 */
export async function lockFacilities(sql: Sql, facilities: Iterable<string>): Promise<void> {
  const codes = [...new Set(facilities)].sort();
  if (codes.length === 0) return;
  await sql.query('select 1 from hub.facility where code = any($1) order by code for no key update', [codes]);
}

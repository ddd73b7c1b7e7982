import { facilityRole } from './roles.ts';
import { quoteIdentifier, type Sql } from './sql.ts';

/** Whoever draws the facts of all facilities, as a tenant. */
export const CONSOLIDATED_WRITER = { role: 'consolidated_writer' } as const;

/** Whoever keeps the keys that documents are sealed under, as a tenant. */
export const KEY_KEEPER = { role: 'key_keeper' } as const;

/** Whose rights statements run with: a facility's, by its code, or those of who writes the facts or keeps the keys. */
export type Tenant = string | typeof CONSOLIDATED_WRITER | typeof KEY_KEEPER;

/**
 * Runs `work` with the rights of one tenant's role and nothing else, then gives the transaction its own rights back: the only
 * place that enters a role within a transaction. When `work` throws, the transaction is lost anyway, and the role with it. One
 * within another fails closed: the outer one's next statement has no right any more.
 */
export async function withTenant<Result>(sql: Sql, tenant: Tenant, work: () => Promise<Result>): Promise<Result> {
  const role = typeof tenant === 'string' ? facilityRole(tenant) : tenant.role;
  await sql.query(`set local role ${quoteIdentifier(role)}`);
  const result = await work();
  await sql.query('set local role none');
  return result;
}

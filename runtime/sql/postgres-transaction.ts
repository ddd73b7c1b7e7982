import { setTimeout as wait } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import pg from 'pg';
import { failRuntime } from '../errors/runtime-errors.ts';

/** How sure a transaction is of seeing nothing of others that run beside it. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** How a transaction is run. */
export type TransactionOptions = {
  /** The role whose rights it has, entered with `set local role` right after `begin`. */
  readonly role?: string;
  readonly isolation?: Isolation;
  readonly isReadOnly?: boolean;
  /** How many times to begin again after a serialisation failure or deadlock; default 5. */
  readonly retries?: number;
};

// serialization_failure and deadlock_detected (PostgreSQL, appendix A): the same transaction may well succeed next time.
const retryable: ReadonlySet<string> = new Set(['40001', '40P01']);

/** The SQLSTATE of a database error, or null for any other. */
export const sqlState = (error: unknown): string | null =>
  error instanceof pg.DatabaseError && typeof error.code === 'string' ? error.code : null;

const isRetryable = (error: unknown): boolean => {
  const state = sqlState(error) ?? (error instanceof Error ? sqlState(error.cause) : null);
  return state !== null && retryable.has(state);
};

const attempt = async <T>(
  client: PoolClient,
  work: (client: PoolClient) => Promise<T>,
  options: TransactionOptions,
): Promise<T> => {
  const { role, isolation = 'read committed', isReadOnly = false } = options;
  await client.query(`begin isolation level ${isolation}${isReadOnly ? ' read only' : ''}`);
  if (role !== undefined) await client.query(`set local role ${pg.escapeIdentifier(role)}`);
  const result = await work(client);
  // A failed statement that `work` swallowed turns the commit into a rollback, silently.
  const { command } = await client.query('commit');
  if (command !== 'COMMIT') throw new Error(`the transaction was not committed: ${command}`);
  return result;
};

const runOnce = async <T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  options: TransactionOptions,
): Promise<T> => {
  const client = await pool.connect();
  // A connection that dies while it is in use tells the query in progress, but also emits: unheard, that ends the process.
  const onDeath = (): void => {};
  client.on('error', onDeath);
  let isClean = false;
  try {
    const result = await attempt(client, work, options);
    isClean = true;
    return result;
  } catch (error) {
    isClean = await client.query('rollback').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    // `set local` ends with the transaction, but what the work did with the session (a bare `set`, a temporary table,
    // a prepared statement, a session lock) would reach the next user of the connection.
    if (isClean) {
      isClean = await client.query('discard all').then(
        () => true,
        () => false,
      );
    }
    client.off('error', onDeath);
    client.release(!isClean);
  }
};

/**
 * Runs `work` in one transaction and commits it; rolls back and throws what it threw. Begins again after a serialisation
 * failure or a deadlock, so `work` must have no effect outside the database; SH-T003 when the retries are used up. The
 * session is wiped (`discard all`) before the connection goes back, so named prepared statements do not survive.
 */
export const withTransaction = async <T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> => {
  const retries = options.retries ?? 5;
  for (let tried = 0; ; tried += 1) {
    try {
      return await runOnce(pool, work, options);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (tried >= retries) throw failRuntime('SH-T003', { cause: error });
      await wait(Math.random() * 10 * 2 ** tried);
    }
  }
};

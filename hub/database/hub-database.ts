import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import { aborted } from '@santehaggui/runtime/lifecycle/service.ts';
import { type LimiterMaker, type LimiterQuery, postgresLimiters } from '@santehaggui/runtime/limits/limiter.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { sqlState, type TransactionOptions, withTransaction } from '@santehaggui/runtime/sql/postgres-transaction.ts';
import pg from 'pg';
import { failDatabase } from './database-errors.ts';
import type { Sql } from './sql.ts';

/** How to reach the database, and as whom. `service` and `api` are the two logins that the hub makes for itself. */
export type DatabaseLogins = {
  /** The operator's login: it may create roles and schemas. Used for migrations and for new facilities, for nothing else. */
  readonly admin: pg.PoolConfig;
  readonly service: pg.PoolConfig;
  readonly api: pg.PoolConfig;
};

/** The roles that a report is read with. */
export type ReportRole = 'ministry' | 'region_reader';

/** A region's month over 5 million encounters takes a hundredth of this. */
export const REPORT_MS = 20_000;

/** What PostgreSQL says of a statement that was ended for its time (appendix A). */
const QUERY_CANCELED = '57014';

/**
 * The hub's connections. Two logins do the daily work, and neither owns anything nor inherits a right:
 *
 * - `haggui_service` has rights on the tables of schema `hub`, and reaches a facility's register only inside
 *   `withTenant`. One login for all facilities, not one each: 1,700 pools would need 1,700 connections. What a role
 *   entered with `set local role` cannot stop (a statement that resets it) is met by never building SQL out of data.
 * - `haggui_api`, which answers people, has no right at all until it enters `ministry` or `region_reader`.
 *
 * Pools connect at the first use and again by themselves after PostgreSQL was gone.
 */
export class HubDatabase {
  /** The operator's pool, for `prepareDatabase` and `createFacilitySchema`. */
  readonly admin: pg.Pool;
  readonly #service: pg.Pool;
  readonly #api: pg.Pool;
  readonly #log: Log;
  readonly #reportMs: number;

  constructor(logins: DatabaseLogins, log: Log, { reportMs = REPORT_MS }: { readonly reportMs?: number } = {}) {
    const pool = (config: pg.PoolConfig, max: number): pg.Pool => {
      const times = { idleTimeoutMillis: 30_000, connectionTimeoutMillis: 10_000 };
      // Compiling a statement takes a tenth of a second, and the hub's statements run for milliseconds.
      const made = new pg.Pool({ max, ...times, options: '-c jit=off', ...config });
      // Without listeners the loss of a connection, idle or in use, would end the process; the next use opens another.
      made.on('error', (error) => log.warn('database.connection-lost', { reason: error.message }));
      made.on('connect', (client) => client.on('error', () => {}));
      return made;
    };
    this.#log = log;
    this.#reportMs = reportMs;
    this.admin = pool(logins.admin, 3);
    this.#service = pool(logins.service, 16);
    this.#api = pool(logins.api, 8);
  }

  /** Runs `work` in one transaction of `haggui_service`; it may be run again after a deadlock. */
  transaction<Result>(
    work: (sql: Sql) => Promise<Result>,
    options: Omit<TransactionOptions, 'role'> = {},
  ): Promise<Result> {
    return withTransaction(this.#service, (client) => work(sqlOf(client)), options);
  }

  /**
   * Runs a report in one read-only transaction with the rights of `role` alone; `region` is what `region_reader` sees. Throws SH-T303 for one that
   * takes longer than {@link REPORT_MS}: whoever asked has given up, and nodes wait for the same database.
   */
  report<Result>(
    reader: { readonly role: ReportRole; readonly region?: string },
    work: (sql: Sql) => Promise<Result>,
  ): Promise<Result> {
    const run = async (client: pg.PoolClient): Promise<Result> => {
      const sql = sqlOf(client);
      await sql.query(`select set_config('statement_timeout', $1, true)`, [`${this.#reportMs}ms`]);
      if (reader.region !== undefined) await sql.query(`select set_config('haggui.region', $1, true)`, [reader.region]);
      return work(sql);
    };
    return withTransaction(this.#api, run, { role: reader.role, isReadOnly: true }).catch((error: unknown) => {
      throw sqlState(error) === QUERY_CANCELED ? failDatabase('SH-T303', { cause: error }) : error;
    });
  }

  /** Limits on attempts that all processes of the hub share. */
  limiters(): LimiterMaker {
    const query: LimiterQuery = async (text, values) => {
      try {
        return await this.transaction((sql) => sql.query(text, values));
      } catch (error) {
        this.#log.warn('limits.not-shared', { error });
        throw error;
      }
    };
    return postgresLimiters({ query, schema: 'hub' });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([this.admin, this.#service, this.#api].map((pool) => (pool.ended ? undefined : pool.end())));
  }
}

/**
 * The service that holds the database open: `prepare` (roles, migrations) runs first, and the connections end last.
 */
export function databaseService(database: HubDatabase, prepare: () => Promise<void>): Service {
  return {
    name: 'database',
    run: async ({ signal, ready }) => {
      try {
        await prepare();
        ready();
        await aborted(signal);
      } finally {
        await database.close();
      }
    },
  };
}

function sqlOf(client: pg.PoolClient): Sql {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const { rows, rowCount } = await client.query(text, values as unknown[]);
      return { rows: rows as Row[], rowCount: rowCount ?? 0 };
    },
  };
}

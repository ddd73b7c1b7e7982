import type { Pool, PoolClient } from 'pg';
import pg from 'pg';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';
import {
  type AppliedMigration,
  type Migration,
  type MigrationReport,
  migrationFailed,
  pendingMigrations,
} from './migrations.ts';
import { withTransaction } from './postgres-transaction.ts';

/** What a PostgreSQL migration run needs. */
export type PostgresMigrationOptions = {
  readonly pool: Pool;
  readonly migrations: readonly Migration[];
  /** The schema to bring up; made if it is not there. Unqualified names in the migrations mean this schema. */
  readonly schema: string;
  /** The role that is to own what is made; entered with `set local role`. It must be allowed to create schemas in the database, or the schema be there. */
  readonly role?: string;
  readonly clock: Clock;
  readonly log: Log;
};

const appliedTo = async (client: PoolClient, table: string): Promise<readonly AppliedMigration[]> => {
  const { rows } = await client.query<AppliedMigration>(`select number, name, checksum from ${table} order by number`);
  return rows;
};

const prepareSchema = async (client: PoolClient, schema: string, table: string): Promise<void> => {
  const quoted = pg.escapeIdentifier(schema);
  // Two processes that start together must not both migrate; the lock ends with the transaction.
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`santehaggui migrations of ${schema}`]);
  const { rowCount } = await client.query('select 1 from pg_catalog.pg_namespace where nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`create schema ${quoted}`);
  await client.query(`set local search_path = ${quoted}`);
  await client.query(
    `create table if not exists ${table} (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null)`,
  );
};

/**
 * Brings one schema up to the last migration, all in one transaction under an advisory lock: it is as before or as after,
 * never between, however many processes start at once. Throws SH-F001, SH-F002, SH-F003.
 */
export const migratePostgres = async (options: PostgresMigrationOptions): Promise<MigrationReport> => {
  const { pool, migrations, schema, role, clock, log } = options;
  const table = `${pg.escapeIdentifier(schema)}.schema_migration`;
  const names = await withTransaction(
    pool,
    async (client) => {
      await prepareSchema(client, schema, table);
      const pending = pendingMigrations(migrations, await appliedTo(client, table));
      for (const { number, name, checksum, sql } of pending) {
        try {
          await client.query(sql);
        } catch (error) {
          throw migrationFailed(name, error);
        }
        await client.query(`insert into ${table} (number, name, checksum, applied_at) values ($1, $2, $3, $4)`, [
          number,
          name,
          checksum,
          new Date(clock.now()),
        ]);
      }
      return pending.map(({ name }) => name);
    },
    { ...(role === undefined ? {} : { role }) },
  );
  if (names.length > 0) log.info('sql.migrated', { schema, applied: names });
  return { applied: names };
};

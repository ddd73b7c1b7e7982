import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { type Migration, readMigrations } from '@santehaggui/runtime/sql/migrations.ts';
import { migratePostgres } from '@santehaggui/runtime/sql/postgres-migrations.ts';
import { withTransaction } from '@santehaggui/runtime/sql/postgres-transaction.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type pg from 'pg';
import { createFacilitySchema, viewsHash } from './facility-schema.ts';
import { type LoginPasswords, OWNER_ROLE, prepareRoles, REGISTRY } from './roles.ts';

/** What the preparation needs. */
export type PrepareOptions = {
  readonly admin: pg.Pool;
  readonly passwords: LoginPasswords;
  readonly clock: Clock;
  readonly log: Log;
};

/** The migrations of a facility's schema. */
export function registerMigrations(): Promise<readonly Migration[]> {
  return readMigrations(new URL('./migrations/register/', import.meta.url));
}

/**
 * Brings an empty or older database up to this release: roles, the hub's own schemas, the facts, and the schema of every
 * facility that is behind. Answers the names of what was applied. Throws SH-F001, SH-F002, SH-F003.
 */
export async function prepareDatabase({ admin, passwords, clock, log }: PrepareOptions): Promise<readonly string[]> {
  await prepareRoles(admin, passwords);
  const applied: string[] = [];
  for (const schema of ['hub', 'consolidated', 'regional'] as const) {
    const migrations = await readMigrations(new URL(`./migrations/${schema}/`, import.meta.url));
    const report = await migratePostgres({ pool: admin, migrations, schema, role: OWNER_ROLE, clock, log });
    applied.push(...report.applied.map((name) => `${schema}/${name}`));
  }
  const migrations = await registerMigrations();
  const target = { version: migrations.length, hash: viewsHash() };
  // The registry has no row that says how far its schema is; it is looked at each time.
  for (const facility of [REGISTRY, ...(await facilitiesBehind(admin, target))]) {
    const made = await createFacilitySchema(facility, { admin, migrations, clock, log });
    await markFacility(admin, facility, target);
    applied.push(...made.map((name) => `${facility}/${name}`));
  }
  return applied;
}

type SchemaTarget = { readonly version: number; readonly hash: string };

async function facilitiesBehind(admin: pg.Pool, { version, hash }: SchemaTarget): Promise<readonly string[]> {
  return withTransaction(
    admin,
    async (client) => {
      const text = 'select code from hub.facility where schema_version <> $1 or views_hash <> $2 order by code';
      const { rows } = await client.query<{ code: string }>(text, [version, hash]);
      return rows.map(({ code }) => code);
    },
    { role: OWNER_ROLE },
  );
}

async function markFacility(admin: pg.Pool, facility: string, { version, hash }: SchemaTarget): Promise<void> {
  await withTransaction(
    admin,
    async (client) => {
      await client.query('update hub.facility set schema_version = $2, views_hash = $3 where code = $1', [
        facility,
        version,
        hash,
      ]);
    },
    { role: OWNER_ROLE },
  );
}

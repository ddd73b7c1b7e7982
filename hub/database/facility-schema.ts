import { createHash } from 'node:crypto';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { postgresView, viewName } from '@santehaggui/protocols/records/views.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Migration } from '@santehaggui/runtime/sql/migrations.ts';
import { migratePostgres } from '@santehaggui/runtime/sql/postgres-migrations.ts';
import { withTransaction } from '@santehaggui/runtime/sql/postgres-transaction.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type pg from 'pg';
import { ensureRole, facilityRole, OWNER_ROLE, SERVICE_LOGIN } from './roles.ts';
import { quoteIdentifier } from './sql.ts';

/** What brings a facility's schema up to this release. */
export type FacilitySchemaOptions = {
  readonly admin: pg.Pool;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Log;
};

/** A text that changes when the catalogue's views do. */
export function viewsHash(): string {
  const texts = RECORD_TYPES.map((type) => postgresView(type, 'facility'));
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 32);
}

/**
 * Brings the schema of a facility up to date, making it and its role when they are not there: two tables and the
 * catalogue's views, owned by `haggui_owner`; the role has data rights only and cannot log in. It may be repeated, and
 * after a crash in the middle it must be. Answers the migrations that were applied.
 */
export async function createFacilitySchema(
  facility: string,
  options: FacilitySchemaOptions,
): Promise<readonly string[]> {
  const { admin, migrations, clock, log } = options;
  const role = facilityRole(facility);
  await withTransaction(admin, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('santehaggui roles', 0))`);
    await ensureRole(client, role, 'nologin');
    await client.query(`grant ${quoteIdentifier(role)} to ${SERVICE_LOGIN}`);
  });
  const { applied } = await migratePostgres({
    pool: admin,
    migrations,
    schema: facility,
    role: OWNER_ROLE,
    clock,
    log,
  });
  await withTransaction(
    admin,
    async (client) => {
      await makeViews(client, facility);
      await grantData(client, facility);
    },
    { role: OWNER_ROLE },
  );
  return applied;
}

async function makeViews(client: pg.PoolClient, facility: string): Promise<void> {
  const schema = quoteIdentifier(facility);
  for (const type of RECORD_TYPES) {
    // "create or replace" cannot add a column in the middle; a view holds nothing, so it is simply made again.
    await client.query(`drop view if exists ${schema}.${quoteIdentifier(viewName(type))}`);
    await client.query(postgresView(type, facility));
  }
}

async function grantData(client: pg.PoolClient, facility: string): Promise<void> {
  const schema = quoteIdentifier(facility);
  const role = quoteIdentifier(facilityRole(facility));
  const views = RECORD_TYPES.map((type) => `${schema}.${quoteIdentifier(viewName(type))}`).join(', ');
  await client.query(`grant usage on schema ${schema} to ${role}`);
  // A journal is appended to and read. Only the place of a change in its chain and record may be settled later; what a change
  // says is forgotten by a release, given back by the next gift and mended where it was damaged, in functions that do nothing else.
  await client.query(`grant select, insert, update (head, kind, record_id, type) on ${schema}.journal to ${role}`);
  await client.query(`grant select, insert, update on ${schema}.record to ${role}`);
  await client.query(`grant execute on function ${schema}.release_copies, ${schema}.restore_changes to ${role}`);
  await client.query(`grant execute on function ${schema}.mend_changes, ${schema}.erase_records to ${role}`);
  await client.query(`grant select on ${schema}.erased to ${role}`);
  await client.query(
    `grant select, insert, update, delete on ${schema}.attachment, ${schema}.attachment_piece to ${role}`,
  );
  await client.query(`grant select on ${views} to ${role}`);
}

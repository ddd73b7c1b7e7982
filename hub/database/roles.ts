import pg from 'pg';
import { quoteIdentifier } from './sql.ts';

/** Owns every schema, table and view, and logs in nowhere. */
export const OWNER_ROLE = 'haggui_owner';
/** The login of ingest, routing, enrolment and the outbox. */
export const SERVICE_LOGIN = 'haggui_service';
/** The login that answers people. */
export const API_LOGIN = 'haggui_api';
/** The schema and pseudo-facility in which the hub keeps the records that it writes itself. */
export const REGISTRY = 'registry';

const RESERVED = new Set(['hub', 'consolidated', 'regional', REGISTRY, 'public', 'information_schema']);

/** The role that has the data rights on one facility's schema. */
export function facilityRole(facility: string): string {
  return `facility_${facility}`;
}

/** Whether a facility cannot have this code because a schema of that name is the hub's or PostgreSQL's own. */
export function isReservedCode(code: string): boolean {
  return RESERVED.has(code) || code.startsWith('pg_');
}

/** The passwords of the two logins. */
export type LoginPasswords = { readonly service: string; readonly api: string };

/**
 * Makes the roles that are not there and sets the rights of the database itself. Roles belong to the whole PostgreSQL
 * cluster, so one cluster serves one hub. Repeating it changes nothing. Source: PostgreSQL 15, chapter 22.
 */
export async function prepareRoles(admin: pg.Pool, passwords: LoginPasswords): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtextextended('santehaggui roles', 0))`);
    for (const role of [OWNER_ROLE, 'ministry', 'region_reader', 'consolidated_writer', 'key_keeper'])
      await ensureRole(client, role, 'nologin');
    await ensureRole(client, SERVICE_LOGIN, 'login noinherit');
    await ensureRole(client, API_LOGIN, 'login noinherit');
    await client.query(`alter role ${SERVICE_LOGIN} password ${pg.escapeLiteral(passwords.service)}`);
    await client.query(`alter role ${API_LOGIN} password ${pg.escapeLiteral(passwords.api)}`);
    await grantMemberships(client);
    await grantDatabase(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Makes a role if there is none of that name. */
export async function ensureRole(
  client: pg.PoolClient,
  role: string,
  attributes: 'nologin' | 'login noinherit',
): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) await client.query(`create role ${quoteIdentifier(role)} ${attributes}`);
}

async function grantMemberships(client: pg.PoolClient): Promise<void> {
  await client.query(`grant ministry, region_reader to ${API_LOGIN}`);
  await client.query(`grant consolidated_writer, key_keeper to ${SERVICE_LOGIN}`);
  // An operator's login that is no superuser enters the owner's role for migrations as a member.
  const { rows } = await client.query<{ rolsuper: boolean }>(
    'select rolsuper from pg_roles where rolname = current_user',
  );
  if (rows[0]?.rolsuper !== true) await client.query(`grant ${OWNER_ROLE} to current_user`);
}

async function grantDatabase(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const database = quoteIdentifier((rows[0] as { name: string }).name);
  // Also takes away TEMP: a temporary table can stand in the way of a name.
  await client.query(`revoke all on database ${database} from public`);
  await client.query(`grant connect on database ${database} to ${SERVICE_LOGIN}, ${API_LOGIN}`);
  await client.query(`grant create on database ${database} to ${OWNER_ROLE}`);
  await client.query('revoke all on schema public from public');
}

import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { startTestPostgres, type TestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import pg from 'pg';
import { loginsOfUrl } from '../database-logins.ts';
import { createFacilitySchema } from '../facility-schema.ts';
import { HubDatabase } from '../hub-database.ts';
import { prepareDatabase, registerMigrations } from '../prepare-database.ts';

/** The facilities, each in a region of its own and with one patient and one fact. */
export const FACILITIES = { cscom_sangha: 'Mopti', csref_djenne: 'Djenné' } as const;

/** Where a statement was refused for want of a right (PostgreSQL, appendix A). */
export const DENIED = '42501';

/** The passwords of the two logins. */
export const PASSWORDS = { service: 'a'.repeat(32), api: 'b'.repeat(32) } as const;

/** A hub's database with two facilities in it, to try whether one sees the other. */
export class TwoFacilities implements AsyncDisposable {
  readonly server: TestPostgres;
  /** The superuser's pool. */
  readonly admin: pg.Pool;

  private constructor(server: TestPostgres) {
    this.server = server;
    this.admin = server.pool();
  }

  /** Starts a PostgreSQL and fills it. */
  static async start(): Promise<TwoFacilities> {
    const made = new TwoFacilities(await startTestPostgres());
    const options = { admin: made.admin, clock: systemClock, log: recordingLog().log };
    await prepareDatabase({ ...options, passwords: PASSWORDS });
    const migrations = await registerMigrations();
    for (const facility of Object.keys(FACILITIES)) await createFacilitySchema(facility, { ...options, migrations });
    await made.#fill();
    return made;
  }

  /** The hub's own pools, each of at most so many connections. */
  database(max: number): HubDatabase {
    const { api, service, admin } = loginsOfUrl(this.server.url, PASSWORDS);
    return new HubDatabase({ api: { ...api, max }, service: { ...service, max }, admin }, recordingLog().log);
  }

  /** Runs `work` in a session of one role, as if the role had logged in: there is nothing to reset to. */
  async connectedAs(role: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
    const login = `test_${role}`;
    const text = `do $$ begin create role ${login} login inherit in role ${role}; exception when duplicate_object then null; end $$`;
    await this.admin.query(text);
    await this.admin.query(`grant connect on database postgres to ${login}`);
    await this.loggedInAs(login, undefined, work);
  }

  /** Runs `work` in a session of a login. */
  async loggedInAs(
    login: string,
    password: string | undefined,
    work: (client: pg.Client) => Promise<void>,
  ): Promise<void> {
    const url = new URL(this.server.url);
    url.username = login;
    url.password = password ?? '';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }

  /** Runs `work` as the superuser in a transaction that leaves no trace. */
  async undone(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.admin.connect();
    try {
      await client.query('begin');
      await work(client);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }

  async #fill(): Promise<void> {
    const record = `(id, type, fields, stamps, digest, last_stamp, conflicts, updated_at) values
      (gen_random_uuid(), 1, '{"1": "Traoré"}', '{}', decode(repeat('00', 16), 'hex'), '1.000000000000.1', 0, now())`;
    for (const [code, region] of Object.entries(FACILITIES)) {
      await this.admin.query(`insert into ${code}.record ${record}`);
      await this.admin.query(`insert into consolidated.facility values ($1, $1, 'cscom', $2)`, [code, region]);
      await this.admin.query(
        `insert into consolidated.fact values (decode(md5($1), 'hex'), 'measles', $1, $2, '2026-W47', 'under-5', 'female', false)`,
        [code, region],
      );
    }
  }
}

/** What became of a statement: `allowed`, or the SQLSTATE of its refusal. */
export async function outcomeOf(client: { query(text: string): Promise<unknown> }, text: string): Promise<string> {
  try {
    await client.query(text);
    return 'allowed';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

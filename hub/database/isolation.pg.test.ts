import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { startTestPostgres, type TestPostgres } from '@santehaggui/runtime/testing/test-postgres.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loginsOfUrl } from './database-logins.ts';
import { createFacilitySchema } from './facility-schema.ts';
import { asFacility, HubDatabase } from './hub-database.ts';
import { prepareDatabase, registerMigrations } from './prepare-database.ts';
import { API_LOGIN, SERVICE_LOGIN } from './roles.ts';

const DENIED = '42501';
const PASSWORDS = { service: 'a'.repeat(32), api: 'b'.repeat(32) };
const SCHEMAS = ['cscom_sangha', 'csref_djenne'] as const;

let server: TestPostgres;
let database: HubDatabase;
let admin: pg.Pool;

beforeAll(async () => {
  server = await startTestPostgres();
  const { log } = recordingLog();
  admin = server.pool();
  const options = { admin, clock: systemClock, log };
  await prepareDatabase({ ...options, passwords: PASSWORDS });
  const migrations = await registerMigrations();
  for (const facility of SCHEMAS) await createFacilitySchema(facility, { ...options, migrations });
  database = new HubDatabase(loginsOfUrl(server.url, PASSWORDS), log);
  await fill();
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

async function fill(): Promise<void> {
  const record = `(id, type, fields, stamps, digest, last_stamp, conflicts, updated_at) values
    (gen_random_uuid(), 1, '{"1": "Traoré"}', '{}', decode(repeat('00', 16), 'hex'), '1.000000000000.1', 0, now())`;
  for (const facility of SCHEMAS) await admin.query(`insert into ${facility}.record ${record}`);
  for (const [code, region] of [
    ['cscom_sangha', 'Mopti'],
    ['csref_djenne', 'Djenné'],
  ]) {
    await admin.query(`insert into consolidated.facility values ($1, $1, 'cscom', $2)`, [code, region]);
    await admin.query(
      `insert into consolidated.fact values (decode(md5($1), 'hex'), 'measles', $1, $2, '2026-W47', 'under-5', 'female', false)`,
      [code, region],
    );
  }
}

/** A connection whose session is that of one role, as if the role had logged in: there is nothing to reset to. */
async function connectedAs(role: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const login = `test_${role}`;
  await admin.query(
    `do $$ begin create role ${login} login inherit in role ${role}; exception when duplicate_object then null; end $$`,
  );
  await admin.query(`grant connect on database postgres to ${login}`);
  const url = new URL(server.url);
  url.username = login;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function stateOf(client: { query(text: string): Promise<unknown> }, text: string): Promise<string> {
  try {
    await client.query(text);
    return 'allowed';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

describe('one facility’s role', () => {
  it('reads and writes its own register, and no other schema’s', async () => {
    await connectedAs('facility_cscom_sangha', async (client) => {
      const { rows } = await client.query('select family_name from cscom_sangha.patient');
      expect(rows).toEqual([{ family_name: 'Traoré' }]);
      for (const forbidden of [
        'select * from csref_djenne.record',
        'select * from csref_djenne.patient',
        'select * from csref_djenne.journal',
        'insert into csref_djenne.record select * from cscom_sangha.record',
        'select * from consolidated.fact',
        'select * from consolidated.facility',
        'select * from regional.fact',
        'select * from hub.facility',
        'select * from hub.holder',
        'select * from registry.record',
      ]) {
        expect([forbidden, await stateOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });

  it('can neither rewrite its journal nor change its tables', async () => {
    await connectedAs('facility_cscom_sangha', async (client) => {
      for (const forbidden of [
        'delete from cscom_sangha.journal',
        "update cscom_sangha.journal set meta = ''",
        "update cscom_sangha.journal set fields = ''",
        'update cscom_sangha.journal set sequence = 1',
        'update cscom_sangha.journal set received_at = now()',
        'truncate cscom_sangha.record',
        'delete from cscom_sangha.record',
        'drop table cscom_sangha.record',
        'create table cscom_sangha.mine (id int)',
        'create temporary table record (id int)',
        'create table public.mine (id int)',
        'set role facility_csref_djenne',
        'set role ministry',
        'set role haggui_owner',
      ]) {
        expect([forbidden, await stateOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });

  it('cannot be logged in to', async () => {
    const { rows } = await admin.query(
      `select rolname from pg_roles where rolcanlogin and (rolname like 'facility\\_%' or rolname in ('ministry', 'region_reader', 'haggui_owner', 'consolidated_writer'))`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the ministry’s role', () => {
  it('reads the consolidated schema and nothing else', async () => {
    await connectedAs('ministry', async (client) => {
      expect((await client.query('select facility from consolidated.fact order by 1')).rows).toEqual([
        { facility: 'cscom_sangha' },
        { facility: 'csref_djenne' },
      ]);
      for (const forbidden of [
        'select * from cscom_sangha.record',
        'select * from cscom_sangha.patient',
        'select * from csref_djenne.journal',
        'select * from registry.record',
        'select * from hub.hub_user',
        'select * from regional.fact',
        'delete from consolidated.fact',
        `update consolidated.fact set is_death = true`,
      ]) {
        expect([forbidden, await stateOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });
});

describe('a region’s reader', () => {
  it('sees its own region through the window, and without a region nothing', async () => {
    await connectedAs('region_reader', async (client) => {
      expect((await client.query('select facility from regional.fact')).rows).toEqual([]);
      await client.query('begin');
      await client.query(`select set_config('haggui.region', 'Mopti', true)`);
      expect((await client.query('select facility from regional.fact')).rows).toEqual([{ facility: 'cscom_sangha' }]);
      expect((await client.query('select code from regional.facility')).rows).toEqual([{ code: 'cscom_sangha' }]);
      await client.query('commit');
      expect((await client.query('select facility from regional.fact')).rows).toEqual([]);
      for (const forbidden of [
        'select * from consolidated.fact',
        'select * from cscom_sangha.record',
        'select * from hub.facility',
      ]) {
        expect([forbidden, await stateOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });

  it('cannot make the window run a function of its own on rows of other regions', async () => {
    const { rows } = await admin.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'regional' and c.relkind = 'v' and not coalesce(c.reloptions::text like '%security_barrier=true%', false)`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the hub’s own logins', () => {
  it('own nothing and have no right of the roles that they may enter', async () => {
    const { rows } = await admin.query(
      `select count(*)::int as owned from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1)`,
      [[SERVICE_LOGIN, API_LOGIN]],
    );
    expect(rows).toEqual([{ owned: 0 }]);
    for (const [login, password] of [
      [SERVICE_LOGIN, PASSWORDS.service],
      [API_LOGIN, PASSWORDS.api],
    ] as const) {
      const url = new URL(server.url);
      url.username = login;
      url.password = password;
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      expect(await stateOf(client, 'select * from cscom_sangha.record')).toBe(DENIED);
      expect(await stateOf(client, 'select * from consolidated.fact')).toBe(DENIED);
      expect(await stateOf(client, 'set role haggui_owner')).toBe(DENIED);
      await client.end();
    }
  });

  it('come back to nothing when a statement resets the role', async () => {
    await database.report({ role: 'ministry' }, async (sql) => {
      expect((await sql.query('select 1 from consolidated.fact')).rowCount).toBe(2);
    });
    const afterReset = database.report({ role: 'ministry' }, async (sql) => {
      await sql.query('reset role');
      await sql.query('select 1 from consolidated.fact');
    });
    await expect(afterReset).rejects.toMatchObject({ code: DENIED });
    const fromFacility = database.transaction((sql) =>
      asFacility(sql, 'cscom_sangha', async () => {
        await sql.query('reset role');
        await sql.query('select 1 from cscom_sangha.record');
      }),
    );
    await expect(fromFacility).rejects.toMatchObject({ code: DENIED });
  });

  it('leave nothing behind in a pooled connection, of 600 uses side by side', async () => {
    const { log } = recordingLog();
    const { api, service, admin: operator } = loginsOfUrl(server.url, PASSWORDS);
    const small = new HubDatabase({ api: { ...api, max: 2 }, service: { ...service, max: 2 }, admin: operator }, log);
    const regions = ['Mopti', 'Djenné'] as const;
    const own = { Mopti: 'cscom_sangha', Djenné: 'csref_djenne' } as const;
    const uses = Array.from({ length: 600 }, async (_, index) => {
      const region = regions[index % 2] as (typeof regions)[number];
      if (index % 3 === 0) {
        const { rows } = await small.report({ role: 'region_reader', region }, (sql) =>
          sql.query('select facility from regional.fact'),
        );
        expect(rows).toEqual([{ facility: own[region] }]);
      } else if (index % 3 === 1) {
        const found = small.report({ role: 'region_reader' }, (sql) => sql.query('select facility from regional.fact'));
        expect((await found).rows).toEqual([]);
      } else {
        await small
          .transaction(async (sql) => {
            const who = `select current_user as role, current_setting('haggui.region', true) as region`;
            expect((await sql.query(who)).rows).toEqual([{ role: SERVICE_LOGIN, region: null }]);
            await asFacility(sql, own[region], async () => {
              expect((await sql.query(who)).rows).toEqual([{ role: `facility_${own[region]}`, region: null }]);
            });
            if (index % 5 === 0) throw new RangeError('given up in the middle');
          })
          .catch((error: unknown) => expect(error).toBeInstanceOf(RangeError));
      }
    });
    await Promise.all(uses);
    await small.close();
  });
});

describe('everything in the database', () => {
  it('belongs to haggui_owner, which neither logs in nor goes around a row’s security', async () => {
    const { rows } = await admin.query(
      `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
       where n.nspname = any($1) and r.rolname <> 'haggui_owner'`,
      [['hub', 'consolidated', 'regional', 'registry', ...SCHEMAS]],
    );
    expect(rows).toEqual([]);
    const owner = await admin.query(
      `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'haggui_owner'`,
    );
    expect(owner.rows).toEqual([{ rolcanlogin: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false }]);
  });

  it('has no function that runs with its owner’s rights and an open search path', async () => {
    const { rows } = await admin.query(
      `select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
         and not exists (select 1 from unnest(p.proconfig) as c where c like 'search_path=%')`,
    );
    expect(rows).toEqual([]);
  });
});

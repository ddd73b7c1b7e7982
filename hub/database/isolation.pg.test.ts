import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubDatabase } from './hub-database.ts';
import { API_LOGIN, SERVICE_LOGIN } from './roles.ts';
import { withTenant } from './tenant.ts';
import { DENIED, FACILITIES, outcomeOf, PASSWORDS, TwoFacilities } from './testing/two-facilities.ts';

let two: TwoFacilities;
let database: HubDatabase;

beforeAll(async () => {
  two = await TwoFacilities.start();
  database = two.database(4);
}, 120_000);
afterAll(async () => {
  await database.close();
  await two[Symbol.asyncDispose]();
});

describe('one facility’s role', () => {
  it('reads and writes its own register, and no other schema’s', async () => {
    await two.connectedAs('facility_cscom_sangha', async (client) => {
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
        'select * from hub.facility_place',
        'select * from consolidated.place',
        'select * from registry.record',
      ]) {
        expect([forbidden, await outcomeOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });

  it('can neither rewrite its journal nor change its tables', async () => {
    await two.connectedAs('facility_cscom_sangha', async (client) => {
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
        expect([forbidden, await outcomeOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });

  it('cannot be logged in to', async () => {
    const { rows } = await two.admin.query(
      `select rolname from pg_roles where rolcanlogin and (rolname like 'facility\\_%' or rolname in ('ministry', 'region_reader', 'haggui_owner', 'consolidated_writer'))`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the ministry’s role', () => {
  it('reads the consolidated schema and nothing else', async () => {
    await two.connectedAs('ministry', async (client) => {
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
        expect([forbidden, await outcomeOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });
});

describe('a region’s reader', () => {
  it('sees its own region through the window, and without a region nothing', async () => {
    await two.connectedAs('region_reader', async (client) => {
      expect((await client.query('select facility from regional.fact')).rows).toEqual([]);
      await client.query('begin');
      await client.query(`select set_config('haggui.region', 'Mopti', true)`);
      expect((await client.query('select facility from regional.fact')).rows).toEqual([{ facility: 'cscom_sangha' }]);
      expect((await client.query('select code from regional.facility')).rows).toEqual([{ code: 'cscom_sangha' }]);
      await client.query('commit');
      expect((await client.query('select facility from regional.fact')).rows).toEqual([]);
      for (const forbidden of [
        'select * from consolidated.fact',
        'select * from consolidated.place',
        'select * from cscom_sangha.record',
        'select * from hub.facility',
      ]) {
        expect([forbidden, await outcomeOf(client, forbidden)]).toEqual([forbidden, DENIED]);
      }
    });
  });
});

describe('the hub’s own logins', () => {
  it('own nothing and have no right of the roles that they may enter', async () => {
    const { rows } = await two.admin.query(
      `select count(*)::int as owned from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1)`,
      [[SERVICE_LOGIN, API_LOGIN]],
    );
    expect(rows).toEqual([{ owned: 0 }]);
    for (const [login, password] of [
      [SERVICE_LOGIN, PASSWORDS.service],
      [API_LOGIN, PASSWORDS.api],
    ] as const) {
      await two.loggedInAs(login, password, async (client) => {
        expect(await outcomeOf(client, 'select * from cscom_sangha.record')).toBe(DENIED);
        expect(await outcomeOf(client, 'select * from consolidated.fact')).toBe(DENIED);
        expect(await outcomeOf(client, 'set role haggui_owner')).toBe(DENIED);
      });
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
      withTenant(sql, 'cscom_sangha', async () => {
        await sql.query('reset role');
        await sql.query('select 1 from cscom_sangha.record');
      }),
    );
    await expect(fromFacility).rejects.toMatchObject({ code: DENIED });
  });
});

describe('everything in the database', () => {
  it('belongs to haggui_owner, which neither logs in nor goes around a row’s security', async () => {
    const { rows } = await two.admin.query(
      `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
       where n.nspname = any($1) and r.rolname <> 'haggui_owner'`,
      [['hub', 'consolidated', 'regional', 'registry', ...Object.keys(FACILITIES)]],
    );
    expect(rows).toEqual([]);
    const owner = await two.admin.query(
      `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'haggui_owner'`,
    );
    expect(owner.rows).toEqual([{ rolcanlogin: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false }]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubDatabase } from './hub-database.ts';
import { SERVICE_LOGIN } from './roles.ts';
import type { Sql } from './sql.ts';
import { withTenant } from './tenant.ts';
import { FACILITIES, TwoFacilities } from './testing/two-facilities.ts';

const USES = 1000;
const CONNECTIONS = 2;
const WHO = `select current_user as role, current_setting('haggui.region', true) as region, current_setting('search_path') as path`;

let two: TwoFacilities;
let database: HubDatabase;

beforeAll(async () => {
  two = await TwoFacilities.start();
  database = two.database(CONNECTIONS);
}, 120_000);
afterAll(async () => {
  await database.close();
  await two[Symbol.asyncDispose]();
});

const [SANGHA, DJENNE] = Object.entries(FACILITIES) as [[string, string], [string, string]];

/** Sees only its own region, and leaves the session dirty as a careless statement would. */
async function readsItsRegion(index: number): Promise<void> {
  const [code, region] = index % 2 === 0 ? SANGHA : DJENNE;
  await database.report({ role: 'region_reader', region }, async (sql) => {
    expect((await sql.query('select facility from regional.fact')).rows).toEqual([{ facility: code }]);
    if (index % 5 === 0) await sql.query(`select set_config('haggui.region', 'Mopti', false)`);
    if (index % 7 === 0) await sql.query('set session characteristics as transaction read write');
  });
}

/** Says no region, and so must see nothing, whoever used the connection before. */
async function readsNothing(): Promise<void> {
  const found = database.report({ role: 'region_reader' }, (sql) => sql.query('select facility from regional.fact'));
  expect((await found).rows).toEqual([]);
}

/** Works in a register, and leaves the session as a role, or with a search path, of its own. */
async function worksInARegister(index: number): Promise<void> {
  const [code] = index % 2 === 0 ? SANGHA : DJENNE;
  const dirty = [
    'set role facility_cscom_sangha',
    `set search_path = csref_djenne`,
    'prepare p as select 1',
    'select 1',
  ];
  const work = async (sql: Sql): Promise<void> => {
    expect((await sql.query(WHO)).rows).toEqual([{ role: SERVICE_LOGIN, region: null, path: '"$user", public' }]);
    await withTenant(sql, code, async () => {
      expect((await sql.query<{ role: string }>(WHO)).rows[0]?.role).toBe(`facility_${code}`);
    });
    await sql.query(dirty[index % dirty.length] as string);
    if (index % 11 === 0) throw new RangeError('given up in the middle');
  };
  await database.transaction(work).catch((error: unknown) => expect(error).toBeInstanceOf(RangeError));
}

describe('two connections shared by a thousand uses side by side', () => {
  it('carry no role, region, search path or prepared statement from one use to the next', async () => {
    const uses = Array.from({ length: USES }, (_, index) =>
      index % 3 === 0 ? readsItsRegion(index) : index % 3 === 1 ? readsNothing() : worksInARegister(index),
    );
    await Promise.all(uses);
    const { rows } = await two.admin.query(
      `select count(*)::int as connections from pg_stat_activity where usename in ('haggui_service', 'haggui_api')`,
    );
    expect(rows).toEqual([{ connections: 2 * CONNECTIONS }]);
  }, 120_000);
});

import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { withTransaction } from '@santehaggui/runtime/sql/postgres-transaction.ts';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_LOGIN, SERVICE_LOGIN } from './roles.ts';
import { DENIED, FACILITIES, outcomeOf, PASSWORDS, TwoFacilities } from './testing/two-facilities.ts';

/** Every role that the hub makes, but for the logins. */
const ROLES = [
  'facility_cscom_sangha',
  'facility_registry',
  'ministry',
  'region_reader',
  'consolidated_writer',
  'key_keeper',
];
const SHARED_SCHEMAS = ['hub', 'consolidated', 'regional'];
const ALL_SCHEMAS = [...SHARED_SCHEMAS, 'registry', ...Object.keys(FACILITIES)];

let two: TwoFacilities;

beforeAll(async () => {
  two = await TwoFacilities.start();
}, 120_000);
afterAll(async () => {
  await two[Symbol.asyncDispose]();
});

type Asker = Pick<pg.PoolClient, 'query'>;

/** Lines of one column, for offenders of a rule. */
async function linesOf(client: Asker, text: string, values: readonly unknown[] = []): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(text, [...values]);
  return rows.map(({ line }) => line);
}

const CARELESS_VIEWS = `select n.nspname || '.' || c.relname as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any($1) and (c.relkind = 'm' or c.relkind = 'v' and not (
    coalesce(c.reloptions::text like '%security_invoker=true%', false) and coalesce(c.reloptions::text like '%security_barrier=true%', false)))`;

describe('1: a view that reads with its owner’s rights', () => {
  it('is nowhere, and neither is a materialised one', async () => {
    expect(await linesOf(two.admin, CARELESS_VIEWS, [ALL_SCHEMAS])).toEqual([]);
    await two.undone(async (client) => {
      await client.query('create materialized view consolidated.careless as select 1 as one');
      await client.query('alter view cscom_sangha.patient set (security_invoker = false)');
      const found = await linesOf(client, CARELESS_VIEWS, [ALL_SCHEMAS]);
      expect(found.toSorted()).toEqual(['consolidated.careless', 'cscom_sangha.patient']);
    });
  });

  it('would show nothing instead of everything: the facts’ row security binds their owner too', async () => {
    await two.undone(async (client) => {
      await client.query('set local role haggui_owner');
      await client.query('alter view regional.fact set (security_invoker = false)');
      await client.query('create materialized view regional.copied as select * from consolidated.fact');
      await client.query('grant select on regional.copied to region_reader');
      await client.query('set local role region_reader');
      await client.query(`select set_config('haggui.region', 'Mopti', true)`);
      expect(await linesOf(client, 'select facility as line from regional.fact')).toEqual([]);
      expect(await linesOf(client, 'select facility as line from regional.copied')).toEqual([]);
    });
  });
});

describe('2: a cheap function in a question about a view', () => {
  const PEEK = `create function public.peek(value text) returns boolean language plpgsql cost 0.0000001 as
    $$ begin raise notice 'saw %', value; return true; end $$`;

  async function seenBy(client: pg.PoolClient): Promise<readonly string[]> {
    const seen: string[] = [];
    const onNotice = ({ message }: { readonly message: string | undefined }): void => {
      seen.push(message ?? '');
    };
    client.on('notice', onNotice as never);
    await client.query('grant usage on schema public to region_reader');
    await client.query('set local role region_reader');
    await client.query(`select set_config('haggui.region', 'Mopti', true)`);
    await client.query(`select from regional.fact where public.peek(facility)`);
    client.off('notice', onNotice as never);
    return seen;
  }

  it('is shown no row of another region', async () => {
    await two.undone(async (client) => {
      await client.query(PEEK);
      expect(await seenBy(client)).toEqual(['saw cscom_sangha']);
    });
  });

  it('would be shown them without the barrier and the row security', async () => {
    await two.undone(async (client) => {
      await client.query(PEEK);
      await client.query('alter view regional.fact set (security_barrier = false)');
      await client.query('alter table consolidated.fact disable row level security');
      expect(await seenBy(client)).toHaveLength(2);
    });
  });
});

describe('3: what is set for one transaction', () => {
  it('is set inside one: a role named to the helper holds for its work and ends with it', async () => {
    const pool = two.server.pool({ max: 1 });
    const who = 'select current_user as line';
    expect(await withTransaction(pool, (client) => linesOf(client, who), { role: 'ministry' })).toEqual(['ministry']);
    expect(await linesOf(pool, who)).toEqual(['postgres']);
  });
});

describe('4: what is set for the whole session', () => {
  it('ends when the connection goes back to its pool, role or not', async () => {
    const pool = two.server.pool({ max: 1 });
    await withTransaction(pool, (client) => client.query('set role ministry'));
    await withTransaction(pool, (client) => client.query(`set haggui.region = 'Mopti'`), { role: 'region_reader' });
    expect(
      await linesOf(pool, `select current_user || coalesce(current_setting('haggui.region', true), '') as line`),
    ).toEqual(['postgres']);
  });
});

describe('5: a role that was entered and can be left', () => {
  it('is left for a login that owns nothing, inherits nothing and may enter only what it needs', async () => {
    for (const [login, password, entered] of [
      [SERVICE_LOGIN, PASSWORDS.service, 'facility_cscom_sangha'],
      [API_LOGIN, PASSWORDS.api, 'ministry'],
    ] as const) {
      await two.loggedInAs(login, password, async (client) => {
        await client.query(`set role ${entered}`);
        await client.query('reset role');
        expect(await outcomeOf(client, 'select * from cscom_sangha.record')).toBe(DENIED);
        expect(await outcomeOf(client, 'select * from consolidated.fact')).toBe(DENIED);
      });
    }
    const memberships = `select format('%s may enter %s', l.rolname, r.rolname) as line from pg_auth_members m
      join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member where l.rolname = any($1) order by 1`;
    expect(await linesOf(two.admin, memberships, [[SERVICE_LOGIN, API_LOGIN]])).toEqual([
      'haggui_api may enter ministry',
      'haggui_api may enter region_reader',
      'haggui_service may enter consolidated_writer',
      'haggui_service may enter facility_cscom_sangha',
      'haggui_service may enter facility_csref_djenne',
      'haggui_service may enter facility_registry',
      'haggui_service may enter key_keeper',
    ]);
    const attributes = `select rolname as line from pg_roles
      where rolname = any($1) and (rolinherit or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)`;
    expect(await linesOf(two.admin, attributes, [[SERVICE_LOGIN, API_LOGIN]])).toEqual([]);
  });
});

describe('6: a unique key that tells of another’s row', () => {
  it('is in each schema by itself: the same record may be in two registers', async () => {
    const row = `(id, type, fields, stamps, digest, last_stamp, conflicts, updated_at) values
      ('00000000-0000-8000-8000-000000000001', 1, '{}', '{}', decode(repeat('00', 16), 'hex'), '1.000000000000.1', 0, now())`;
    for (const facility of Object.keys(FACILITIES)) {
      await two.connectedAs(`facility_${facility}`, async (client) => {
        expect(await outcomeOf(client, `insert into ${facility}.record ${row}`)).toBe('allowed');
      });
    }
  });

  it('cannot be asked, because a facility’s role writes nowhere but in its own schema', async () => {
    const writable = `select n.nspname || '.' || c.relname as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'v', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'cscom_sangha')
        and has_schema_privilege('facility_cscom_sangha', n.oid, 'usage')
        and has_table_privilege('facility_cscom_sangha', c.oid, 'insert, update, delete')`;
    expect(await linesOf(two.admin, writable)).toEqual([]);
    await two.undone(async (client) => {
      await client.query('grant usage on schema hub to facility_cscom_sangha');
      await client.query('grant insert on hub.holder to facility_cscom_sangha');
      expect(await linesOf(client, writable)).toEqual(['hub.holder']);
    });
  });
});

const OPEN_FUNCTIONS = `select n.nspname || '.' || p.proname as line from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') and not exists (
    select 1 from unnest(p.proconfig) as c
    where c ~ ('^search_path=pg_catalog, "?' || n.nspname || '"?, pg_temp$'))`;

describe('7: a function with its owner’s rights', () => {
  it('looks for names in the catalogue, in its own schema, and among temporary tables last', async () => {
    expect(await linesOf(two.admin, OPEN_FUNCTIONS)).toEqual([]);
    await two.undone(async (client) => {
      await client.query('alter function cscom_sangha.release_copies(uuid[], integer) set search_path = cscom_sangha');
      expect(await linesOf(client, OPEN_FUNCTIONS)).toEqual(['cscom_sangha.release_copies']);
    });
  });

  it('is not led astray by a temporary table of the name that it reads', async () => {
    await two.undone(async (client) => {
      await client.query('create temporary table journal (like cscom_sangha.journal)');
      await client.query('create temporary table record (like cscom_sangha.record)');
      await client.query('insert into record select * from cscom_sangha.record');
      const entry = `(node, incarnation, sequence, kind, record_id, type, meta, fields, received_at, is_last)
        select 7, '000000000000', 1, 0, id, 1, 'm', 'f', now(), true from cscom_sangha.record limit 1`;
      await client.query(`insert into cscom_sangha.journal ${entry}`);
      await client.query(`select cscom_sangha.release_copies(array(select id from cscom_sangha.record), 3)`);
      const forgotten = `select octet_length(fields)::text as line from cscom_sangha.journal where node = 7`;
      expect(await linesOf(client, forgotten)).toEqual(['0']);
      expect(await linesOf(client, 'select count(*)::text as line from pg_temp.record')).not.toEqual(['0']);
    });
  });
});

describe('8: a table of one’s own', () => {
  it('can be made by none of the hub’s roles, temporary or in schema public', async () => {
    const able = `select r as line from unnest($1::text[]) as r
      where has_database_privilege(r, current_database(), 'temp') or has_database_privilege(r, current_database(), 'create')
        or has_schema_privilege(r, 'public', 'create')`;
    const roles = [...ROLES, SERVICE_LOGIN, API_LOGIN];
    expect(await linesOf(two.admin, able, [roles])).toEqual([]);
    await two.undone(async (client) => {
      await client.query('grant temporary on database postgres to public');
      expect(await linesOf(client, able, [roles])).toEqual(roles);
    });
  });
});

describe('9: seventeen hundred schemas', () => {
  it('stay small: a few tables, and views that take no space', async () => {
    const relations = `select count(*) filter (where c.relkind = 'r')::int as tables,
      count(*) filter (where c.relkind = 'i')::int as indexes, count(*) filter (where c.relkind = 'v')::int as views
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'cscom_sangha'`;
    const { rows } = await two.admin.query<{ tables: number; indexes: number; views: number }>(relations);
    expect(rows[0]?.tables).toBeLessThanOrEqual(6);
    expect(rows[0]?.indexes).toBeLessThanOrEqual(12);
    expect(rows[0]?.views).toBe(RECORD_TYPES.length);
  });

  it('are read by no view across facilities, whose plan would grow with them', async () => {
    const across = `select distinct format('%s.%s reads %s.%s', n.nspname, v.relname, f.nspname, t.relname) as line
      from pg_rewrite w join pg_class v on v.oid = w.ev_class join pg_namespace n on n.oid = v.relnamespace
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join pg_class t on t.oid = d.refobjid join pg_namespace f on f.oid = t.relnamespace
      where f.nspname = any($1) and n.nspname <> f.nspname`;
    const facilities = Object.keys(FACILITIES);
    expect(await linesOf(two.admin, across, [facilities])).toEqual([]);
    await two.undone(async (client) => {
      await client.query('create view consolidated.everybody as select id from cscom_sangha.record');
      expect(await linesOf(client, across, [facilities])).toEqual(['consolidated.everybody reads cscom_sangha.record']);
    });
  });
});

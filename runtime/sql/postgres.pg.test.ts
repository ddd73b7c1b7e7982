import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { postgresEngines, startTestPostgres, type TestPostgres } from '../testing/test-postgres.ts';
import { type Migration, numberMigrations } from './migrations.ts';
import { migratePostgres } from './postgres-migrations.ts';
import { dumpPostgresSchema } from './postgres-schema.ts';
import { sqlState, withTransaction } from './postgres-transaction.ts';

const first = {
  name: '001_book.sql',
  sql: 'create table book (id bigint generated always as identity primary key, title text not null);',
};
const second = {
  name: '002_loan.sql',
  sql: "insert into book (title) values ('A'); create table loan (book_id bigint not null references book);",
};

describe.each(postgresEngines())('with PostgreSQL %s', (engine) => {
  let server: TestPostgres;
  let pool: Pool;
  beforeAll(async () => {
    server = await startTestPostgres({ engine });
    pool = server.pool({ max: 2 });
  });
  afterAll(() => server.stop());

  const migrate = (schema: string, migrations: readonly Migration[], role?: string) =>
    migratePostgres({
      pool,
      migrations,
      schema,
      clock: new FakeClock(),
      log: recordingLog().log,
      ...(role === undefined ? {} : { role }),
    });

  const value = async (sql: string): Promise<unknown> => Object.values((await pool.query(sql)).rows[0] ?? {})[0];

  describe('migratePostgres', () => {
    it('applies what is missing to one schema, in order, once', async () => {
      expect(await migrate('applied', numberMigrations([first]))).toEqual({ applied: ['001_book.sql'] });
      expect(await migrate('applied', numberMigrations([second, first]))).toEqual({ applied: ['002_loan.sql'] });
      expect(await migrate('applied', numberMigrations([first, second]))).toEqual({ applied: [] });
      expect(await value('select count(*)::int from applied.book')).toBe(1);
      expect(await value("select to_regclass('public.book')")).toBeNull();
    });

    it('takes a name with capitals and quotes as a name', async () => {
      await migrate('odd "Name', numberMigrations([first]));
      expect(await value('select count(*)::int from "odd ""Name".book')).toBe(0);
    });

    it('lets one of many that start at once do the work', async () => {
      const others = server.pool({ max: 5 });
      const runs = await Promise.all(
        Array.from({ length: 5 }, () =>
          migratePostgres({
            pool: others,
            migrations: numberMigrations([first, second]),
            schema: 'raced',
            clock: new FakeClock(),
            log: recordingLog().log,
          }),
        ),
      );
      expect(runs.map(({ applied }) => applied.length).toSorted()).toEqual([0, 0, 0, 0, 2]);
    });

    it('names the file that was changed, and refuses a schema of a newer program', async () => {
      await migrate('changed', numberMigrations([first, second]));
      const altered = numberMigrations([first, { ...second, sql: `${second.sql}\n` }]);
      await expect(migrate('changed', altered)).rejects.toMatchObject({
        code: 'SH-F001',
        message: expect.stringContaining('002_loan.sql'),
      });
      await expect(migrate('changed', numberMigrations([first]))).rejects.toMatchObject({ code: 'SH-F002' });
    });

    it('leaves the schema as it was when a migration fails, and names it', async () => {
      await migrate('failed', numberMigrations([first]));
      const before = await dumpPostgresSchema(pool, ['failed']);
      const broken = { name: '003_broken.sql', sql: 'create table half (id int); create nonsense;' };
      await expect(migrate('failed', numberMigrations([first, second, broken]))).rejects.toMatchObject({
        code: 'SH-F003',
        message: 'La migration 003_broken.sql a échoué',
      });
      expect(await dumpPostgresSchema(pool, ['failed'])).toBe(before);
    });

    it('makes everything the property of the role it was told', async () => {
      await pool.query('create role librarian nologin; create schema owned authorization librarian');
      await migrate('owned', numberMigrations([first]), 'librarian');
      expect(await value("select tableowner from pg_tables where schemaname = 'owned' and tablename = 'book'")).toBe(
        'librarian',
      );
    });
  });

  describe('withTransaction', () => {
    beforeAll(async () => {
      await pool.query(`create schema shelf; create table shelf.item (id int primary key, n int not null);
        create role "reader Ségou" nologin; grant usage on schema shelf to "reader Ségou"; grant select on shelf.item to "reader Ségou";`);
    });

    it('commits what was done and gives back the result', async () => {
      const n = await withTransaction(
        pool,
        async (client) => (await client.query('insert into shelf.item values (1, 10) returning n')).rows[0].n,
      );
      expect(n).toBe(10);
      expect(await value('select n from shelf.item where id = 1')).toBe(10);
    });

    it('undoes everything when the work throws, and throws the same', async () => {
      const refusal = new Error('no');
      const work = withTransaction(pool, async (client) => {
        await client.query('insert into shelf.item values (2, 0)');
        throw refusal;
      });
      await expect(work).rejects.toBe(refusal);
      expect(await value('select count(*)::int from shelf.item where id = 2')).toBe(0);
    });

    it('does not claim success when the work swallowed a failed statement', async () => {
      const work = withTransaction(pool, async (client) => {
        await client.query('insert into shelf.item values (3, 0)');
        await client.query('select 1/0').catch(() => {});
        return 'saved';
      });
      await expect(work).rejects.toThrow('not committed');
      expect(await value('select count(*)::int from shelf.item where id = 3')).toBe(0);
    });

    it('has only the rights of its role, and tells what was refused', async () => {
      const role = 'reader Ségou';
      expect(
        await withTransaction(
          pool,
          async (client) => (await client.query('select current_user')).rows[0].current_user,
          { role },
        ),
      ).toBe(role);
      const write = withTransaction(pool, (client) => client.query('delete from shelf.item'), { role });
      expect(sqlState(await write.catch((error: unknown) => error))).toBe('42501');
      expect(sqlState(new Error('other'))).toBeNull();
      await expect(withTransaction(pool, async () => {}, { role: 'reader Ségou"; reset role; --' })).rejects.toThrow(
        'does not exist',
      );
    });

    it('leaves nothing in the session for the next user of the connection, done or failed', async () => {
      const single = server.pool({ max: 1 });
      const leave = async (end: () => void): Promise<void> =>
        withTransaction(
          single,
          async (client) => {
            await client.query(
              "set search_path = 'shelf'; set statement_timeout = '7s'; create temp table leftover (a int); select pg_advisory_lock(42)",
            );
            await client.query("prepare trap as select 'trapped'");
            end();
          },
          { role: 'postgres' },
        );
      const traces = async () =>
        (
          await single.query(`select current_user::text as role, current_setting('search_path') as path, current_setting('statement_timeout') as timeout,
            to_regclass('leftover') as temporary, (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
            (select count(*)::int from pg_prepared_statements where not from_sql is false) as prepared`)
        ).rows[0];
      const clean = { role: 'postgres', path: '"$user", public', timeout: '0', temporary: null, locks: 0, prepared: 0 };
      await leave(() => {});
      expect(await traces()).toEqual(clean);
      const refusal = new Error('no');
      await expect(
        leave(() => {
          throw refusal;
        }),
      ).rejects.toBe(refusal);
      expect(await traces()).toEqual(clean);
    });

    it('mixes up no roles in 400 interleaved transactions on two connections', async () => {
      await pool.query('create role a1 nologin; create role a2 nologin; create role a3 nologin');
      const ask = (role: string) =>
        withTransaction(pool, async (client) => (await client.query('select current_user')).rows[0].current_user, {
          role,
        });
      const asked = Array.from({ length: 400 }, (_, index) => ['a1', 'a2', 'a3', 'postgres'][index % 4] as string);
      const [answers, outside] = await Promise.all([
        Promise.all(asked.map(ask)),
        Promise.all(asked.map(() => value('select current_user::text'))),
      ]);
      expect(answers).toEqual(asked);
      expect(new Set(outside)).toEqual(new Set(['postgres']));
    });

    it('begins again after a serialisation failure, and loses no update', async () => {
      await pool.query('insert into shelf.item values (10, 0)');
      const increments = server.pool({ max: 4 });
      const increment = () =>
        withTransaction(
          increments,
          async (client) => {
            const { rows } = await client.query('select n from shelf.item where id = 10');
            await client.query('update shelf.item set n = $1 where id = 10', [rows[0].n + 1]);
          },
          { isolation: 'serializable', retries: 50 },
        );
      await Promise.all(Array.from({ length: 20 }, increment));
      expect(await value('select n from shelf.item where id = 10')).toBe(20);
    });

    it('says that the database is too busy when the retries are used up', async () => {
      let tried = 0;
      const work = withTransaction(
        pool,
        async (client) => {
          tried += 1;
          await client.query("do $$ begin raise sqlstate '40001'; end $$");
        },
        { retries: 2 },
      );
      await expect(work).rejects.toMatchObject({ code: 'SH-T003', kind: 'transient' });
      expect(tried).toBe(3);
    });

    it('drops a connection that died, and the pool goes on', async () => {
      const work = withTransaction(pool, (client) => client.query('select pg_terminate_backend(pg_backend_pid())'));
      await expect(work).rejects.toThrow();
      expect(await value('select 1')).toBe(1);
    });

    it('writes nothing when it is read only', async () => {
      const work = withTransaction(pool, (client) => client.query('insert into shelf.item values (30, 0)'), {
        isReadOnly: true,
      });
      expect(sqlState(await work.catch((error: unknown) => error))).toBe('25006');
    });
  });

  describe('dumpPostgresSchema', () => {
    it('tells tables, constraints, indexes, views, functions, triggers, partitions and rights, in a stable order', async () => {
      await pool.query(`create role owner1 nologin; create role reader1 nologin; create schema dumped authorization owner1; set role owner1;
        create table dumped.fact (region text not null, at timestamptz not null default now(), n int check (n > 0), double_n int generated always as (n * 2) stored,
          primary key (region, at)) partition by list (region);
        create table dumped.fact_mopti partition of dumped.fact for values in ('mopti');
        create index fact_n on dumped.fact (n) where n > 10;
        create view dumped.latest with (security_barrier) as select region, max(at) as at from dumped.fact group by region;
        create function dumped.touch() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger touched before insert on dumped.fact for each row execute function dumped.touch();
        alter table dumped.fact enable row level security;
        grant usage on schema dumped to reader1; grant select on dumped.latest to reader1, public; reset role;`);
      const dump = await dumpPostgresSchema(pool, ['dumped']);
      for (const line of [
        'dumped.fact partitioned table with row security partition by LIST (region)\n  region text not null\n  at timestamp with time zone not null default now()\n  n integer\n  double_n integer generated as (n * 2)',
        "dumped.fact_mopti table partition of dumped.fact FOR VALUES IN ('mopti')",
        'dumped.latest view security_barrier=true\n  region text\n  at timestamp with time zone',
        'dumped.fact fact_n_check: CHECK ((n > 0))',
        'dumped.fact fact_pkey: PRIMARY KEY (region, at)',
        'CREATE INDEX fact_n ON ONLY dumped.fact USING btree (n) WHERE (n > 10)',
        'view latest of dumped\n SELECT region,\n    max(at) AS at\n   FROM dumped.fact\n  GROUP BY region;',
        'CREATE OR REPLACE FUNCTION dumped.touch()',
        'CREATE TRIGGER touched BEFORE INSERT ON dumped.fact FOR EACH ROW EXECUTE FUNCTION dumped.touch()',
        'schema dumped: owner owner1; reader1 may USAGE',
        'dumped.latest: owner owner1; public may SELECT, reader1 may SELECT',
        'dumped.fact: owner owner1; no one else',
      ]) {
        expect(dump).toContain(line);
      }
      expect(await dumpPostgresSchema(pool, ['dumped'])).toBe(dump);
      await pool.query('revoke select on dumped.latest from public');
      expect(await dumpPostgresSchema(pool, ['dumped'])).not.toBe(dump);
      expect(await dumpPostgresSchema(pool, ['absent'])).toBe('');
    });
  });
});

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Database } from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openEncryptedSqlite } from './encrypted-sqlite.ts';
import { type Migration, numberMigrations, readMigrations } from './migrations.ts';
import { migrateSqlite } from './sqlite-migrations.ts';
import { dumpSqliteSchema } from './sqlite-schema.ts';

const keyHex = '5a'.repeat(32);
const first = { name: '001_book.sql', sql: 'create table book (id integer primary key, title text not null) strict;' };
const second = {
  name: '002_loan.sql',
  sql: "create table loan (book_id integer not null references book) strict; insert into book (title) values ('A');",
};

const withDatabase = async (work: (db: Database, directory: string) => void | Promise<void>): Promise<void> => {
  await using directory = await temporaryDirectory();
  const db = openEncryptedSqlite({ path: join(directory.path, 'node.db'), keyHex });
  try {
    await work(db, directory.path);
  } finally {
    db.close();
  }
};

const migrate = (db: Database, migrations: readonly Migration[]) =>
  migrateSqlite({ db, migrations, clock: new FakeClock(1000), log: recordingLog().log });

const tables = (db: Database) =>
  db.prepare("select name from sqlite_schema where type = 'table' order by name").pluck().all() as string[];

describe('migrateSqlite', () => {
  it('applies what is missing, in order, once', () =>
    withDatabase((db) => {
      expect(migrate(db, numberMigrations([second, first])).applied).toEqual(['001_book.sql', '002_loan.sql']);
      expect(migrate(db, numberMigrations([first, second]))).toEqual({ applied: [] });
      expect(tables(db)).toEqual(['book', 'loan', 'schema_migration']);
    }));

  it('copies a database that holds something beside itself first, encrypted with the same key', () =>
    withDatabase((db, directory) => {
      expect(migrate(db, numberMigrations([first])).backupPath).toBeUndefined();
      const { backupPath } = migrate(db, numberMigrations([first, second]));
      expect(backupPath).toBe(join(directory, 'node.db.before-002-1000'));
      expect(statSync(backupPath as string).mode & 0o777).toBe(0o600);
      const copy = openEncryptedSqlite({ path: backupPath as string, keyHex, mustExist: true });
      expect(tables(copy)).toEqual(['book', 'schema_migration']);
      copy.close();
    }));

  it('names the file that was changed, renamed or is missing since it was applied', () =>
    withDatabase((db) => {
      migrate(db, numberMigrations([first, second]));
      const changed = numberMigrations([{ ...first, sql: `${first.sql} ` }, second]);
      expect(() => migrate(db, changed)).toThrow(
        expect.objectContaining({ code: 'SH-F001', message: expect.stringContaining('001_book.sql') }),
      );
      const renamed = numberMigrations([first, { ...second, name: '002_loans.sql' }]);
      expect(() => migrate(db, renamed)).toThrow(
        expect.objectContaining({ code: 'SH-F001', message: expect.stringContaining('002_loan.sql') }),
      );
      expect(() => migrate(db, numberMigrations([first]))).toThrow(expect.objectContaining({ code: 'SH-F002' }));
    }));

  it('leaves the database as it was when a migration fails, and names it', () =>
    withDatabase((db) => {
      migrate(db, numberMigrations([first]));
      const before = dumpSqliteSchema(db);
      const broken = { name: '003_broken.sql', sql: 'create table half (id integer); create nonsense;' };
      expect(() => migrate(db, numberMigrations([first, second, broken]))).toThrow(
        expect.objectContaining({
          code: 'SH-F003',
          message: 'La migration 003_broken.sql a échoué',
          why: expect.stringContaining('nonsense'),
        }),
      );
      expect(dumpSqliteSchema(db)).toBe(before);
      expect(db.inTransaction).toBe(false);
    }));
});

describe('migrations', () => {
  it.each([
    ['a gap', ['001_a.sql', '003_c.sql']],
    ['a double', ['001_a.sql', '001_b.sql']],
    ['a start at 2', ['002_a.sql']],
    ['a name without a number', ['a.sql']],
    ['a name in capitals', ['001_A.sql']],
  ])('are refused for %s', (_, names) => {
    expect(() => numberMigrations(names.map((name) => ({ name, sql: '' })))).toThrow(
      expect.objectContaining({ code: 'SH-B004' }),
    );
  });

  it('are read from a folder, which may hold other files', async () => {
    await using directory = await temporaryDirectory();
    const folder = join(directory.path, 'migrations');
    mkdirSync(folder);
    for (const { name, sql } of [first, second]) writeFileSync(join(folder, name), sql);
    writeFileSync(join(folder, 'README.md'), 'words');
    const read = await readMigrations(new URL(`${pathToFileURL(folder).href}/`));
    expect(read).toEqual(numberMigrations([first, second]));
    expect(read[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('dumpSqliteSchema', () => {
  it('gives the same text for the same schema, without what SQLite keeps for itself', () =>
    withDatabase((db, directory) => {
      const statements = [
        'create table b (id integer primary key autoincrement,\n\n  a text unique) strict',
        'create index b_a on b (a)',
        'create view v as select a from b',
        "create virtual table search using fts5 (name, tokenize = 'unicode61 remove_diacritics 2')",
        'create trigger t after insert on b begin delete from b where a is null; end',
      ];
      for (const sql of statements) db.exec(sql);
      const dump = dumpSqliteSchema(db);
      expect(dump.match(/^CREATE (?:VIRTUAL )?\w+ \w+/gim)).toEqual([
        'CREATE INDEX b_a',
        'CREATE TABLE b',
        'CREATE VIRTUAL TABLE search',
        'CREATE TRIGGER t',
        'CREATE VIEW v',
      ]);
      expect(dump).not.toMatch(/sqlite_|search_|\n\n\n/);
      const other = openEncryptedSqlite({ path: join(directory, 'other.db'), keyHex });
      for (const index of [3, 0, 2, 1, 4]) other.exec(statements[index] as string);
      expect(dumpSqliteSchema(other)).toBe(dump);
      other.exec('alter table b add column c text');
      expect(dumpSqliteSchema(other)).not.toBe(dump);
      other.close();
      expect(existsSync(join(directory, 'other.db'))).toBe(true);
      expect(readdirSync(directory).length).toBeGreaterThan(1);
    }));
});

import { chmodSync, closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';
import {
  type AppliedMigration,
  type Migration,
  type MigrationReport,
  migrationFailed,
  pendingMigrations,
} from './migrations.ts';

const fsyncPath = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Copies the database into a new file (mode 0600, encrypted with the same key) that is on disk when this returns.
 * Throws if the file exists. `VACUUM INTO`, because `backup()` fails on an encrypted database.
 */
export const copySqlite = (db: Database, toPath: string): void => {
  db.prepare('vacuum into ?').run(toPath);
  chmodSync(toPath, 0o600);
  fsyncPath(toPath);
  fsyncPath(dirname(toPath));
};

const appliedTo = (db: Database): readonly AppliedMigration[] => {
  const hasTable =
    db.prepare("select 1 from sqlite_schema where type = 'table' and name = 'schema_migration'").get() !== undefined;
  if (!hasTable) return [];
  return db.prepare<[], AppliedMigration>('select number, name, checksum from schema_migration order by number').all();
};

const isEmpty = (db: Database): boolean =>
  db.prepare("select 1 from sqlite_schema where type = 'table' limit 1").get() === undefined;

const apply = (db: Database, migration: Migration, appliedAt: number): void => {
  db.exec(migration.sql);
  db.prepare('insert into schema_migration (number, name, checksum, applied_at) values (?, ?, ?, ?)').run(
    migration.number,
    migration.name,
    migration.checksum,
    appliedAt,
  );
};

/** What a SQLite migration run needs. */
export type SqliteMigrationOptions = {
  readonly db: Database;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Brings the database up to the last migration, all in one transaction: it is as before or as after, never between.
 * One that already holds tables is first copied beside itself (`<file>.before-<number>-<ms>`). Throws SH-F001, SH-F002, SH-F003.
 */
export const migrateSqlite = ({ db, migrations, clock, log }: SqliteMigrationOptions): MigrationReport => {
  const applied = appliedTo(db);
  const pending = pendingMigrations(migrations, applied);
  const [first] = pending;
  if (first === undefined) return { applied: [] };

  let backupPath: string | undefined;
  if (!isEmpty(db) && !db.memory) {
    backupPath = `${db.name}.before-${String(first.number).padStart(3, '0')}-${clock.now()}`;
    copySqlite(db, backupPath);
    log.info('sql.copied', { backupPath });
  }
  let current = first;
  try {
    db.transaction(() => {
      db.exec(
        'create table if not exists schema_migration (number integer primary key, name text not null, checksum text not null, applied_at integer not null) strict',
      );
      for (const migration of pending) {
        current = migration;
        apply(db, migration, clock.now());
      }
    }).immediate();
  } catch (error) {
    throw migrationFailed(current.name, error);
  }
  const names = pending.map(({ name }) => name);
  log.info('sql.migrated', { applied: names });
  return { applied: names, ...(backupPath === undefined ? {} : { backupPath }) };
};

import { existsSync } from 'node:fs';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { sqliteView, viewName } from '@santehaggui/protocols/records/views.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { assertDurable, assertEncrypted, openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { readMigrations } from '@santehaggui/runtime/sql/migrations.ts';
import { migrateSqlite } from '@santehaggui/runtime/sql/sqlite-migrations.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Database } from 'better-sqlite3';
import { LOG_PAGES } from './checkpoint-at-rest.ts';
import type { DataDirectory } from './data-directory.ts';
import type { DatabaseKey, OpenKeyRing } from './key-ring.ts';
import { resealNotes } from './sealed-notes.ts';
import { failStore } from './store-errors.ts';

/** How a node's database is opened. `mayCreate`: only `init` makes a new one. */
export type OpenNodeDatabaseOptions = {
  readonly directory: DataDirectory;
  readonly ring: OpenKeyRing;
  readonly clock: Clock;
  readonly log: Log;
  readonly mayCreate?: boolean;
};

/**
 * Opens the node's database, ready to write: migrated, with the catalogue's views, proven durable after a write and proven
 * encrypted; the ring then holds the one key that it has turned out to have. Throws SH-C101 when there is none, SH-F006 when no
 * key of the ring opens it, SH-F001 to SH-F005 as their names say.
 */
export async function openNodeDatabase({
  directory,
  ring,
  clock,
  log,
  mayCreate = false,
}: OpenNodeDatabaseOptions): Promise<Database> {
  const migrations = await readMigrations(new URL('./migrations/', import.meta.url));
  const db = openDatabaseFile({ directory, ring, mayCreate });
  try {
    // Pages decrypted once are kept: 32 MB.
    db.pragma('cache_size = -32768');
    db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
    migrateSqlite({ db, migrations, clock, log });
    makeViews(db);
    assertDurable(db);
    assertEncrypted(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Gives the open database another key: all its pages are written anew in one transaction, about a second for 100 MB. A power cut
 * leaves the old key or the new one.
 */
export function rekeyDatabase(db: Database, { keyHex }: DatabaseKey): void {
  db.pragma(`rekey = 'raw:${keyHex}'`);
  // Pages under the old key stay in the file until a checkpoint writes over them.
  db.pragma('wal_checkpoint(truncate)');
}

/** Makes the catalogue's views, and again those whose declaration has changed. */
export function makeViews(db: Database): void {
  const present = db
    .prepare<[string], string>("select sql from sqlite_schema where type = 'view' and name = ?")
    .pluck();
  db.transaction(() => {
    for (const type of RECORD_TYPES) {
      const name = viewName(type);
      const wanted = sqliteView(type);
      const sql = present.get(name);
      // SQLite keeps the statement as it was given, but for the words before the name.
      if (sql !== undefined && withoutSpaces(sql) === withoutSpaces(wanted)) continue;
      db.exec(`drop view if exists "${name}"; ${wanted}`);
    }
  }).immediate();
}

function withoutSpaces(sql: string): string {
  return sql.replaceAll(/\s+/g, '').toLowerCase();
}

function openDatabaseFile({
  directory: { databaseFile: path, sealedNotesFile },
  ring,
  mayCreate,
}: {
  readonly directory: DataDirectory;
  readonly ring: OpenKeyRing;
  readonly mayCreate: boolean;
}): Database {
  if (!mayCreate && !existsSync(path)) throw failStore('SH-C101', { why: path });
  let failure: unknown;
  const keys = ring.candidates();
  for (const key of keys) {
    try {
      const db = openEncryptedSqlite({ path, ...key, mustExist: !mayCreate });
      if (keys.length > 1) {
        const notesKeys = keys.map((one) => ring.notesKeys(one));
        resealNotes(sealedNotesFile, notesKeys, ring.notesKeys(key).publicKey);
      }
      ring.settle(key);
      return db;
    } catch (error) {
      if (!hasCode(error, 'SH-F006')) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The names of the migrations that the database has had, in order. */
export function appliedMigrations(db: Database): readonly string[] {
  return db.prepare<[], string>('select name from schema_migration order by number').pluck().all();
}

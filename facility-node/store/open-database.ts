import { readFileSync } from 'node:fs';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { sqliteView, viewName } from '@santehaggui/protocols/records/views.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import {
  assertDurable,
  assertEncrypted,
  openEncryptedSqlite,
  type SqliteCipher,
} from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { readMigrations } from '@santehaggui/runtime/sql/migrations.ts';
import { migrateSqlite } from '@santehaggui/runtime/sql/sqlite-migrations.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Database } from 'better-sqlite3';
import type { DataDirectory } from './data-directory.ts';
import { failStore } from './store-errors.ts';

/** How a node's database is opened. `mayCreate`: only `init` makes a new one. */
export type OpenNodeDatabaseOptions = {
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly log: Log;
  readonly mayCreate?: boolean;
};

/** The raw key of a database and the cipher that it is for. */
export type DatabaseKey = { readonly keyHex: string; readonly cipher: SqliteCipher };

/** The text of the key file: `aegis:` or `chacha20:`, then 64 hex digits. */
export function formatDatabaseKey({ cipher, keyHex }: DatabaseKey): string {
  return `${cipher}:${keyHex}\n`;
}

/** The database key of a data directory. Throws SH-C101 when its file cannot be read or holds none. */
export function readDatabaseKey({ databaseKeyFile }: DataDirectory): DatabaseKey {
  let text: string;
  try {
    text = readFileSync(databaseKeyFile, 'utf8').trim();
  } catch (cause) {
    throw failStore('SH-C101', { why: databaseKeyFile, cause });
  }
  const match = /^(aegis|chacha20):([0-9a-f]{64})$/.exec(text);
  if (match === null) throw failStore('SH-C101', { why: databaseKeyFile });
  return { cipher: match[1] as SqliteCipher, keyHex: match[2] as string };
}

/**
 * Opens the node's database, ready to write: migrated, with the catalogue's views, proven durable after a write and proven
 * encrypted. Throws SH-C101 when there is none, SH-F006 when the key does not open it, SH-F001 to SH-F005 as their names say.
 */
export async function openNodeDatabase({
  directory,
  clock,
  log,
  mayCreate = false,
}: OpenNodeDatabaseOptions): Promise<Database> {
  const key = readDatabaseKey(directory);
  const migrations = await readMigrations(new URL('./migrations/', import.meta.url));
  const db = openDatabaseFile({ path: directory.databaseFile, key, mayCreate });
  try {
    // Pages decrypted once are kept: 32 MB. A checkpoint every 16 MB and not every 4 writes a page that many records share
    // once instead of four times.
    db.pragma('cache_size = -32768');
    db.pragma('wal_autocheckpoint = 4000');
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

/** A second connection that only reads, for work that must not keep the first one busy. */
export function openReader(directory: DataDirectory): Database {
  return openEncryptedSqlite({ path: directory.databaseFile, ...readDatabaseKey(directory), isReadOnly: true });
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
  path,
  key,
  mayCreate,
}: {
  readonly path: string;
  readonly key: DatabaseKey;
  readonly mayCreate: boolean;
}): Database {
  try {
    return openEncryptedSqlite({ path, ...key, mustExist: !mayCreate });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_CANTOPEN')
      throw failStore('SH-C101', { why: path, cause: error });
    throw error;
  }
}

/** The names of the migrations that the database has had, in order. */
export function appliedMigrations(db: Database): readonly string[] {
  return db.prepare<[], string>('select name from schema_migration order by number').pluck().all();
}

import Database from 'better-sqlite3';

/**
 * A database of the same driver without a cipher, as durable as ours (WAL, `synchronous=FULL`) and otherwise as the driver
 * makes it: what the encrypted one is measured against.
 */
export const openPlainSqlite = (path: string): Database.Database => {
  const db = new Database(path);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  return db;
};

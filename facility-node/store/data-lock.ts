import Database from 'better-sqlite3';
import { failStore } from './store-errors.ts';

/**
 * Holds a data directory for one process until disposed of or the process dies, however it dies: the lock is the
 * operating system's, on an SQLite file that never holds a row. Throws SH-K101 when another process has it.
 */
export function lockDataDirectory(lockFile: string): Disposable {
  const db = new Database(lockFile, { timeout: 0 });
  try {
    db.pragma('journal_mode = memory');
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY')
      throw failStore('SH-K101', { why: lockFile, cause: error });
    throw error;
  }
  return { [Symbol.dispose]: () => void db.close() };
}

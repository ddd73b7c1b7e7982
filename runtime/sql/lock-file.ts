import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * Holds a lock for one process until disposed of or the process dies, however it dies: it is the operating system's, on an
 * SQLite file that never holds a row. Undefined when another process has it.
 */
export function holdLockFile(path: string): Disposable | undefined {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = memory');
    db.exec('begin exclusive');
    // SQLite makes files that others can open, and whoever opens this one can hold it.
    chmodSync(path, 0o600);
  } catch (error) {
    db.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => void db.close() };
}

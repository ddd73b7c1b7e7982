import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import { readDatabaseKey } from '../store/open-database.ts';

/**
 * A connection of its own that brings the write-ahead log into the database file, for a thread that may wait for the disk;
 * it is closed when the thread ends.
 */
export class CheckpointStore {
  readonly #db: ReturnType<typeof openEncryptedSqlite>;

  constructor(directory: DataDirectory) {
    this.#db = openEncryptedSqlite({
      path: directory.databaseFile,
      ...readDatabaseKey(directory),
      mustExist: true,
    });
  }

  /** Copies all that no reader still needs where it is; blocks nobody (SQLite, passive checkpoints). */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(passive)');
  }
}

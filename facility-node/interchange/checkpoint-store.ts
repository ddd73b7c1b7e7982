import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import type { DatabaseFile } from '../store/key-ring.ts';

/**
 * A connection of its own that brings the write-ahead log into the database file, for a thread that may wait for the disk;
 * it is closed when the thread ends.
 */
export class CheckpointStore {
  readonly #db: ReturnType<typeof openEncryptedSqlite>;

  constructor(file: DatabaseFile) {
    this.#db = openEncryptedSqlite({ ...file, mustExist: true });
  }

  /** Copies all that no reader still needs where it is; blocks nobody (SQLite, passive checkpoints). */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(passive)');
  }
}

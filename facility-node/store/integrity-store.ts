import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import type { DatabaseFile } from './key-ring.ts';

/**
 * What is wrong with a database, on a connection of its own that only reads: every page is read, so that its authentication
 * finds a flipped bit, and the structure and foreign keys are checked. Empty when all is well.
 */
export function faultsOf(file: DatabaseFile): readonly string[] {
  try {
    const db = openEncryptedSqlite({ ...file, isReadOnly: true });
    try {
      const lines = db.prepare<[], string>('pragma integrity_check(5)').pluck().all();
      const orphans = db.prepare<[], { table: string }>('pragma foreign_key_check').all();
      return [
        ...lines.filter((line) => line !== 'ok'),
        ...orphans.slice(0, 5).map(({ table }) => `foreign key: ${table}`),
      ];
    } finally {
      db.close();
    }
  } catch (error) {
    return [(error as Error).message];
  }
}

import { rmSync, statSync } from 'node:fs';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { DigestStore } from '../store/digest-store.ts';
import type { DatabaseFile } from '../store/key-ring.ts';

/** What a database holds, to be compared with what a backup says of itself. */
export type DatabaseContents = {
  /** The digest of the whole, as node and hub compare it (docs/protocol.md, 5.1), in hexadecimal. */
  readonly digest: string;
  /** How many records of each type there are. */
  readonly records: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly auditEntries: number;
};

/**
 * Copies a living database as it is at one moment, under the same key, while others go on writing to it. The driver's own backup
 * cannot copy an encrypted database; `vacuum into` does, and leaves out what was deleted. Gives the bytes.
 */
export function copyDatabase(file: DatabaseFile, to: string): number {
  removeDatabase(to);
  const db = openEncryptedSqlite({ ...file, isReadOnly: true });
  try {
    db.prepare('vacuum into ?').run(to);
  } finally {
    db.close();
  }
  return statSync(to).size;
}

/** Removes a database file and what SQLite lays beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** What a database holds. */
export function contentsOf(file: DatabaseFile): DatabaseContents {
  const db = openEncryptedSqlite({ ...file, isReadOnly: true });
  try {
    const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() as number;
    const types = new DigestStore(db).types();
    const nameOf = (key: string): string => RECORD_TYPES.find(({ number }) => String(number) === key)?.name ?? key;
    return {
      digest: toHex(combineDigests(types)),
      records: Object.fromEntries(types.map(({ key, count: records }) => [nameOf(key), records])),
      changes: count('select count(*) from journal'),
      auditEntries: count('select count(*) from audit_event'),
    };
  } finally {
    db.close();
  }
}

import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { failRuntime } from '../errors/runtime-errors.ts';

/** The ciphers in use: `chacha20` (ChaCha20-Poly1305) anywhere, `aegis` (AEGIS-256) where the processor has AES instructions. */
export type SqliteCipher = 'chacha20' | 'aegis';

/**
 * The cipher for a new database on this machine: AEGIS-256 where the processor has AES instructions (it then costs almost
 * nothing), ChaCha20-Poly1305 elsewhere. `cpuInfo` is Linux's /proc/cpuinfo (`flags` on x86, `Features` on ARM).
 */
export const preferredCipher = (cpuInfo: string = readCpuInfo()): SqliteCipher =>
  /^(?:flags|Features)\s*:.*\baes\b/m.test(cpuInfo) ? 'aegis' : 'chacha20';

const readCpuInfo = (): string => {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
};

/** How an encrypted database is opened. */
export type EncryptedSqliteOptions = {
  readonly path: string;
  /** 32 random bytes as 64 hex digits. Never a passphrase: its salt lies in the file's first sector, and a torn write there loses all. */
  readonly keyHex: string;
  readonly cipher?: SqliteCipher;
  /** Default false: the file is made if it is not there. */
  readonly mustExist?: boolean;
  readonly isReadOnly?: boolean;
  /** How long a statement waits for another connection's lock; default 5,000. */
  readonly busyTimeoutMs?: number;
};

const unlock = (db: Database.Database, keyHex: string, cipher: SqliteCipher): void => {
  if (!/^[0-9a-f]{64}$/i.test(keyHex)) throw new TypeError('the key of a database is 64 hex digits');
  db.pragma(`cipher = '${cipher}'`);
  db.pragma(`key = 'raw:${keyHex}'`);
  try {
    db.prepare('select count(*) from sqlite_schema').get();
  } catch (error) {
    throw (error as { code?: unknown }).code === 'SQLITE_NOTADB' ? failRuntime('SH-F006', { cause: error }) : error;
  }
};

/**
 * Writes once and reads back that the connection writes durably (`synchronous=FULL`). Throws SH-F004.
 * Read back only after a write: this build sets NORMAL by itself when a database turns to WAL.
 */
export const assertDurable = (db: Database.Database): void => {
  const version = Number(db.pragma('user_version', { simple: true }));
  db.pragma(`user_version = ${version}`);
  const synchronous = db.pragma('synchronous', { simple: true });
  const journalMode = db.pragma('journal_mode', { simple: true });
  if (synchronous !== 2 || journalMode !== 'wal') {
    throw failRuntime('SH-F004', { why: `synchronous=${String(synchronous)}, journal_mode=${String(journalMode)}` });
  }
};

/**
 * Opens an encrypted database: WAL, `synchronous=FULL` (asserted after a write), foreign keys on, temporary tables in
 * memory (they would be written in clear). Throws SH-F006 when the key does not open it, SH-F004 when it is not durable.
 */
export const openEncryptedSqlite = (options: EncryptedSqliteOptions): Database.Database => {
  const { path, keyHex, cipher = 'chacha20', mustExist = false, isReadOnly = false, busyTimeoutMs = 5000 } = options;
  const db = new Database(path, {
    readonly: isReadOnly,
    fileMustExist: mustExist || isReadOnly,
    timeout: busyTimeoutMs,
  });
  try {
    unlock(db, keyHex, cipher);
    db.pragma('temp_store = memory');
    db.pragma('foreign_keys = on');
    if (!isReadOnly) {
      db.pragma('journal_mode = wal');
      db.pragma('synchronous = full');
      assertDurable(db);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const plainHeader = Buffer.from('SQLite format 3\0', 'latin1');

const readAt = (path: string, offset: number, length: number): Buffer => {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Proves that the open database (of a file) is written encrypted: its header is not that of a plain one, and a random
 * text written to a scratch table is found neither in the WAL nor, after a checkpoint, in the page that holds it.
 * Throws SH-F005. A driver without ciphers ignores the key without an error: this is what notices it.
 */
export const assertEncrypted = (db: Database.Database): void => {
  const path = db.name;
  const canary = randomBytes(24).toString('hex');
  const fail = (where: string): never => {
    throw failRuntime('SH-F005', {
      why: { fr: `texte clair trouvé dans ${where}`, en: `clear text found in ${where}` },
    });
  };
  db.exec('drop table if exists encryption_self_test; create table encryption_self_test (canary text not null) strict');
  try {
    db.prepare('insert into encryption_self_test (canary) values (?)').run(canary);
    const walPath = `${path}-wal`;
    if (existsSync(walPath) && readFileSync(walPath).includes(canary)) fail(walPath);
    db.pragma('wal_checkpoint(truncate)');
    const pageSize = Number(db.pragma('page_size', { simple: true }));
    const rootPage = db.prepare("select rootpage from sqlite_schema where name = 'encryption_self_test'").pluck().get();
    if (readAt(path, (Number(rootPage) - 1) * pageSize, pageSize).includes(canary)) fail(path);
  } finally {
    db.exec('drop table if exists encryption_self_test');
  }
  if (readAt(path, 0, plainHeader.length).equals(plainHeader)) fail(path);
};

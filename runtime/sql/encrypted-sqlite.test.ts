import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { assertDurable, assertEncrypted, openEncryptedSqlite, preferredCipher } from './encrypted-sqlite.ts';

const keyHex = 'c0ffee00'.repeat(8);
const otherKey = 'c0ffee01'.repeat(8);
const secret = 'Fatoumata Coulibaly';

describe.each(['chacha20', 'aegis'] as const)('an encrypted database (%s)', (cipher) => {
  const inDirectory = async (work: (path: string, directory: string) => void): Promise<void> => {
    await using directory = await temporaryDirectory();
    work(join(directory.path, 'node.db'), directory.path);
  };

  it('gives back what was written, to who has the key', () =>
    inDirectory((path) => {
      const db = openEncryptedSqlite({ path, keyHex, cipher });
      db.exec(`create table person (name text); insert into person values ('${secret}')`);
      db.close();
      const again = openEncryptedSqlite({ path, keyHex: keyHex.toUpperCase(), cipher, mustExist: true });
      expect(again.prepare('select name from person').pluck().get()).toBe(secret);
      again.close();
    }));

  it('opens neither with another key nor with another cipher nor without any', () =>
    inDirectory((path) => {
      const db = openEncryptedSqlite({ path, keyHex, cipher });
      db.exec('create table person (name text)');
      db.close();
      const refusal = expect.objectContaining({ code: 'SH-F006', kind: 'fatal' });
      expect(() => openEncryptedSqlite({ path, keyHex: otherKey, cipher })).toThrow(refusal);
      expect(() => openEncryptedSqlite({ path, keyHex, cipher: cipher === 'aegis' ? 'chacha20' : 'aegis' })).toThrow(
        refusal,
      );
      expect(() => openEncryptedSqlite({ path, keyHex: otherKey, cipher, isReadOnly: true })).toThrow(refusal);
      const plain = new Database(path);
      expect(() => plain.prepare('select * from person').all()).toThrow('not a database');
      plain.close();
    }));

  it('shows nothing of what it holds, in any file, before or after a checkpoint', () =>
    inDirectory((path, directory) => {
      const db = openEncryptedSqlite({ path, keyHex, cipher });
      const bytes = (): Buffer =>
        Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
      db.exec('create table person (name text)');
      for (let row = 0; row < 200; row += 1) db.prepare('insert into person values (?)').run(`${secret} ${row}`);
      expect(existsSync(`${path}-wal`)).toBe(true);
      expect(bytes().includes(secret)).toBe(false);
      db.pragma('wal_checkpoint(truncate)');
      assertEncrypted(db);
      expect(bytes().includes(secret)).toBe(false);
      expect(db.prepare("select count(*) from sqlite_schema where name like 'encryption%'").pluck().get()).toBe(0);
      db.close();
      expect(bytes().includes(secret)).toBe(false);
    }));

  it('writes every commit to the disk on each connection, the second and the copied one too', () =>
    inDirectory((path, directory) => {
      const db = openEncryptedSqlite({ path, keyHex, cipher });
      const second = openEncryptedSqlite({ path, keyHex, cipher });
      db.prepare('vacuum into ?').run(join(directory, 'copy.db'));
      const copied = openEncryptedSqlite({ path: join(directory, 'copy.db'), keyHex, cipher });
      for (const connection of [db, second, copied]) {
        connection.exec('create table if not exists t (a); insert into t values (1)');
        expect(connection.pragma('synchronous', { simple: true })).toBe(2);
        expect(connection.pragma('journal_mode', { simple: true })).toBe('wal');
        expect(connection.pragma('temp_store', { simple: true })).toBe(2);
        expect(connection.pragma('foreign_keys', { simple: true })).toBe(1);
        expect(connection.pragma('busy_timeout', { simple: true })).toBe(5000);
      }
      for (const connection of [db, second, copied]) connection.close();
    }));

  it('is refused when a bit of it has turned, rather than read wrong', () =>
    inDirectory((path, directory) => {
      const db = openEncryptedSqlite({ path, keyHex, cipher });
      db.exec('create table person (name text)');
      for (let row = 0; row < 500; row += 1) db.prepare('insert into person values (?)').run(`${secret} ${row}`);
      db.close();
      const bytes = readFileSync(path);
      const turned = join(directory, 'turned.db');
      copyFileSync(path, turned);
      const at = 4096 * 2 + 1000;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(turned, bytes);
      const damaged = openEncryptedSqlite({ path: turned, keyHex, cipher });
      expect(() => damaged.prepare('select * from person').all()).toThrow(/malformed|not a database/);
      damaged.close();
    }));
});

describe('opening', () => {
  it('does not make a file that must exist, nor take a key that is none', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'node.db');
    expect(() => openEncryptedSqlite({ path, keyHex, mustExist: true })).toThrow('unable to open');
    expect(() => openEncryptedSqlite({ path, keyHex, isReadOnly: true })).toThrow('unable to open');
    for (const bad of ['', 'secret', keyHex.slice(1), `${keyHex.slice(2)}zz`, `${keyHex.slice(1)}'`]) {
      expect(() => openEncryptedSqlite({ path, keyHex: bad })).toThrow('64 hex digits');
    }
  });

  it('opens for reading alone what another connection writes', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'node.db');
    const db = openEncryptedSqlite({ path, keyHex });
    db.exec('create table t (a); insert into t values (1)');
    const reader = openEncryptedSqlite({ path, keyHex, isReadOnly: true });
    expect(reader.prepare('select a from t').pluck().get()).toBe(1);
    expect(() => reader.exec('insert into t values (2)')).toThrow('readonly');
    reader.close();
    db.close();
  });
});

describe('the self-tests', () => {
  it('refuse a connection that does not write to the disk at each commit', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'node.db');
    const db = openEncryptedSqlite({ path, keyHex });
    db.pragma('user_version = 7');
    assertDurable(db);
    expect(db.pragma('user_version', { simple: true })).toBe(7);
    db.pragma('synchronous = normal');
    expect(() => assertDurable(db)).toThrow(
      expect.objectContaining({ code: 'SH-F004', why: expect.stringContaining('synchronous=1') }),
    );
    db.close();
    const careless = new Database(join(directory.path, 'careless.db'));
    careless.pragma('journal_mode = wal');
    expect(() => assertDurable(careless)).toThrow(expect.objectContaining({ code: 'SH-F004' }));
    careless.close();
  });

  it.each(['wal', 'delete'])('refuse a database in clear (journal %s)', async (mode) => {
    await using directory = await temporaryDirectory();
    const db = new Database(join(directory.path, 'plain.db'));
    db.pragma(`journal_mode = ${mode}`);
    const foundIn = { en: `clear text found in ${db.name}${mode === 'wal' ? '-wal' : ''}` };
    expect(() => assertEncrypted(db)).toThrow(
      expect.objectContaining({ code: 'SH-F005', why: expect.objectContaining(foundIn) }),
    );
    expect(db.prepare('select count(*) from sqlite_schema').pluck().get()).toBe(0);
    db.close();
  });
});

it('prefers AEGIS where the processor says it has AES instructions, and ChaCha20 elsewhere', () => {
  expect(preferredCipher('processor\t: 0\nflags\t\t: fpu sse4_2 aes avx\n')).toBe('aegis');
  expect(preferredCipher('Features\t: fp asimd aes pmull sha1\n')).toBe('aegis');
  expect(preferredCipher('Features\t: fp asimd evtstrm crc32\n')).toBe('chacha20');
  expect(preferredCipher('')).toBe('chacha20');
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { viewName } from '@santehaggui/protocols/records/views.ts';
import { describe, expect, it } from 'vitest';
import { dataDirectory } from './data-directory.ts';
import { lockDataDirectory } from './data-lock.ts';
import { makeViews, openNodeDatabase } from './open-database.ts';
import { openTestStore } from './testing/test-store.ts';

describe('openNodeDatabase', () => {
  it('writes with synchronous=FULL and in WAL', async () => {
    await using node = await openTestStore();
    node.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: 'A', givenName: 'B' }),
    );
    expect(node.db.pragma('synchronous', { simple: true })).toBe(2);
    expect(node.db.pragma('journal_mode', { simple: true })).toBe('wal');
  });

  it('leaves no name readable in any file', async () => {
    await using node = await openTestStore();
    const canary = 'Canari-Bandiagara-7731';
    node.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: canary, givenName: 'B' }),
    );
    const folder = dirname(node.directory.databaseFile);
    const files = () => readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    expect(files().length).toBeGreaterThan(1);
    expect(files().some((bytes) => bytes.includes(canary))).toBe(false);
    node.db.pragma('wal_checkpoint(truncate)');
    expect(
      files().some((bytes) => bytes.includes(canary) || bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3'),
    ).toBe(false);
  });

  it('refuses another key', async () => {
    await using node = await openTestStore();
    node.db.close();
    await using other = await openTestStore();
    const { directory, clock, log } = node;
    await expect(openNodeDatabase({ directory, ring: other.ring, clock, log: log.log })).rejects.toMatchObject({
      code: 'SH-F006',
    });
    await node.reopen();
  });

  it('refuses a directory where nothing was made', async () => {
    await using node = await openTestStore();
    const { clock, log, ring } = node;
    const directory = dataDirectory(join(node.directory.root, 'elsewhere'));
    await expect(openNodeDatabase({ directory, ring, clock, log: log.log })).rejects.toMatchObject({ code: 'SH-C101' });
  });

  it('has a view for every record type, and replaces one whose declaration has changed', async () => {
    await using node = await openTestStore();
    const views = node.db.prepare("select name from sqlite_schema where type = 'view'").pluck().all();
    expect(views).toEqual(expect.arrayContaining(RECORD_TYPES.map(viewName)));
    node.db.exec('drop view patient; create view patient as select id from record where type = 1');
    makeViews(node.db);
    expect(node.db.prepare('select family_name from patient').all()).toEqual([]);
    const version = node.db.pragma('schema_version', { simple: true });
    makeViews(node.db);
    expect(node.db.pragma('schema_version', { simple: true })).toBe(version);
  });

  it('applies a migration once and keeps what was recorded', async () => {
    await using node = await openTestStore();
    const id = node.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: 'A', givenName: 'B' }),
    );
    await node.reopen();
    expect(node.store.record(id)?.fields).toEqual({ familyName: 'A', givenName: 'B' });
  });
});

describe('lockDataDirectory', () => {
  it('lets one in at a time', async () => {
    await using node = await openTestStore();
    const { lockFile } = node.directory;
    {
      using lock = lockDataDirectory(lockFile);
      expect(lock).toBeDefined();
      expect(() => lockDataDirectory(lockFile)).toThrowError(
        expect.objectContaining({ code: 'SH-K101', exitCode: 75 }),
      );
    }
    lockDataDirectory(lockFile)[Symbol.dispose]();
  });
});

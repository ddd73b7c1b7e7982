import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBackupKey, sealBackupHead } from '@santehaggui/protocols/backup/backup-file.ts';
import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { signKeysFromSeed } from '@santehaggui/protocols/crypto/sodium.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { NumberingService } from '../resources/numbering-service.ts';
import { type DataDirectory, dataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import { ringOpenedByFile } from '../store/key-ring.ts';
import { IdentityKeeper } from '../store/node-identity.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { readHead } from './backup-content.ts';
import { type BackupOpening, restoreNode } from './restore-node.ts';
import { endInterruptedRestore, takeUpRestored } from './restored-node.ts';
import { addPatients, type BackupNode, openBackupNode, testHubKeys } from './testing/backup-node.ts';

const byHub: BackupOpening = {
  by: 'hub',
  ask: async ({ header }) => openBackupKey(header, 'hub', testHubKeys()) as Uint8Array,
};

const put = (file: string, root: string, opening: BackupOpening, mayReplace = false) =>
  restoreNode({ directory: dataDirectory(root), file, opening, mayReplace, clock: systemClock });

/** Opens a data directory as the daemon's start does, and counts its patients. */
const patientsIn = async (directory: DataDirectory): Promise<number> => {
  endInterruptedRestore(directory);
  const ring = ringOpenedByFile(directory);
  const db = await openNodeDatabase({ directory, ring, clock: systemClock, log: recordingLog().log });
  try {
    return db.prepare<[], number>('select count(*) from patient').pluck().get() as number;
  } finally {
    db.close();
  }
};

/** A node with 20 patients in its backup and 25 on its disk, which stands still. */
const stoppedNode = async (folder: string): Promise<AsyncDisposable & BackupNode & { file: string; root: string }> => {
  const made = await openBackupNode();
  const { file } = await made.backups.create(folder);
  addPatients(made.node, 5);
  made.node.db.close();
  return { ...made, file, root: made.node.directory.root, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
};

describe('restoreNode', () => {
  it('makes a node of a backup on a new machine, by the words or through the hub', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    for (const opening of [{ by: 'recovery', words: stopped.words }, byHub] as const) {
      const root = join(folder.path, opening.by);
      const report = await put(stopped.file, root, opening);
      expect(report).toMatchObject({ facility: 'cscom_sangha', aside: null, opens: 'unattended' });
      const directory = dataDirectory(root);
      expect(new IdentityKeeper(directory).current()).toEqual(stopped.identity.current());
      expect(await patientsIn(directory)).toBe(20);
      // The key file was on the lost disk: this one is another.
      expect(readFileSync(directory.unlockFile)).not.toEqual(readFileSync(stopped.node.directory.unlockFile));
      expect(
        ringOpenedByFile(directory)
          .unlockers()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual([...['hub', 'key-file', 'recovery']]);
      expect(existsSync(directory.restoreFolder)).toBe(false);
    }
  });

  it('puts the node that is there aside, whole, and only when told to', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    const { root, file, words } = stopped;
    await expect(put(file, root, { by: 'recovery', words })).rejects.toMatchObject({ code: 'SH-K212' });
    const lock = lockDataDirectory(dataDirectory(root).lockFile);
    await expect(put(file, root, { by: 'recovery', words }, true)).rejects.toMatchObject({ code: 'SH-K101' });
    lock[Symbol.dispose]();
    expect(await patientsIn(dataDirectory(root))).toBe(25);
    mkdirSync(join(root, 'notes'), { recursive: true });
    writeFileSync(join(root, 'notes', 'sealed'), 'note');
    const { aside } = await put(file, root, { by: 'recovery', words }, true);
    expect(await patientsIn(dataDirectory(root))).toBe(20);
    expect(await patientsIn(dataDirectory(aside as string))).toBe(25);
    expect(readFileSync(join(aside as string, 'notes', 'sealed'), 'utf8')).toBe('note');
  });

  it('changes nothing for wrong words, a damaged file, another node’s backup or a head that another has signed', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    await using other = await openBackupNode({ code: 'cscom_dourou' });
    const { root, file, words } = stopped;
    const filesOf = () =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== 'database/lock')
        .sort();
    const before = filesOf();
    const strange = await other.backups.create(folder.path);
    const damaged = join(folder.path, 'damaged.shbackup');
    writeFileSync(damaged, readFileSync(file).fill(7, 9000, 9100));
    const forged = join(folder.path, 'forged.shbackup');
    const head = readHead(file);
    const { header } = head;
    const key = openBackupKey(header, 'hub', testHubKeys()) as Uint8Array;
    const { bytes } = sealBackupHead(
      { ...header, facility: 'cscom_sangha' },
      {
        key,
        receivers: [{ to: 'hub', since: header.createdAt, publicKey: testHubKeys().publicKey }],
        signKeys: signKeysFromSeed(fromHex('ab'.repeat(32))),
      },
    );
    writeFileSync(forged, Buffer.concat([bytes, readFileSync(file).subarray(head.length)]));
    const attempts: readonly (readonly [string, BackupOpening, string])[] = [
      [file, { by: 'recovery', words: other.words }, 'SH-A210'],
      [file, { by: 'recovery', words: 'pas des mots' }, 'SH-A210'],
      [damaged, { by: 'recovery', words }, 'SH-I210'],
      [strange.file, { by: 'recovery', words: other.words }, 'SH-K211'],
      [forged, byHub, 'SH-I210'],
      [join(folder.path, 'missing'), byHub, 'SH-N210'],
    ];
    for (const [path, opening, code] of attempts)
      await expect(put(path, root, opening, true), code).rejects.toMatchObject({ code });
    expect(filesOf()).toEqual(before);
    expect(await patientsIn(dataDirectory(root))).toBe(25);
  });

  it('keeps what the node has become since: its hub', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    const { root, file } = stopped;
    const identity = new IdentityKeeper(dataDirectory(root));
    const hub = {
      ...{ url: 'https://hub.example', signKey: 'ab'.repeat(32), sealKey: 'cd'.repeat(32), facilityId: 'x' },
      ...{ name: 'CSCOM de Sangha', region: 'mopti', fingerprintWords: ['un'] },
    };
    identity.joinHub(hub);
    await put(file, root, byHub, true);
    expect(new IdentityKeeper(dataDirectory(root)).current().hub).toEqual(hub);
  });

  it('is told at the first start alone: in the audit trail, and printed numbers go on after the next thousand', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    const root = join(folder.path, 'new');
    await put(stopped.file, root, byHub);
    const directory = dataDirectory(root);
    const ring = ringOpenedByFile(directory);
    const db = await openNodeDatabase({ directory, ring, clock: systemClock, log: recordingLog().log });
    const audit = new AuditService({ db, clock: systemClock });
    const facility = { code: 'cscom_sangha', name: '', recordId: () => null };
    const numbering = new NumberingService({ db, incarnation: '000000000001', facility });
    const before = numbering.next('patient');
    const clock = systemClock;
    const store = { db };
    for (let start = 0; start < 2; start++) takeUpRestored(directory, { store, clock, audit, numbering });
    expect([before, numbering.next('patient')]).toEqual([
      expect.stringMatching(/-00001-/),
      expect.stringMatching(/-01001-/),
    ]);
    expect(audit.eventsAfter(0, 10).filter(({ recordType }) => recordType === 'backup')).toMatchObject([
      { action: 'export' },
      { action: 'import', detail: { by: 'hub' } },
    ]);
    db.close();
  });

  it('goes on from wherever it was cut off, to the new node, once all lay ready', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    const { root, file } = stopped;
    const whole = join(folder.path, 'whole');
    cpSync(root, whole, { recursive: true });
    await put(file, whole, byHub, true);
    // As a kill leaves it: some pieces are in their place, the others still lie ready.
    for (const done of [[], ['database/node.db'], ['database/node.db', 'keys']]) {
      const cut = join(folder.path, `cut-${done.length}`);
      cpSync(root, cut, { recursive: true });
      const ready = { aside: 'aside', restored: { backupOf: readHead(file).header.createdAt, bytes: 1, by: 'hub' } };
      mkdirSync(join(cut, 'restore'), { recursive: true });
      writeFileSync(join(cut, 'restore', 'ready.json'), JSON.stringify(ready));
      for (const name of ['database/node.db', 'keys', 'identity']) {
        const isDone = done.includes(name);
        if (isDone) rmSync(join(cut, name), { recursive: true });
        cpSync(join(whole, name), join(cut, isDone ? '' : 'restore', name), { recursive: true });
      }
      expect(await patientsIn(dataDirectory(cut)), String(done.length)).toBe(20);
      expect(existsSync(join(cut, 'restore'))).toBe(false);
    }
    // And one that was cut off before leaves the node as it was.
    mkdirSync(join(root, 'restore', 'database'), { recursive: true });
    writeFileSync(join(root, 'restore', 'database', 'node.db'), 'half');
    expect(await patientsIn(dataDirectory(root))).toBe(25);
    expect(existsSync(join(root, 'restore'))).toBe(false);
  });

  it('goes on where it was cut off between putting aside and putting in place, also when it is begun again by hand', async () => {
    await using folder = await temporaryDirectory();
    await using stopped = await stoppedNode(folder.path);
    const { root, file } = stopped;
    const whole = join(folder.path, 'whole');
    cpSync(root, whole, { recursive: true });
    await put(file, whole, byHub, true);
    const ready = { aside: 'aside', restored: { backupOf: readHead(file).header.createdAt, bytes: 1, by: 'hub' } };
    mkdirSync(join(root, 'restore'), { recursive: true });
    writeFileSync(join(root, 'restore', 'ready.json'), JSON.stringify(ready));
    for (const name of ['database/node.db', 'keys', 'identity'])
      cpSync(join(whole, name), join(root, 'restore', name), { recursive: true });
    mkdirSync(join(root, 'aside'));
    mkdirSync(join(root, 'notes'), { recursive: true });
    writeFileSync(join(root, 'notes', 'sealed'), 'a note');
    for (const name of ['notes', 'keys']) renameSync(join(root, name), join(root, 'aside', name));
    await put(file, root, byHub, true);
    expect(await patientsIn(dataDirectory(root))).toBe(20);
    expect(readFileSync(join(root, 'aside', 'notes', 'sealed'), 'utf8')).toBe('a note');
    expect(existsSync(join(root, 'aside', 'keys', 'ring.json'))).toBe(true);
  });
});

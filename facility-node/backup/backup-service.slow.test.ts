import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openBackupKey } from '@santehaggui/protocols/backup/backup-file.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { AttachmentStore } from '../store/attachment-store.ts';
import { readHead, unpackBackup } from './backup-content.ts';
import { BackupStore } from './backup-store.ts';
import { addPatients, openBackupNode, testHubKeys } from './testing/backup-node.ts';

const DAY_MS = 24 * 3600_000;

describe('BackupService', () => {
  it('makes a backup that holds the node as it was, and shows nothing of it to whoever finds the stick', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    const { node, backups, identity } = made;
    const answer = await backups.create(folder.path);
    expect(answer).toMatchObject({
      facility: 'cscom_sangha',
      contents: { records: { patient: 20 }, changes: 21, auditEntries: 1 },
      removed: [],
    });
    expect(readdirSync(folder.path)).toEqual([basename(answer.file)]);
    const bytes = readFileSync(answer.file);
    const { signSeed } = identity.current();
    for (const secret of ['Canari', signSeed, node.ring.current().keyHex]) expect(bytes.includes(secret)).toBe(false);
    expect(backups.state()).toMatchObject({ lastGoodAt: node.clock.now(), failure: undefined });
    expect(readdirSync(join(node.directory.root, 'backup'))).toEqual([]);
  });

  it('is opened by the recovery words and by the hub, and by nobody else’s words', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    await using other = await openBackupNode({ code: 'cscom_dourou' });
    const { file } = await made.backups.create(folder.path);
    const key = openBackupKey(readHead(file).header, 'hub', testHubKeys());
    const manifest = await unpackBackup(file, key as Uint8Array, join(folder.path, 'out.db'));
    expect(manifest.databaseKey).toEqual(made.node.ring.current());
    expect(await other.backups.verify(file, made.words)).toMatchObject({ facility: 'cscom_sangha' });
    await expect(other.backups.verify(file)).rejects.toMatchObject({ code: 'SH-A210' });
    await expect(other.backups.verify(file, other.words)).rejects.toMatchObject({ code: 'SH-A210' });
  });

  it('holds the content of attachments', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    const { store, db } = made.node;
    const bytes = randomBytes(90_000);
    const attachments = new AttachmentStore(store);
    const id = store.transact({ author: null, role: 'system' }, (tx) =>
      tx.create(documentReference, { title: 'Radio' }),
    );
    attachments.handIn(id, { size: bytes.length, bytes });
    const { file } = await made.backups.create(folder.path);
    const key = openBackupKey(readHead(file).header, 'hub', testHubKeys());
    const unpacked = join(folder.path, 'out.db');
    const { databaseKey } = await unpackBackup(file, key as Uint8Array, unpacked);
    const copy = openEncryptedSqlite({ path: unpacked, ...databaseKey, isReadOnly: true });
    const kept = 'select bytes from attachment_piece where record_id = ? order by at';
    const read = (from: typeof db) => Buffer.concat(from.prepare<[string], Buffer>(kept).pluck().all(id));
    expect(Buffer.compare(read(copy), bytes)).toBe(0);
    copy.close();
  });

  it('takes one moment while others go on writing', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode({ patients: 300 });
    const running = made.backups.create(folder.path);
    expect(made.backups.isRunning()).toBe(true);
    let isDone = false;
    const settled = running.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      addPatients(made.node, 5);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { contents } = await settled;
    const records = contents.records.patient ?? 0;
    expect(records).toBeGreaterThanOrEqual(300);
    // The first change of a node's start opens its chain.
    expect(contents.changes).toBe(records + 1);
    expect(made.node.db.prepare('select count(*) from patient').pluck().get()).toBeGreaterThan(records);
  });

  it('finds any damage: a bit, a missing end, another head', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    const { file } = await made.backups.create(folder.path);
    const good = readFileSync(file);
    const { length } = readHead(file);
    const tampered = join(folder.path, 'tampered.shbackup');
    for (const at of [3, length - 1, length + 10, Math.floor(good.length / 2), good.length - 1]) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(tampered, bytes);
      const code = at < length ? 'SH-I210' : /^SH-I210$/;
      await expect(made.backups.verify(tampered, made.words)).rejects.toMatchObject({
        code: expect.stringMatching(code),
      });
    }
    writeFileSync(tampered, good.subarray(0, good.length - 5));
    await expect(made.backups.verify(tampered)).rejects.toMatchObject({ code: 'SH-I210' });
    expect(made.backups.list(folder.path).backups).toHaveLength(2);
    writeFileSync(tampered, 'no backup');
    expect(made.backups.list(folder.path).unreadable).toEqual(['tampered.shbackup']);
    expect(readdirSync(join(made.node.directory.root, 'backup'))).toEqual([]);
  });

  it('keeps one a day, and never touches what another node has laid beside', async () => {
    await using folder = await temporaryDirectory();
    await using other = await openBackupNode({ code: 'cscom_dourou' });
    const strange = await other.backups.create(folder.path);
    await using made = await openBackupNode({ folder: folder.path, retention: { days: 2, weeks: 0 } });
    expect(made.backups.isOverdue()).toBe(true);
    const files: string[] = [];
    for (let night = 0; night < 4; night++) {
      files.push((await made.backups.create()).file);
      expect(made.backups.isOverdue()).toBe(false);
      await made.node.clock.advance(DAY_MS);
    }
    expect(files.map(existsSync)).toEqual([false, false, true, true]);
    expect(existsSync(strange.file)).toBe(true);
    expect(made.backups.list().backups.map(({ isOwn }) => isOwn)).toEqual([true, true, false]);
    expect(made.backups.list().backups[0]?.opens.map(({ by }) => by)).toEqual(['recovery', 'hub']);
  });

  it('takes no file for the one that it has looked at whose end is missing, and keeps for its sake none the less', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode({ folder: folder.path, retention: { days: 1, weeks: 0 } });
    const { file } = await made.backups.create();
    expect(made.backups.list().backups[0]?.verifiedAt).not.toBeNull();
    const copy = join(folder.path, 'copie.shbackup');
    writeFileSync(copy, readFileSync(file).subarray(0, -1000));
    const told = made.backups.list().backups.map(({ file: name, verifiedAt }) => [name, verifiedAt !== null]);
    expect(new Map(told as [string, boolean][])).toEqual(
      new Map([
        [basename(file), true],
        ['copie.shbackup', false],
      ]),
    );
    await made.node.clock.advance(DAY_MS);
    await made.backups.create();
    expect([file, copy].map(existsSync)).toEqual([false, true]);
  });

  it('keeps the one that was just made, and says when the last was, by a clock that shows another year', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode({ folder: folder.path, retention: { days: 1, weeks: 0 } });
    const { clock } = made.node;
    const right = clock.now();
    clock.setNow(Date.UTC(2030, 0, 1));
    const ahead = await made.backups.create();
    clock.setNow(right);
    expect([made.backups.isOverdue(), made.backups.state().lastGoodAt]).toEqual([true, undefined]);
    const now = await made.backups.create();
    expect([made.backups.isOverdue(), made.backups.state().lastGoodAt]).toEqual([false, right]);
    clock.setNow(Date.UTC(1970, 0, 1, 2, 30));
    const behind = await made.backups.create();
    expect([ahead, now, behind].map(({ file }) => existsSync(file))).toEqual([true, false, true]);
    expect(made.backups.isOverdue()).toBe(false);
  });

  it('says why it cannot, leaves nothing behind, and keeps the last good one', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    await expect(made.backups.create()).rejects.toMatchObject({ code: 'SH-C210' });
    const missing = join(folder.path, 'pulled-out');
    await expect(made.backups.create(missing)).rejects.toMatchObject({ code: 'SH-T210' });
    expect(existsSync(missing)).toBe(false);
    expect(made.backups.state().failure).toBe('SH-T210');
    const first = made.backups.create(folder.path);
    await expect(made.backups.create(folder.path)).rejects.toMatchObject({ code: 'SH-T211' });
    await first;
    expect(made.backups.isRunning()).toBe(false);
    rmSync(made.node.directory.databaseFile);
    await made.node.clock.advance(1000);
    await expect(made.backups.create(folder.path)).rejects.toMatchObject({ code: 'SH-T210' });
    expect(readdirSync(folder.path)).toHaveLength(1);
  });

  it('clears away what a kill in the middle has left', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    const cut = join(folder.path, 'cscom_sangha-20260101T000000Z.shbackup');
    const other = join(folder.path, 'cscom_dourou-20260101T000000Z.shbackup.part');
    for (const path of [`${cut}.part`, other]) writeFileSync(path, 'half');
    new BackupStore(made.node.db).begin({ id: 'ab'.repeat(16), file: cut, createdAt: 0, key: new Uint8Array(32) });
    const { file } = await made.backups.create(folder.path);
    expect(readdirSync(folder.path).sort()).toEqual([basename(other), basename(file)]);
  });

  it('seals to nobody whom another program has put into the key ring', async () => {
    await using folder = await temporaryDirectory();
    await using made = await openBackupNode();
    const { keyRingFile } = made.node.directory;
    const ring = JSON.parse(readFileSync(keyRingFile, 'utf8'));
    ring.unlockers.push({ ...ring.unlockers[1], id: 'ab'.repeat(8), publicKey: 'cd'.repeat(32) });
    writeFileSync(keyRingFile, JSON.stringify(ring));
    await made.node.reopen();
    expect(made.node.ring.isGenuine).toBe(false);
    const { node, identity } = made;
    const { BackupService } = await import('./backup-service.ts');
    const forged = new BackupService({
      ...{ db: node.db, ring: node.ring, identity, directory: node.directory, version: '0', folder: folder.path },
      ...{ retention: { days: 1, weeks: 1 }, audit: { append: () => undefined }, clock: node.clock, log: node.log.log },
    });
    await expect(forged.create()).rejects.toMatchObject({ code: 'SH-K180' });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

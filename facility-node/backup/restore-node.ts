import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RestoredBackup } from '@santehaggui/protocols/api/backup-api.ts';
import { type BackupHead, openBackupKey } from '@santehaggui/protocols/backup/backup-file.ts';
import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { syncFolder, writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { type DataDirectory, dataDirectory, makeDataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import { KeyRing, type OpenKeyRing } from '../store/key-ring.ts';
import { IdentityKeeper, type NodeIdentity, writeNodeIdentity } from '../store/node-identity.ts';
import { keysOfFile, keysOfRecoveryWords } from '../store/unlockers.ts';
import { unpackProven } from './backup-check.ts';
import { type BackupManifest, readHead } from './backup-content.ts';
import { failBackup, failWords } from './backup-errors.ts';
import { finishRestore, markReady } from './staged-restore.ts';

/** How a backup is opened: by the words, or by whoever gives its key when shown the head. */
export type BackupOpening =
  | { readonly by: 'recovery'; readonly words: string }
  | { readonly by: 'hub'; readonly ask: (head: BackupHead) => Promise<Uint8Array> };

/** What is put back, and where. */
export type RestoreOptions = {
  readonly directory: DataDirectory;
  readonly file: string;
  readonly opening: BackupOpening;
  /** Whether a node that is there may be put aside. */
  readonly mayReplace: boolean;
  /** The key file of the configuration, where it lies elsewhere. */
  readonly unlockFile?: string | undefined;
  readonly clock: Clock;
};

/**
 * Puts a backup in the place of a data directory's node. It is opened, put beside and proven first; only when all lies ready and
 * durable does it take the node's place, and what was there is kept aside. Interrupted at any point it leaves the node as it was, or
 * is ended by the next start. Throws SH-K101 while a daemon runs there, SH-K212 where a node is and must not be replaced, SH-K211 for
 * another node's backup, SH-A210 when it is not opened, SH-N210, SH-I210, SH-I211. Call after `sodiumReady()`.
 */
export async function restoreNode(options: RestoreOptions): Promise<RestoredBackup> {
  const { directory, file, opening, mayReplace, clock } = options;
  const { root, restoreFolder, identityFile } = directory;
  const head = readHead(file);
  makeDataDirectory(directory);
  using _lock = lockDataDirectory(directory.lockFile);
  finishRestore(directory);
  const present = existsSync(identityFile) ? new IdentityKeeper(directory).current() : undefined;
  if (present !== undefined) checkReplaces(present, head, mayReplace);
  const key = await keyOf(head, opening);

  const staged = dataDirectory(restoreFolder);
  makeDataDirectory(staged);
  try {
    const manifest = await unpackProven(file, key, staged.databaseFile);
    writeSecretFile(staged.identityFile, manifest.identity);
    checkIdentity(new IdentityKeeper(staged).current(), head);
    // It may have been enrolled since: what the node is does not go back.
    if (present?.hub) writeNodeIdentity(staged.identityFile, present);
    // The key of the link may have been replaced since, and whoever opened this backup once has the one in it.
    const identity = new IdentityKeeper(staged);
    if (identity.current().hub !== null) identity.beginLinkKey(toHex(randomBytes(32)));
    if (manifest.configuration !== null) writeSecretFile(staged.configFile, manifest.configuration);
    const opens = putRingBack(staged, manifest, options);
    for (const folder of ['database', 'keys', 'identity', '.']) syncFolder(join(restoreFolder, folder));
    const asideName = `before-restore-${new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
    const aside = isAnythingThere(directory) ? asideName : null;
    const { facility, node, createdAt } = head.header;
    markReady(directory, { aside, restored: { backupOf: createdAt, bytes: statSync(file).size, by: opening.by } });
    finishRestore(directory);
    return {
      ...{ facility, node, createdAt, dataDirectory: root, opens, contents: manifest.contents },
      aside: aside === null ? null : join(root, aside),
    };
  } catch (error) {
    // Nothing has its place yet, or all of it lies ready for the next start.
    if (!existsSync(join(restoreFolder, 'ready.json'))) rmSync(restoreFolder, { recursive: true, force: true });
    throw error;
  }
}

function checkReplaces(present: NodeIdentity, { header }: BackupHead, mayReplace: boolean): void {
  const { node, facility } = present;
  if (node !== header.node || facility.code !== header.facility) {
    throw failBackup('SH-K211', { why: `${header.facility} ≠ ${facility.code}` });
  }
  if (!mayReplace) throw failBackup('SH-K212');
}

/** A header that somebody else has signed does not stand before this node's content. */
function checkIdentity({ node, facility }: NodeIdentity, { header }: BackupHead): void {
  if (node !== header.node || facility.code !== header.facility) throw failBackup('SH-I211', { why: header.facility });
}

async function keyOf(head: BackupHead, opening: BackupOpening): Promise<Uint8Array> {
  if (opening.by === 'hub') return opening.ask(head);
  const keys = keysOfRecoveryWords(opening.words);
  const key = keys === undefined ? undefined : openBackupKey(head.header, 'recovery', keys);
  if (key === undefined) throw failWords(opening.words);
  return key;
}

/**
 * Lays the ring beside the database as it was. Where the node opened by itself and the key file is not there any more, as on another
 * machine, it gets a new one.
 */
function putRingBack(
  staged: DataDirectory,
  { ring: text, databaseKey }: BackupManifest,
  { unlockFile, clock }: RestoreOptions,
): RestoredBackup['opens'] {
  writeSecretFile(staged.keyRingFile, text);
  const ring = KeyRing.read(staged.keyRingFile).openWith([fromHex(databaseKey.keyHex)]);
  if (ring === undefined || !ring.isGenuine) throw failBackup('SH-I211', { why: 'keys/ring.json' });
  if (!ring.unlockers().some(({ kind }) => kind === 'key-file')) return 'staff';
  if (unlockFile === undefined) replaceKeyFile(ring, staged.unlockFile, clock);
  return 'unattended';
}

function replaceKeyFile(ring: OpenKeyRing, path: string, clock: Clock): void {
  writeSecretFile(path, `${toHex(randomBytes(32))}\n`);
  const { publicKey } = keysOfFile(path) as SealKeys;
  const { id } = ring.add({ kind: 'key-file', publicKey }, clock.now());
  ring.remove((one) => one.kind === 'key-file' && one.id !== id);
}

function isAnythingThere({ identityFile, keyRingFile, databaseFile }: DataDirectory): boolean {
  return [identityFile, keyRingFile, databaseFile].some((path) => existsSync(path));
}

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where everything of a node lies. */
export type DataDirectory = {
  readonly root: string;
  readonly configFile: string;
  readonly identityFile: string;
  /** Who can open the database: its key, sealed to each of them. */
  readonly keyRingFile: string;
  /** Where it is to open by itself after a power cut: the file that does so, on this disk or another. */
  readonly unlockFile: string;
  /** What was written while the database was shut. */
  readonly sealedNotesFile: string;
  readonly databaseFile: string;
  /** The LAN server's key and certificate. */
  readonly lanCertificateFile: string;
  /** Where a database is copied to, or put back from a backup, to be looked at; gone afterwards. */
  readonly backupScratchFile: string;
  /** What a backup is put back into before it takes the node's place. */
  readonly restoreFolder: string;
  /** Tells the first start after a backup was put back that it was. */
  readonly restoredNote: string;
  readonly lockFile: string;
  readonly adminSocket: string;
};

/** The files of a data directory; nothing is looked at. */
export function dataDirectory(root: string): DataDirectory {
  return {
    root,
    configFile: join(root, 'config.json'),
    identityFile: join(root, 'identity', 'node.json'),
    keyRingFile: join(root, 'keys', 'ring.json'),
    unlockFile: join(root, 'keys', 'unlock.key'),
    sealedNotesFile: join(root, 'notes', 'sealed'),
    databaseFile: join(root, 'database', 'node.db'),
    lanCertificateFile: join(root, 'lan', 'server.pem'),
    backupScratchFile: join(root, 'backup', 'scratch.db'),
    restoreFolder: join(root, 'restore'),
    restoredNote: join(root, 'backup', 'restored.json'),
    lockFile: join(root, 'database', 'lock'),
    adminSocket: join(root, 'admin.sock'),
  };
}

/** Makes the folders of a data directory, closed to all but their owner. */
export function makeDataDirectory({ root, ...files }: DataDirectory): void {
  const { identityFile, keyRingFile, databaseFile, sealedNotesFile } = files;
  for (const folder of [
    root,
    dirname(identityFile),
    dirname(keyRingFile),
    dirname(databaseFile),
    dirname(sealedNotesFile),
    join(root, 'logs'),
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where everything of a node lies. */
export type DataDirectory = {
  readonly root: string;
  readonly configFile: string;
  readonly identityFile: string;
  readonly databaseKeyFile: string;
  readonly databaseFile: string;
  readonly lockFile: string;
  readonly adminSocket: string;
};

/** The files of a data directory; nothing is looked at. */
export function dataDirectory(root: string): DataDirectory {
  return {
    root,
    configFile: join(root, 'config.json'),
    identityFile: join(root, 'identity', 'node.json'),
    databaseKeyFile: join(root, 'keys', 'database.key'),
    databaseFile: join(root, 'database', 'node.db'),
    lockFile: join(root, 'database', 'lock'),
    adminSocket: join(root, 'admin.sock'),
  };
}

/** Makes the folders of a data directory, closed to all but their owner. */
export function makeDataDirectory({ root, identityFile, databaseKeyFile, databaseFile }: DataDirectory): void {
  for (const folder of [
    root,
    dirname(identityFile),
    dirname(databaseKeyFile),
    dirname(databaseFile),
    join(root, 'logs'),
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

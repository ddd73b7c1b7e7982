import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeSecretFile } from '@santehaggui/runtime/files/durable-file.ts';
import { z } from 'zod';
import type { DataDirectory } from '../store/data-directory.ts';

const readyNote = z.strictObject({
  /** Where what was here is put, relative to the data directory; null where nothing was. */
  aside: z.string().nullable(),
  /** What the first start notes in the audit trail. */
  restored: z.strictObject({ backupOf: z.iso.datetime(), bytes: z.int(), by: z.enum(['recovery', 'hub']) }),
});

/** What is known of a restore once everything lies ready. */
export type ReadyRestore = Readonly<z.infer<typeof readyNote>>;

/**
 * What makes a node, by its place in the data directory. First what may only go: a write-ahead log of the old database beside the
 * new one would destroy it.
 */
const ONLY_ASIDE = ['database/node.db-wal', 'database/node.db-shm', 'lan', 'notes'];
const REPLACED = ['database/node.db', 'keys', 'identity'];
/** Kept where there is one: it says how this machine is set up. */
const IF_MISSING = ['config.json'];

/** Says, durably, that all that a restore puts in place lies ready: from here on it is done, whatever happens. */
export function markReady({ restoreFolder }: DataDirectory, ready: ReadyRestore): void {
  writeSecretFile(join(restoreFolder, 'ready.json'), JSON.stringify(ready));
}

/** Whether a restore was begun here, and not ended. */
export function isRestoreUnfinished({ restoreFolder }: DataDirectory): boolean {
  return existsSync(restoreFolder);
}

/**
 * Ends what an interrupted restore has left: where all lay ready it is put in place, file by file, what was there being put aside;
 * else it is cleared away and the node is as it was. Can itself be interrupted and begun again. The data directory must be locked.
 */
export function finishRestore(directory: DataDirectory): void {
  const { root, restoreFolder, restoredNote } = directory;
  const ready = readReady(restoreFolder);
  if (ready !== undefined) {
    const inPlace = (name: string): string => join(root, name);
    const staged = (name: string): string => join(restoreFolder, name);
    const putAside = (name: string): void => {
      if (ready.aside === null || !existsSync(inPlace(name))) return;
      const aside = join(root, ready.aside, name);
      // Put aside before it was interrupted: who begins again by hand has made an empty folder in its place.
      if (!existsSync(aside) || !isEmptyFolder(inPlace(name))) move(inPlace(name), aside);
    };
    for (const name of ONLY_ASIDE) putAside(name);
    for (const name of REPLACED) {
      // Already in its place where an earlier run was interrupted later.
      if (!existsSync(staged(name))) continue;
      putAside(name);
      move(staged(name), inPlace(name));
    }
    for (const name of IF_MISSING)
      if (existsSync(staged(name)) && !existsSync(inPlace(name))) move(staged(name), inPlace(name));
    mkdirSync(dirname(restoredNote), { recursive: true, mode: 0o700 });
    writeSecretFile(restoredNote, JSON.stringify(ready.restored));
    rmSync(join(restoreFolder, 'ready.json'));
    syncFolder(restoreFolder);
  }
  rmSync(restoreFolder, { recursive: true, force: true });
}

/** What the first start after a restore is to note; undefined at any other. */
export function readRestoredNote({ restoredNote }: DataDirectory): ReadyRestore['restored'] | undefined {
  return existsSync(restoredNote)
    ? readyNote.shape.restored.parse(JSON.parse(readFileSync(restoredNote, 'utf8')))
    : undefined;
}

/** It is noted. */
export function forgetRestoredNote({ restoredNote }: DataDirectory): void {
  rmSync(restoredNote, { force: true });
}

function readReady(restoreFolder: string): ReadyRestore | undefined {
  const path = join(restoreFolder, 'ready.json');
  return existsSync(path) ? readyNote.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

function isEmptyFolder(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).length === 0;
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  renameSync(from, to);
  syncFolder(dirname(to));
  syncFolder(dirname(from));
}

import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BACKUP_SUFFIX, type BackupHead } from '@santehaggui/protocols/backup/backup-file.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { headOf } from './backup-content.ts';
import { failBackup } from './backup-errors.ts';

/** A backup's file in a folder. */
export type BackupFile = { readonly path: string; readonly bytes: number; readonly head: BackupHead };

/** What a node calls a backup: the first 16 bytes of the hash of its head, in hexadecimal. */
export function backupId(headHash: Uint8Array): string {
  return toHex(headHash.slice(0, 16));
}

/** The name of a backup's file: `cscom_sangha-20261126T023000Z.shbackup`. */
export function backupName(facility: string, createdAt: string): string {
  return `${facility}-${createdAt.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}${BACKUP_SUFFIX}`;
}

/** The backups of a folder, the youngest first, and files that are named so and are none. Throws SH-N210 without such a folder. */
export function backupsIn(folder: string): {
  readonly backups: readonly BackupFile[];
  readonly unreadable: readonly string[];
} {
  const found = namesIn(folder).map((name) => ({ path: join(folder, name), head: headOf(join(folder, name)) }));
  const backups = found.flatMap(({ path, head }) =>
    head === undefined ? [] : [{ path, head, bytes: statSync(path).size }],
  );
  return {
    backups: backups.sort((left, right) => (left.head.header.createdAt < right.head.header.createdAt ? 1 : -1)),
    unreadable: found.flatMap(({ path, head }) => (head === undefined ? [basename(path)] : [])),
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(BACKUP_SUFFIX));
  } catch (cause) {
    throw failBackup('SH-N210', { why: folder, cause });
  }
}

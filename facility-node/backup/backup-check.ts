import { faultsOf } from '../store/integrity-store.ts';
import type { DatabaseFile } from '../store/key-ring.ts';
import { type BackupManifest, unpackBackup } from './backup-content.ts';
import { contentsOf } from './backup-copy-store.ts';
import { failBackup } from './backup-errors.ts';

/**
 * Puts the database of a backup back into a file and proves it: every page is read, structure and foreign keys are checked, and its
 * digest, records, changes and audit entries are those that the backup tells. Throws SH-I210, SH-I211.
 */
export async function unpackProven(path: string, key: Uint8Array, databaseTo: string): Promise<BackupManifest> {
  const manifest = await unpackBackup(path, key, databaseTo);
  const file: DatabaseFile = { path: databaseTo, ...manifest.databaseKey };
  const faults = faultsOf(file);
  if (faults.length > 0) throw failBackup('SH-I211', { why: faults.slice(0, 3).join(' ; ') });
  const { contents: told } = manifest;
  const found = contentsOf(file);
  const isSame =
    found.digest === told.digest && found.changes === told.changes && found.auditEntries === told.auditEntries;
  if (!isSame) throw failBackup('SH-I211', { why: `${told.digest} ≠ ${found.digest}` });
  return manifest;
}

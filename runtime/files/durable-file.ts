import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a small secret file (mode 0600) so that a power cut leaves the old one or the new one, never half and never none:
 * written beside, synced, renamed, and the folder synced. The folder must exist.
 */
export function writeSecretFile(path: string, content: string | Uint8Array): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    // Not one write: where the disk is nearly full that takes a part, and says so to nobody.
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** Makes the names in a folder durable: without it a power cut may take a file's new name, or its absence, back. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a small secret file (mode 0600) so that a power cut leaves the old one or the new one, never half and never none:
 * written beside, synced, renamed, and the folder synced. The folder must exist.
 */
export function writeSecretFile(path: string, text: string): void {
  const beside = `${path}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    // Without this a power cut may take the name back.
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

import { holdLockFile } from '@santehaggui/runtime/sql/lock-file.ts';
import { failStore } from './store-errors.ts';

/** Holds a data directory for one process until disposed of. Throws SH-K101 when another process has it. */
export function lockDataDirectory(lockFile: string): Disposable {
  const lock = holdLockFile(lockFile);
  if (lock === undefined) throw failStore('SH-K101', { why: lockFile });
  return lock;
}

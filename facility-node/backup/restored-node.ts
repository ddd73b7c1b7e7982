import type { AuditTrail } from '../people/audit-trail.ts';
import type { NumberingService } from '../resources/numbering-service.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import { finishRestore, forgetRestoredNote, isRestoreUnfinished, readRestoredNote } from './staged-restore.ts';

/** Ends a restore that was interrupted. Throws SH-K101 while it still runs, or another daemon does. */
export function endInterruptedRestore(directory: DataDirectory): void {
  if (!isRestoreUnfinished(directory)) return;
  using _lock = lockDataDirectory(directory.lockFile);
  finishRestore(directory);
}

/** The first start after a backup was put back: it is in the audit trail, and printed numbers go on where none can be on paper yet. */
export function takeUpRestored(
  directory: DataDirectory,
  { audit, numbering }: { readonly audit: AuditTrail; readonly numbering: NumberingService },
): void {
  const restored = readRestoredNote(directory);
  if (restored === undefined) return;
  numbering.skipToNextThousand();
  audit.append({ kind: 'daemon' }, { action: 'import', recordType: 'backup', purpose: 'HOPERAT', detail: restored });
  forgetRestoredNote(directory);
}

import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { NumberingService } from '../resources/numbering-service.ts';
import type { DataDirectory } from '../store/data-directory.ts';
import { lockDataDirectory } from '../store/data-lock.ts';
import type { RecordStore } from '../store/record-store.ts';
import { BackupStore } from './backup-store.ts';
import { finishRestore, forgetRestoredNote, isRestoreUnfinished, readRestoredNote } from './staged-restore.ts';

/** Ends a restore that was interrupted. Throws SH-K101 while it still runs, or another daemon does. */
export function endInterruptedRestore(directory: DataDirectory): void {
  if (!isRestoreUnfinished(directory)) return;
  using _lock = lockDataDirectory(directory.lockFile);
  finishRestore(directory);
}

/** The first start after a backup was put back: that one is its last good one, it is in the audit trail, and printed numbers go on where none can be on paper yet. */
export function takeUpRestored(
  directory: DataDirectory,
  {
    store: { db },
    clock,
    audit,
    numbering,
  }: {
    readonly store: Pick<RecordStore, 'db'>;
    readonly clock: Clock;
    readonly audit: AuditTrail;
    readonly numbering: NumberingService;
  },
): void {
  const restored = readRestoredNote(directory);
  if (restored === undefined) return;
  const { backupOf, bytes } = restored;
  new BackupStore(db).noteRestored(Date.parse(backupOf), { bytes, atMs: clock.now() });
  numbering.skipToNextThousand();
  audit.append({ kind: 'daemon' }, { action: 'import', recordType: 'backup', purpose: 'HOPERAT', detail: restored });
  forgetRestoredNote(directory);
}

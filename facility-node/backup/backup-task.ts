import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DatabaseFile } from '../store/key-ring.ts';
import type { BackupManifest } from './backup-content.ts';
import { failBackup } from './backup-errors.ts';

/** What a thread is to do: make a backup, or look at one. `scratch` is a file that nobody else uses; it is gone afterwards. */
export type BackupTask =
  | {
      readonly kind: 'create';
      readonly database: DatabaseFile;
      readonly scratch: string;
      readonly path: string;
      readonly head: { readonly bytes: Uint8Array; readonly hash: Uint8Array };
      readonly key: Uint8Array;
      readonly manifest: Omit<BackupManifest, 'databaseBytes' | 'contents'>;
    }
  | { readonly kind: 'verify'; readonly path: string; readonly key: Uint8Array; readonly scratch: string };

/** How it ended. */
export type BackupTaskEnd =
  | { readonly kind: 'written'; readonly bytes: number; readonly contents: BackupManifest['contents'] }
  | { readonly kind: 'verified'; readonly contents: BackupManifest['contents']; readonly app: string }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly why: string };

/**
 * Does it in a thread of its own, so that work at the LAN goes on. Throws SH-I210 and SH-I211 where a backup is no good, SH-T210 for
 * what the disk or the medium says.
 */
export async function inThread<Task extends BackupTask>(
  task: Task,
): Promise<Extract<BackupTaskEnd, { kind: Task['kind'] extends 'create' ? 'written' : 'verified' }>> {
  const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: task });
  try {
    const end = await Promise.race([
      once(worker, 'message').then(([message]) => message as BackupTaskEnd),
      once(worker, 'exit').then((): BackupTaskEnd => ({ kind: 'failed', code: undefined, why: 'the thread ended' })),
    ]);
    if (end.kind !== 'failed') return end as never;
    const known = (['SH-I210', 'SH-I211'] as const).find((code) => code === end.code);
    throw failBackup(known ?? 'SH-T210', { why: end.why });
  } finally {
    await worker.terminate();
  }
}

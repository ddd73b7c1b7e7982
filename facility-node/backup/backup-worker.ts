import { parentPort, workerData } from 'node:worker_threads';
import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { writeStickFile } from '@santehaggui/runtime/files/stick.ts';
import { unpackProven } from './backup-check.ts';
import { backupPieces } from './backup-content.ts';
import { contentsOf, copyDatabase, removeDatabase } from './backup-copy-store.ts';
import type { BackupTask, BackupTaskEnd } from './backup-task.ts';

// The thread of a backup: copies and seals, or opens and proves, while the other one serves the LAN.
const task = workerData as BackupTask;

async function done(): Promise<BackupTaskEnd> {
  await sodiumReady();
  if (task.kind === 'verify') {
    const { contents, app } = await unpackProven(task.path, task.key, task.scratch);
    return { kind: 'verified', contents, app };
  }
  const { database, manifest, scratch, path, head, key } = task;
  const databaseBytes = copyDatabase(database, scratch);
  const contents = contentsOf({ ...database, path: scratch });
  const whole = { ...manifest, databaseBytes, contents };
  const bytes = await writeStickFile(path, backupPieces({ head, key, manifest: whole, databasePath: scratch }));
  return { kind: 'written', bytes, contents };
}

function failure(error: unknown): BackupTaskEnd {
  const code = error instanceof HagguiError ? error.code : undefined;
  return { kind: 'failed', code, why: error instanceof Error ? error.message : String(error) };
}

const end = await done().catch(failure);
removeDatabase(task.scratch);
parentPort?.postMessage(end);

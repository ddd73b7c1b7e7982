import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { expect, it } from 'vitest';
import { dataDirectory } from '../store/data-directory.ts';
import { ringOpenedByFile } from '../store/key-ring.ts';
import { IdentityKeeper } from '../store/node-identity.ts';
import { openNodeDatabase } from '../store/open-database.ts';
import { endInterruptedRestore } from './restored-node.ts';
import { addPatients, openBackupNode } from './testing/backup-node.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

type Restore = { readonly file: string; readonly root: string; readonly words: string };

/** Restores, and is killed with -9 as it renames for the `when`-th time; whether it came to its end before. */
async function restoreAndKill({ file, root, words }: Restore, when: number): Promise<boolean> {
  const child = spawn(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', '-e', `inject=rename:signal=SIGKILL:when=${when}`],
      ...[process.execPath, main, 'restore', '--data', root, '--from', file, '--force'],
    ],
    { stdio: ['pipe', 'ignore', 'inherit'], env: { PATH: process.env.PATH, LANG: 'fr' } },
  );
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify({ words }));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return exitCode === 0;
}

/** What the next start finds. */
async function stateOf(root: string): Promise<{ patients: number; integrity: unknown; node: number }> {
  const directory = dataDirectory(root);
  endInterruptedRestore(directory);
  const { node } = new IdentityKeeper(directory).current();
  const ring = ringOpenedByFile(directory);
  expect(ring.isGenuine).toBe(true);
  const db = await openNodeDatabase({ directory, ring, clock: systemClock, log: recordingLog().log });
  try {
    const patients = db.prepare<[], number>('select count(*) from patient').pluck().get() as number;
    return { patients, integrity: db.pragma('integrity_check', { simple: true }), node };
  } finally {
    db.close();
  }
}

it('a restore that is killed with -9 at any rename leaves the node as it was or as it is to be, never neither', {
  timeout: 300_000,
}, async () => {
  await using folder = await temporaryDirectory();
  await using made = await openBackupNode();
  const { file } = await made.backups.create(folder.path);
  addPatients(made.node, 5);
  made.node.db.close();
  const { node } = made.identity.current();
  const seen: number[] = [];
  for (let when = 1, isOver = false; !isOver; when += 3) {
    const root = join(folder.path, 'node');
    rmSync(root, { recursive: true, force: true });
    cpSync(made.node.directory.root, root, { recursive: true });
    isOver = await restoreAndKill({ file, root, words: made.words }, when);
    const state = await stateOf(root);
    expect(state, `killed at rename ${when}`).toMatchObject({ integrity: 'ok', node });
    expect(existsSync(join(root, 'restore'))).toBe(false);
    seen.push(state.patients);
  }
  // First the old node, from one point on the new one.
  expect(new Set(seen)).toEqual(new Set([25, 20]));
  expect(seen).toEqual([...seen].sort((left, right) => right - left));
  expect(seen.filter((patients) => patients === 20).length).toBeGreaterThan(2);
});

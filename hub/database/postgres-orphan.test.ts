import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { leftoverOf, removeLeftover } from './postgres-orphan.ts';

describe('what a PostgreSQL left behind', () => {
  it('is nothing without a pid file', async () => {
    await using directory = await temporaryDirectory();
    expect(leftoverOf(directory.path)).toEqual({ kind: 'nothing' });
  });

  it('is stale when its number is of nobody, or of a process that has nothing to do with the folder', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'postmaster.pid');
    for (const pid of ['4194399', String(process.pid), '1', 'nonsense']) {
      writeFileSync(file, `${pid}\n${directory.path}\n`);
      expect(leftoverOf(directory.path)).toEqual({ kind: 'stale' });
      await removeLeftover(directory.path, { clock: new FakeClock(), log: recordingLog().log });
      expect(existsSync(file)).toBe(false);
    }
  });
});

import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { DaemonProcess } from './daemon-process.ts';
import { startGuardian } from './guardian.ts';

/** Says that it is ready, starts a child of its own, and stops when asked. */
const GOOD = `
sleep 600 &
trap 'kill $!; echo "{\\"event\\":\\"process.stopped\\"}"; exit 0' TERM
echo '{"event":"starting"}'
echo "{\\"event\\":\\"ready\\",\\"child\\":$!,\\"words\\":\\"$*\\"}"
wait
`;

async function daemonOf(directory: string, script: string) {
  const launcher = join(directory, 'daemon');
  await writeFile(launcher, `#!/bin/sh\n${script}\n`);
  await chmod(launcher, 0o755);
  const guardian = startGuardian();
  const lost: Error[] = [];
  let starts = 0;
  const daemon = new DaemonProcess({
    name: 'cscom_sangha',
    launcher,
    argumentsNow: () => ['start', String(++starts)],
    environment: { PATH: '/usr/bin:/bin' },
    logFile: join(directory, 'daemon.log'),
    guardian,
    clock: systemClock,
    onLost: (error) => lost.push(error),
  });
  return { daemon, guardian, lost };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(20);
}

describe('a daemon as a child process', () => {
  it('is ready with what its ready line says, keeps its log, and stops when asked', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian, lost } = await daemonOf(directory.path, GOOD);
    await using _guardian = guardian;
    const ready = await daemon.start();
    expect(ready).toMatchObject({ event: 'ready', words: 'start 1' });
    const { pid = 0 } = daemon;
    await daemon.stop();
    expect(isAlive(pid)).toBe(false);
    expect(daemon.pid).toBeUndefined();
    expect(daemon.lastLines.at(-1)).toBe('{"event":"process.stopped"}');
    expect(await readFile(join(directory.path, 'daemon.log'), 'utf8')).toContain('"event":"starting"');
    expect(lost).toEqual([]);
  });

  it('is killed with -9 and started again, and what it left behind ends with the guardian', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian, lost } = await daemonOf(directory.path, GOOD);
    const first = await daemon.start();
    await daemon.kill();
    expect(daemon.pid).toBeUndefined();
    const orphan = Number(first.child);
    expect(isAlive(orphan)).toBe(true);
    expect(await daemon.start()).toMatchObject({ words: 'start 2' });
    await daemon.stop();
    await guardian[Symbol.asyncDispose]();
    await eventually(() => !isAlive(orphan));
    expect(lost).toEqual([]);
  });

  it('shows the last lines of its log when it ends before it is ready', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian } = await daemonOf(directory.path, 'echo "the disk is full" >&2; exit 78');
    await using _guardian = guardian;
    const error = await daemon.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SH-T501', exitCode: undefined, kind: 'transient' });
    expect(error).toMatchObject({ why: { fr: expect.stringContaining('the disk is full') } });
    expect(daemon.pid).toBeUndefined();
  });

  it('tells when it ends although nobody asked it to', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian, lost } = await daemonOf(directory.path, GOOD);
    await using _guardian = guardian;
    await daemon.start();
    process.kill(daemon.pid ?? 0, 'SIGKILL');
    await eventually(() => lost.length > 0);
    expect(lost).toMatchObject([{ code: 'SH-F501', why: { fr: expect.stringContaining('SIGKILL') } }]);
    expect(daemon.pid).toBeUndefined();
  });

  it('says which launcher cannot be run', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian } = await daemonOf(directory.path, GOOD);
    await using _guardian = guardian;
    await chmod(join(directory.path, 'daemon'), 0o644);
    await expect(daemon.start()).rejects.toMatchObject({ code: 'SH-T501', why: join(directory.path, 'daemon') });
  });
});

describe('the guardian', () => {
  it('ends what it watches, children included, and leaves alone what was released', async () => {
    await using directory = await temporaryDirectory();
    const { daemon, guardian } = await daemonOf(directory.path, GOOD);
    const ready = await daemon.start();
    const { pid = 0 } = daemon;
    await using other = startGuardian();
    other.watch(pid);
    other.release(pid);
    await other[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(true);
    await guardian[Symbol.asyncDispose]();
    await eventually(() => !isAlive(pid) && !isAlive(Number(ready.child)));
  });
});

import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { failDatabase } from './database-errors.ts';

/** What is left of a PostgreSQL in its data folder. */
export type Leftover =
  | { readonly kind: 'nothing' }
  /** The pid file names a process that is gone, or one that has nothing to do with this folder. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'running'; readonly pid: number };

const FAST_STOP_MS = 15_000;
const IMMEDIATE_STOP_MS = 10_000;
const POLL_MS = 50;

/** What a PostgreSQL that was started before has left in `data`. Source: PostgreSQL 15 §73.1, postmaster.pid. */
export function leftoverOf(data: string): Leftover {
  let pid: number;
  try {
    pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'nothing' };
    throw error;
  }
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) && worksIn(pid, data)
    ? { kind: 'running', pid }
    : { kind: 'stale' };
}

/**
 * Makes the data folder free: a hub that was killed leaves its PostgreSQL running, without anyone to watch it. It is
 * stopped (fast, then at once, which its log makes good), not adopted: only a child of ours tells when it dies. Throws
 * SH-K300 when it does not end. The caller holds the lock of the data directory, so it is no other hub's.
 */
export async function removeLeftover(
  data: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const leftover = leftoverOf(data);
  if (leftover.kind === 'nothing') return;
  if (leftover.kind === 'running') {
    const { pid } = leftover;
    log.warn('postgres.orphan', { serverPid: pid });
    signal(pid, 'SIGINT');
    if (!(await hasEnded(pid, FAST_STOP_MS, clock))) {
      signal(pid, 'SIGQUIT');
      if (!(await hasEnded(pid, IMMEDIATE_STOP_MS, clock))) throw failDatabase('SH-K300', { why: `PostgreSQL ${pid}` });
    }
  }
  // After a reboot the number may belong to another process of the same user, and PostgreSQL would refuse to start.
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

async function hasEnded(pid: number, withinMs: number, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  while (isAlive(pid)) {
    if (clock.monotonic() > until) return false;
    await clock.sleep(POLL_MS);
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// An orphan whose new parent does not reap keeps its number after its death.
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

// The server's working directory is its data folder. Where there is no /proc the number has to be believed.
function worksIn(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';

/** The states a service tells systemd (sd_notify(3)). */
export type SystemdState = 'READY=1' | 'WATCHDOG=1' | 'STOPPING=1';

/** Tells systemd how the process is; never throws, and says nothing when systemd did not ask. */
export type SystemdNotifier = {
  notify(state: SystemdState): Promise<void>;
  /** Milliseconds between signs of life, half of what systemd allows; null when it wants none. */
  readonly watchdogEveryMs: number | null;
};

/** What the notifier is made from: the environment given by systemd, and the program that carries the message. */
export type SystemdNotifierOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly log: Log;
  readonly command?: string;
};

const run = promisify(execFile);

const watchdogPeriod = (env: SystemdNotifierOptions['env'], pid: number): number | null => {
  const microseconds = Number(env.WATCHDOG_USEC);
  const isForUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid;
  return Number.isFinite(microseconds) && microseconds > 0 && isForUs ? Math.floor(microseconds / 2000) : null;
};

/**
 * Speaks systemd's notify protocol through the program `systemd-notify`, because Node has no datagram sockets of the
 * AF_UNIX family. The unit needs `NotifyAccess=all`: the message comes from a child process.
 */
export const createSystemdNotifier = ({
  env,
  pid,
  log,
  command = 'systemd-notify',
}: SystemdNotifierOptions): SystemdNotifier => {
  const socket = env.NOTIFY_SOCKET;
  if (socket === undefined || socket === '') return { notify: async () => {}, watchdogEveryMs: null };
  return {
    watchdogEveryMs: watchdogPeriod(env, pid),
    notify: async (state) => {
      try {
        await run(command, [state], { env: { NOTIFY_SOCKET: socket, PATH: env.PATH ?? '' }, timeout: 10_000 });
      } catch (error) {
        log.warn('systemd.notify-failed', { state, error });
      }
    },
  };
};

/** What the watchdog needs; `isAlive` says whether the process still does its work (a write that reached the disk). */
export type WatchdogOptions = {
  readonly notifier: SystemdNotifier;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly isAlive: () => Promise<boolean>;
};

/** Gives systemd a sign of life, as often as it wants, for as long as `isAlive` says so; returns when the signal aborts. */
export const feedWatchdog = async ({ notifier, clock, log, signal, isAlive }: WatchdogOptions): Promise<void> => {
  const everyMs = notifier.watchdogEveryMs;
  if (everyMs === null) return;
  while (!signal.aborted) {
    try {
      if (await isAlive()) await notifier.notify('WATCHDOG=1');
      else log.error('systemd.watchdog-withheld');
    } catch (error) {
      log.error('systemd.watchdog-withheld', { error });
    }
    await clock.sleep(everyMs, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
};

import { exitCodeFor, exitCodes } from '../errors/exit-codes.ts';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';
import { runServices } from './run-services.ts';
import type { Service } from './service.ts';
import { createSystemdNotifier, feedWatchdog } from './systemd-notify.ts';

/** What a process is made of, in the order in which its services start. */
export type Composition = {
  readonly services: readonly Service[];
  /** The addresses bound, asked for once all services are ready; written in the `ready` line. */
  readonly addresses?: () => Readonly<Record<string, unknown>>;
  /** Whether the process still does its work: systemd's watchdog is fed only then. Default: always. */
  readonly isAlive?: () => Promise<boolean>;
};

/** The part of `process` that is used; `main.ts` passes `process` itself. */
export type ProcessHost = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  exit(code: number): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
};

/** How a process is run. `compose` may be asynchronous; what it throws (a refused configuration) ends the process with its exit code. */
export type RunProcessOptions = {
  readonly name: string;
  readonly host: ProcessHost;
  readonly log: Log;
  readonly clock: Clock;
  readonly compose: (context: { readonly signal: AbortSignal }) => Promise<Composition> | Composition;
};

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs a process from start to exit code; called by `main.ts` alone. The first SIGTERM or SIGINT stops in order (exit 0),
 * the second exits at once (exit 1). When all services serve it writes one line with `"event":"ready"` and the addresses,
 * and tells systemd. Errors are logged once and mapped by `exitCodeFor`; an uncaught one exits 70.
 */
export const runProcess = async ({ name, host, log, clock, compose }: RunProcessOptions): Promise<void> => {
  const controller = new AbortController();
  const notifier = createSystemdNotifier({ env: host.env, pid: host.pid, log });
  const onSignal = (received: unknown): void => {
    if (controller.signal.aborted) {
      log.warn('process.killed', { signal: received });
      host.exit(exitCodes.refused);
      return;
    }
    log.info('process.stopping', { signal: received });
    controller.abort();
    void notifier.notify('STOPPING=1');
  };
  const onCrash = (error: unknown): void => {
    log.error('process.crashed', { error });
    host.exit(exitCodes.broken);
  };
  const listeners = [
    ...stopSignals.map((event) => [event, onSignal] as const),
    ['uncaughtException', onCrash] as const,
    ['unhandledRejection', onCrash] as const,
  ];
  for (const [event, listener] of listeners) host.on(event, listener);

  // Services that wait for nothing but their signal do not keep Node's event loop alive.
  const keepAlive = setInterval(() => {}, 3_600_000);
  let exitCode: number = exitCodes.stopped;
  let watchdog: Promise<void> = Promise.resolve();
  try {
    log.info('process.starting', { process: name });
    const {
      services,
      addresses = () => ({}),
      isAlive = async () => true,
    } = await compose({ signal: controller.signal });
    await runServices(services, {
      log,
      signal: controller.signal,
      ready: () => {
        log.info('ready', addresses());
        void notifier.notify('READY=1');
        watchdog = feedWatchdog({ notifier, clock, log, signal: controller.signal, isAlive });
      },
    });
    log.info('process.stopped');
  } catch (error) {
    exitCode = exitCodeFor(error);
    log.error('process.failed', { exitCode, error });
  }
  controller.abort();
  await watchdog;
  clearInterval(keepAlive);
  for (const [event, listener] of listeners) host.off(event, listener);
  host.exit(exitCode);
};

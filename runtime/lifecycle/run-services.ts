import { HagguiError } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import type { Log } from '../log/logger.ts';
import { aborted, type Service } from './service.ts';

/** What `runServices` needs. `ready` is called once, when all services serve; `signal` asks for the orderly stop. */
export type RunServicesOptions = {
  readonly log: Log;
  readonly signal?: AbortSignal;
  readonly ready?: () => void;
};

type Outcome = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

type Running = {
  readonly service: Service;
  readonly controller: AbortController;
  readonly isReady: Promise<void>;
  readonly ended: Promise<Outcome>;
  /** Whether it has ended by itself: its error is then told by whoever noticed. */
  hasEnded(): boolean;
};

const start = (service: Service): Running => {
  const controller = new AbortController();
  const { promise: isReady, resolve: ready } = Promise.withResolvers<void>();
  let over = false;
  const ended = (async (): Promise<Outcome> => {
    try {
      await service.run({ signal: controller.signal, ready });
      return { failed: false };
    } catch (error) {
      return { failed: true, error };
    } finally {
      over = true;
    }
  })();
  return { service, controller, isReady, ended, hasEnded: () => over };
};

const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason || (error instanceof Error && error.name === 'AbortError');

const stop = async (running: Running, log: Log): Promise<void> => {
  const { service, controller, ended } = running;
  if (running.hasEnded()) return;
  controller.abort();
  const outcome = await ended;
  if (outcome.failed && !isAbort(outcome.error, controller.signal)) {
    log.error('service.stop-failed', { service: service.name, error: outcome.error });
  } else {
    log.info('service.stopped', { service: service.name });
  }
};

const deathOf = async ({ service, ended }: Running): Promise<{ readonly name: string; readonly cause: unknown }> => {
  const outcome = await ended;
  return { name: service.name, cause: outcome.failed ? outcome.error : undefined };
};

const died = ({ name, cause }: { readonly name: string; readonly cause: unknown }): HagguiError =>
  failRuntime('SH-F007', {
    what: { fr: `Le service « ${name} » s’est arrêté`, en: `The service "${name}" died` },
    ...(cause === undefined
      ? { why: { fr: 'il a fini sans qu’on le lui demande', en: 'it ended without being asked to' } }
      : { why: cause instanceof Error ? cause.message : String(cause), cause }),
  });

/**
 * Runs services until the signal aborts, then stops them and resolves. They start in order, each only after the one
 * before is ready; they stop in reverse, each only after the one after has ended. A start that fails is rolled back and
 * its own error thrown (SH-F007 if it is none of ours); a service that ends or throws while serving stops all others and
 * throws SH-F007. What fails while stopping is logged and does not keep the others from stopping.
 */
export const runServices = async (
  services: readonly Service[],
  { log, signal, ready }: RunServicesOptions,
): Promise<void> => {
  await using stack = new AsyncDisposableStack();
  const asked = signal === undefined ? new Promise<void>(() => {}) : aborted(signal);
  const deaths: Promise<{ readonly name: string; readonly cause: unknown }>[] = [];

  for (const service of services) {
    if (signal?.aborted) return;
    const running = start(service);
    stack.defer(() => stop(running, log));
    const first = await Promise.race([
      running.isReady.then(() => 'ready' as const),
      asked.then(() => 'asked' as const),
      deathOf(running),
      ...deaths,
    ]);
    if (first === 'asked') return;
    if (first !== 'ready') {
      if (first.name === service.name && first.cause instanceof HagguiError) throw first.cause;
      throw died(first);
    }
    log.info('service.ready', { service: service.name });
    deaths.push(deathOf(running));
  }
  ready?.();
  const end = await Promise.race([asked.then(() => 'asked' as const), ...deaths]);
  if (end !== 'asked') throw died(end);
};

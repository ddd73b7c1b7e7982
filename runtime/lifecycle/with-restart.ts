import type { Log } from '../log/logger.ts';
import type { Backoff } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { Service } from './service.ts';

/** What a restarted service needs; `backoff` starts again each time the service has become ready. */
export type WithRestartOptions = { readonly backoff: Backoff; readonly clock: Clock; readonly log: Log };

/**
 * Wraps a service that may fail alone (a modem, an uplink): it is ready at once whatever the inner one does, starts the
 * inner one again after each end or error, waiting as the back-off says, and itself ends only when its signal aborts.
 */
export const withRestart = (service: Service, { backoff, clock, log }: WithRestartOptions): Service => ({
  name: service.name,
  run: async ({ signal, ready }) => {
    ready();
    while (!signal.aborted) {
      let error: unknown;
      try {
        await service.run({
          signal,
          ready: () => {
            backoff.reset();
            log.info('service.serving', { service: service.name });
          },
        });
      } catch (thrown) {
        error = thrown;
      }
      if (signal.aborted) return;
      const retryInMs = backoff.next();
      log.error('service.failed', { service: service.name, retryInMs, ...(error === undefined ? {} : { error }) });
      await clock.sleep(retryInMs, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
  },
});

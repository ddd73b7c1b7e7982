import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** What is done again and again: what is logged when it fails, and the work itself. */
export type DailyWork = { readonly name: string; readonly run: () => Promise<void> };

/** What the job is made of. `firstMs`: how long after the start it is done first; `everyMs`: how long after that again, a day by default. */
export type DailyJobOptions = {
  readonly works: readonly DailyWork[];
  readonly clock: Clock;
  readonly log: Log;
  readonly firstMs?: number;
  readonly everyMs?: number;
};

const DAY_MS = 24 * 3600 * 1000;

/**
 * Does each work soon after the start and then once a day (or so often as is said) on the monotonic clock, one after the other. Work
 * that fails is logged and done again the next time, so each must be safe to repeat and to miss.
 */
export function dailyJob({ works, clock, log, firstMs = 60_000, everyMs = DAY_MS }: DailyJobOptions): Service {
  return {
    name: works.map(({ name }) => name).join('+'),
    run: async ({ signal, ready }) => {
      ready();
      for (let waitMs = firstMs; !signal.aborted; waitMs = everyMs) {
        await clock.sleep(waitMs, signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
        for (const { name, run } of signal.aborted ? [] : works) {
          await run().catch((error: unknown) => log.error('daily.failed', { work: name, error }));
        }
      }
    },
  };
}

import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';

/** A chore: what is logged when it fails, how often it is done, and the work itself. */
export type Chore = { readonly name: string; readonly everyMs: number; readonly run: () => void };

/**
 * Does the chores, each every so often on the monotonic clock (a wall clock that jumps skips none), one after the other. A
 * chore that fails is logged and tried again at its next time. `stepMs` is how finely time is looked at.
 */
export function maintenanceJob({
  chores,
  clock,
  log,
  stepMs = 60_000,
}: {
  readonly chores: readonly Chore[];
  readonly clock: Clock;
  readonly log: Log;
  readonly stepMs?: number;
}): Service {
  return {
    name: 'maintenance',
    run: async ({ signal, ready }) => {
      const dueMs = new Map(chores.map((chore) => [chore, clock.monotonic() + chore.everyMs]));
      ready();
      while (!signal.aborted) {
        await clock.sleep(stepMs, signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
        for (const [chore, due] of dueMs) {
          if (signal.aborted || clock.monotonic() < due) continue;
          dueMs.set(chore, clock.monotonic() + chore.everyMs);
          try {
            chore.run();
          } catch (error) {
            log.error('maintenance.failed', { chore: chore.name, error });
          }
        }
      }
    },
  };
}

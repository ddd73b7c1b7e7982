import type { Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { schedule } from 'node-cron';

/** What is done once a day: when by the machine's clock (`02:30`), whether it is still to be done, and the work itself. */
export type NightlyWork = {
  readonly name: string;
  readonly at: string;
  /** Asked every hour too: a node that was off at that time of the night does it when it is on again. */
  readonly isOverdue: () => boolean;
  readonly run: () => Promise<unknown>;
};

/** What the job is made of. `everyMs`: how often it is asked whether the work is overdue, the first time so long after the start. */
export type NightlyOptions = {
  readonly work: NightlyWork;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs?: number;
};

const HOUR_MS = 3600_000;

/** Does the work every night, and by day where the night was missed; never twice at once. Work that fails is logged and tried again within the hour. */
export function nightlyJob({ work, clock, log, everyMs = HOUR_MS }: NightlyOptions): Service {
  let running: Promise<void> | undefined;
  const doIt = (): Promise<void> => {
    running ??= work
      .run()
      .then(
        () => undefined,
        (error: unknown) => log.error('nightly.failed', { work: work.name, error }),
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    name: work.name,
    run: async ({ signal, ready }) => {
      const task = schedule(cronExpression(work.at), doIt, { logger: cronLog(log) });
      ready();
      try {
        while (!signal.aborted) {
          await clock.sleep(everyMs, signal).catch(() => undefined);
          if (!signal.aborted && work.isOverdue()) await doIt();
        }
      } finally {
        await task.destroy();
        await running;
      }
    },
  };
}

/** What cron has to say goes where everything goes, not to the console. */
function cronLog(log: Log) {
  const say = (message: string | Error): void => log.warn('nightly.cron', { message: String(message) });
  return { info: () => {}, debug: () => {}, warn: say, error: say };
}

/** `02:30` as cron has it; a whole expression stays as it is. */
function cronExpression(at: string): string {
  const [hour = '', minute] = at.split(':');
  return minute === undefined ? at : `${Number(minute)} ${Number(hour)} * * *`;
}

import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { expect, it } from 'vitest';
import { nightlyJob } from './nightly-job.ts';

const job = (at: string, isOverdue: () => boolean, run: () => Promise<unknown>) => {
  const clock = new FakeClock();
  const { log, events } = recordingLog();
  const stop = new AbortController();
  const running = nightlyJob({ work: { name: 'backup', at, isOverdue, run }, clock, log }).run({
    signal: stop.signal,
    ready: () => undefined,
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, events, end };
};

it('does the work at its time by the machine’s clock', async () => {
  const done = Promise.withResolvers<void>();
  const { end } = job(
    '* * * * * *',
    () => false,
    async () => done.resolve(),
  );
  await done.promise;
  await end();
});

it('does by day what the night missed, one at a time, and tries again what failed', async () => {
  let isOverdue = true;
  let attempts = 0;
  const { clock, events, end } = job(
    '02:30',
    () => isOverdue,
    async () => {
      attempts++;
      if (attempts === 1) throw new Error('no stick');
      isOverdue = false;
    },
  );
  await clock.advance(3 * 3600_000);
  expect(attempts).toBe(2);
  expect(events()).toEqual(['nightly.failed']);
  await end();
  expect(clock.sleeping).toBe(0);
});

import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { describe, expect, it } from 'vitest';
import { maintenanceJob } from './maintenance-job.ts';

describe('maintenanceJob', () => {
  it('does each chore every so often, whatever the wall clock does, and goes on when one fails', async () => {
    const clock = new FakeClock();
    const { log, events } = recordingLog();
    const done: string[] = [];
    const failing = () => {
      throw new Error('disk');
    };
    const chores = [
      { name: 'broken', everyMs: 60_000, run: failing },
      { name: 'often', everyMs: 60_000, run: () => done.push('often') },
      { name: 'rare', everyMs: 180_000, run: () => done.push('rare') },
    ];
    const stop = new AbortController();
    const running = maintenanceJob({ chores, clock, log }).run({
      signal: stop.signal,
      ready: () => done.push('ready'),
    });
    clock.setNow(0);
    await clock.advance(200_000);
    stop.abort();
    await running;
    expect(done).toEqual(['ready', 'often', 'often', 'often', 'rare']);
    expect(events()).toEqual(['maintenance.failed', 'maintenance.failed', 'maintenance.failed']);
    expect(clock.sleeping).toBe(0);
  });
});

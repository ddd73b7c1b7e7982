import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failRuntime } from '../errors/runtime-errors.ts';
import { createHttpApp } from '../http/http-app.ts';
import { routeMaker } from '../http/route.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { limitedRoutes, type RouteLimits } from './limited-routes.ts';
import { memoryLimiters } from './limiter.ts';
import { SlowingLimiter } from './slowing-limiter.ts';

const refusedFor = (seconds: number) => ({ code: 'SH-A005', status: 429, retryAfterSeconds: seconds });

describe('a limit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('lets so many pass under a key in its time, and tells when to come again', async () => {
    const limiter = memoryLimiters({ name: 'a', points: 2, seconds: 60 });
    await limiter.take('x');
    vi.advanceTimersByTime(20_000);
    await limiter.check('x');
    await limiter.take('x');
    await expect(limiter.check('x')).rejects.toMatchObject(refusedFor(40));
    await expect(limiter.take('x')).rejects.toMatchObject(refusedFor(40));
    await limiter.take('y');
    vi.advanceTimersByTime(40_001);
    await limiter.take('x');
  });

  it('does not count what was given back, and forgets a key', async () => {
    const limiter = memoryLimiters({ name: 'a', points: 1, seconds: 60 });
    for (let index = 0; index < 5; index++) {
      await limiter.take('x');
      await limiter.giveBack('x');
    }
    await limiter.take('x');
    await expect(limiter.take('x')).rejects.toMatchObject(refusedFor(60));
    await limiter.forget('x');
    await limiter.take('x');
  });

  it('asks nobody to wait longer than a day when the clock was set back', async () => {
    const limiter = memoryLimiters({ name: 'a', points: 1, seconds: 60 });
    await limiter.take('x');
    vi.setSystemTime(Date.now() - 5 * 365 * 24 * 3600_000);
    await expect(limiter.take('x')).rejects.toMatchObject(refusedFor(24 * 3600));
  });

  it('slows attempts in a row, up to five minutes and no longer, and begins anew after one that was right', async () => {
    const limiter = new SlowingLimiter('a');
    for (let attempt = 1; attempt <= 4; attempt++) await limiter.take('x');
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      await expect(limiter.take('x')).rejects.toMatchObject(refusedFor(seconds));
      vi.advanceTimersByTime(seconds * 1000 + 1);
      await limiter.take('x');
    }
    await limiter.take('y');
    await limiter.forget('x');
    for (let attempt = 1; attempt <= 4; attempt++) await limiter.take('x');
  });
});

describe('attempts in a row', () => {
  it('that come at once are counted one after the other: no more pass than would have in a row', async () => {
    const limiter = new SlowingLimiter('a');
    const attempts = Array.from({ length: 50 }, () => limiter.take('x').then(() => 'passed'));
    const passed = (await Promise.allSettled(attempts)).filter(({ status }) => status === 'fulfilled');
    expect(passed).toHaveLength(4);
    await limiter.take('y');
  });
});

describe('routes with limits', () => {
  it('answer 429 with Retry-After: each to too many requests, or to too many that it refuses', async () => {
    const route = routeMaker<'anyone', undefined>();
    const at = { method: 'get', policy: 'anyone', summary: '' } as const;
    const of: RouteLimits['of'] = {
      'get /free': null,
      'get /proof': { name: 'proof', points: 1, seconds: 60, counts: 'refused' },
    };
    const routes = [
      route({ ...at, path: '/free', handler: () => ({ body: {} }) }),
      route({ ...at, path: '/page', handler: () => ({ body: {} }) }),
      route({
        ...{ ...at, path: '/proof' },
        handler: ({ query }) => {
          if (query.good === undefined) throw failRuntime('SH-A002');
          return { body: {} };
        },
      }),
    ];
    const { log } = recordingLog();
    const app = createHttpApp({
      ...{ log, clock: new FakeClock(), maxBodyBytes: 10, authorise: async () => undefined },
      routes: limitedRoutes(routes, {
        of,
        otherwise: { name: 'open', points: 2, seconds: 60, counts: 'all' },
        make: memoryLimiters,
      }),
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const statuses = async (path: string, times: number) => {
      const all: number[] = [];
      for (let index = 0; index < times; index++) all.push((await fetch(url + path)).status);
      return all;
    };
    try {
      expect(await statuses('/free', 5)).toEqual([200, 200, 200, 200, 200]);
      expect(await statuses('/page', 3)).toEqual([200, 200, 429]);
      expect(await statuses('/proof?good=1', 3)).toEqual([200, 200, 200]);
      expect(await statuses('/proof', 2)).toEqual([403, 429]);
      const refused = await fetch(`${url}/proof?good=1`);
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        429,
        'application/problem+json; charset=utf-8',
      ]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(await refused.json()).toMatchObject({ code: 'SH-A005', why: expect.stringContaining('Prochain essai') });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

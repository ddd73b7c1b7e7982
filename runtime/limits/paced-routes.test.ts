import { describe, expect, it } from 'vitest';
import type { RouteContext } from '../http/route.ts';
import { routeMaker } from '../http/route.ts';
import { memoryLimiters } from './limiter.ts';
import { pacedRoutes } from './paced-routes.ts';

type Context = RouteContext<string, unknown, unknown, unknown>;

const route = routeMaker<'staff', string>();
const at = { policy: 'staff', summary: '', path: '/patients' } as const;
const routes = pacedRoutes(
  [
    route({ ...at, method: 'get', handler: () => ({ body: 'read' }) }),
    route({ ...at, method: 'post', handler: () => ({ body: 'written' }) }),
  ],
  {
    pace: {
      requests: { name: 'r', points: 8, seconds: 60 },
      writes: { name: 'w', points: 2, seconds: 60 },
      furtherPages: { name: 'p', points: 3, seconds: 60 },
    },
    make: memoryLimiters,
    keyOf: ({ principal }) => (principal === 'machine' ? undefined : principal),
  },
);

/** How many of so many requests are answered. */
async function answered(method: 'get' | 'post', principal: string, times: number, query = {}): Promise<number> {
  const handler = routes.find((one) => one.method === method)!.handler;
  let count = 0;
  for (let index = 0; index < times; index++) {
    const context = { principal, query } as unknown as Context;
    await Promise.resolve(handler(context)).then(
      () => count++,
      (error) => expect(error).toMatchObject({ code: 'SH-A005', status: 429 }),
    );
  }
  return count;
}

describe('routes that keep a pace', () => {
  it('hold up who asks, writes or turns pages faster than people do, and nobody else', async () => {
    expect(await answered('post', 'awa', 5)).toBe(2);
    expect(await answered('get', 'yaya', 5, { cursor: 'x' })).toBe(3);
    expect(await answered('get', 'fanta', 20)).toBe(8);
    expect(await answered('get', 'awa', 1)).toBe(1);
    expect(await answered('get', 'machine', 50, { cursor: 'x' })).toBe(50);
  });
});

import type { Route, RouteContext } from '../http/route.ts';
import type { Limit, Limiter, LimiterMaker } from './limiter.ts';

/** What one person may ask of routes that need a session. */
export type Pace = {
  /** All requests. */
  readonly requests: Limit;
  /** Those that may change something. */
  readonly writes: Limit;
  /** Pages of lists after the first: what reading a whole register takes. */
  readonly furtherPages: Limit;
};

/** How the pace is kept: `keyOf` names who asks, or nobody whose pace is kept. */
export type PaceOptions<Principal> = {
  readonly pace: Pace;
  readonly make: LimiterMaker;
  readonly keyOf: (context: RouteContext<Principal, unknown, unknown, unknown>) => string | undefined;
};

/**
 * Routes that answer SH-A005 (429) to a person, or a program that bears a person's token, who asks faster than people work: against who
 * copies a register, fills it with invented records, or holds up all others.
 */
export function pacedRoutes<Policy, Principal>(
  routes: readonly Route<Policy, Principal>[],
  { pace, make, keyOf }: PaceOptions<Principal>,
): readonly Route<Policy, Principal>[] {
  const [requests, writes, furtherPages] = [pace.requests, pace.writes, pace.furtherPages].map(make) as [
    Limiter,
    Limiter,
    Limiter,
  ];
  return routes.map((route) => ({
    ...route,
    handler: async (context: RouteContext<Principal, unknown, unknown, unknown>) => {
      const key = keyOf(context);
      if (key !== undefined) {
        await requests.take(key);
        if (isWrite(route)) await writes.take(key);
        if ((context.query as { readonly cursor?: unknown } | undefined)?.cursor !== undefined)
          await furtherPages.take(key);
      }
      return route.handler(context);
    },
  }));
}

/** A content that is handed in piece by piece is one write, made where it begins and ends. */
function isWrite({ method, bodyType = 'json' }: Pick<Route<unknown, unknown>, 'method' | 'bodyType'>): boolean {
  return method !== 'get' && bodyType !== 'bytes' && bodyType !== 'stream';
}

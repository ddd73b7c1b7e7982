import { HagguiError } from '../errors/haggui-error.ts';
import type { Route, RouteContext } from '../http/route.ts';
import type { Limit, Limiter, LimiterMaker } from './limiter.ts';

/** What a route that anybody may call is limited to for each address: all requests, or those that it refuses. */
export type RouteLimit = Limit & { readonly counts: 'all' | 'refused' };

/** What is limited, and how. */
export type RouteLimits = {
  /** By method and path (`post /enrolment`); null: not here. */
  readonly of: Readonly<Record<string, RouteLimit | null>>;
  /** For all that is not named. */
  readonly otherwise: RouteLimit;
  readonly make: LimiterMaker;
};

/** Routes that answer SH-A005 (429) to an address that calls them too often. */
export function limitedRoutes<Policy, Principal>(
  routes: readonly Route<Policy, Principal>[],
  { of, otherwise, make }: RouteLimits,
): readonly Route<Policy, Principal>[] {
  const limiters = new Map<string, Limiter>();
  const limiterOf = (limit: RouteLimit): Limiter => {
    const known = limiters.get(limit.name) ?? make(limit);
    limiters.set(limit.name, known);
    return known;
  };
  return routes.map((route) => {
    const named = of[`${route.method} ${route.path}`];
    if (named === null) return route;
    const limit = named ?? otherwise;
    const limiter = limiterOf(limit);
    const handler = async (context: RouteContext<Principal, unknown, unknown, unknown>) => {
      const address = context.request.ip ?? 'local';
      if (limit.counts === 'all') {
        await limiter.take(address);
        return route.handler(context);
      }
      await limiter.check(address);
      try {
        return await route.handler(context);
      } catch (error) {
        // Who is told to come again later was not wrong.
        if (error instanceof HagguiError && error.kind !== 'transient' && error.status < 500)
          await limiter.take(address).catch(() => undefined);
        throw error;
      }
    };
    return { ...route, handler };
  });
}

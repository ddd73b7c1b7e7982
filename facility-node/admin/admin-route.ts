import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import {
  type Answer,
  type PlainParams,
  type PlainQuery,
  type Route,
  type RouteContext,
  type RouteDefinition,
  routeMaker,
} from '@santehaggui/runtime/http/route.ts';
import type { Caller, Staff } from '../people/caller.ts';
import type { NodePolicy } from '../people/permissions.ts';

/** Whoever may open the socket is the machine's operator, without patient data; for that, staff sign in. */
export type AdminPolicy = { readonly kind: 'operator' } | Exclude<NodePolicy, { readonly kind: 'anyone' }>;

/** Who asks over the admin socket. */
export type AdminCaller = { readonly kind: 'operator' } | Caller;

/** A route of the admin socket. */
export type AdminRoute = Route<AdminPolicy, AdminCaller>;

const anyRoute = routeMaker<AdminPolicy, AdminCaller>();

/** Declares a route for the operator. */
export function operatorRoute<Params = PlainParams, Query = PlainQuery, Body = undefined>(
  definition: Omit<RouteDefinition<AdminPolicy, AdminCaller, Params, Query, Body>, 'policy'>,
): AdminRoute {
  return anyRoute({ ...definition, policy: { kind: 'operator' } });
}

/** Declares a route for staff, who sign for what they see. */
export function signedRoute<Params = PlainParams, Query = PlainQuery, Body = undefined>(
  definition: Omit<RouteDefinition<AdminPolicy, AdminCaller, Params, Query, Body>, 'policy' | 'handler'> & {
    readonly policy: Exclude<AdminPolicy, { readonly kind: 'operator' }>;
    readonly handler: (
      context: RouteContext<Staff, Params, Query, Body>,
    ) => Promise<Answer | undefined> | Answer | undefined;
  },
): AdminRoute {
  const { handler, ...rest } = definition;
  return anyRoute<Params, Query, Body>({
    ...rest,
    handler: (context) => {
      const { principal } = context;
      if (principal.kind !== 'staff') throw failRuntime('SH-A001');
      return handler({ ...context, principal });
    },
  });
}

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
import { type ZodType, z } from 'zod';
import type { Caller, Staff } from './caller.ts';
import type { NodePolicy } from './permissions.ts';

/** A route of the node's LAN API. */
export type NodeRoute = Route<NodePolicy, Caller>;

const anyRoute = routeMaker<NodePolicy, Caller>();

/** Declares a route that needs no session. */
export function openRoute<Params = PlainParams, Query = PlainQuery, Body = undefined>(
  definition: Omit<RouteDefinition<NodePolicy, Caller, Params, Query, Body>, 'policy'>,
): NodeRoute {
  return anyRoute({ ...definition, ...frenchSchemas(definition), policy: { kind: 'anyone' } });
}

/** Declares a route for staff with a right, or with a session alone. */
export function staffRoute<Params = PlainParams, Query = PlainQuery, Body = undefined>(
  definition: Omit<RouteDefinition<NodePolicy, Caller, Params, Query, Body>, 'policy' | 'handler'> & {
    readonly policy: Exclude<NodePolicy, { readonly kind: 'anyone' }>;
    readonly handler: (
      context: RouteContext<Staff, Params, Query, Body>,
    ) => Promise<Answer | undefined> | Answer | undefined;
  },
): NodeRoute {
  const { handler, ...rest } = definition;
  return anyRoute<Params, Query, Body>({
    ...rest,
    ...frenchSchemas(definition),
    handler: (context) => {
      const { principal } = context;
      if (principal.kind !== 'staff') throw failRuntime('SH-A001');
      return handler({ ...context, principal });
    },
  });
}

type Schemas<Params, Query, Body> = {
  readonly params?: ZodType<Params>;
  readonly query?: ZodType<Query>;
  readonly body?: ZodType<Body>;
};

function frenchSchemas<Params, Query, Body>({
  params,
  query,
  body,
}: Schemas<Params, Query, Body>): Schemas<Params, Query, Body> {
  return {
    ...(params === undefined ? {} : { params: inFrench(params) }),
    ...(query === undefined ? {} : { query: inFrench(query) }),
    ...(body === undefined ? {} : { body: inFrench(body) }),
  };
}

/** The same schema, with zod's own messages in French; zod's global language would be a state of the whole process. */
function inFrench<Value>(schema: ZodType<Value>): ZodType<Value> {
  const { localeError } = z.locales.fr();
  const french = schema.clone();
  french.safeParse = (value, params) => schema.safeParse(value, { error: localeError, ...params });
  return french;
}

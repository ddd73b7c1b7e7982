import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import type { ZodType } from 'zod';
import type { Language } from '../errors/bilingual.ts';
import type { Log } from '../log/logger.ts';

/** The methods a route can have. */
export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a handler is given: everything the route declared, already checked. */
export type RouteContext<Principal, Params, Query, Body> = {
  /** What `authorise` gave: who asks. */
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  /** What `body` made of it; a Buffer for `bodyType: 'bytes'`; undefined for none and for `'stream'` (read `request`). */
  readonly body: Body;
  readonly requestId: string;
  readonly language: Language;
  readonly log: Log;
  readonly request: Request;
  readonly response: Response;
};

/**
 * An answer: a `body` is sent as JSON, a string or Buffer as it is (give its `content-type`), none as 204 without content.
 * A handler that has written `response` itself returns undefined.
 */
export type Answer = {
  readonly status?: number;
  /** Several values where a header is sent more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
};

/**
 * How a body is read: parsed as JSON, as the fields of a form (of a page of this server; another site's is refused), whole as bytes,
 * or left to the handler as a stream (without a limit: count yourself).
 */
export type BodyType = 'json' | 'form' | 'bytes' | 'stream';

/** A route as its module declares it. */
export type RouteDefinition<Policy, Principal, Params, Query, Body> = {
  readonly method: HttpMethod;
  /** In express's notation: `/patients/:id`. */
  readonly path: string;
  /** Who may; opaque here, judged by `authorise`. */
  readonly policy: Policy;
  /** One sentence for the API's documentation. */
  readonly summary: string;
  readonly tag?: string;
  readonly params?: ZodType<Params>;
  readonly query?: ZodType<Query>;
  readonly body?: ZodType<Body>;
  readonly bodyType?: BodyType;
  /** Content types taken, without parameters; default `application/json`, for forms `application/x-www-form-urlencoded`, for bytes and streams `application/octet-stream`. */
  readonly contentTypes?: readonly string[];
  /** Default: the application's. */
  readonly maxBodyBytes?: number;
  /** What is answered, by status; for the documentation: JSON of a schema, or bytes of one of some types. */
  readonly responses?: Readonly<
    Record<number, { readonly description: string; readonly body?: ZodType; readonly contentTypes?: readonly string[] }>
  >;
  readonly handler: (
    context: RouteContext<Principal, Params, Query, Body>,
  ) => Promise<Answer | undefined> | Answer | undefined;
};

/** A route whose inner types are no longer looked at: what `createHttpApp` mounts and documentation is drawn from. */
// biome-ignore lint/suspicious/noExplicitAny: a handler takes what its own schemas give; the registry holds all kinds.
export type Route<Policy, Principal> = RouteDefinition<Policy, Principal, any, any, any>;

/** Path parameters when no schema is given. */
export type PlainParams = Readonly<Record<string, string>>;

/** Query parameters when no schema is given. */
export type PlainQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Fixes what a daemon's policies and principals are, and gives the function that declares its routes:
 * `const route = routeMaker<NodePolicy, Session>()`, then `route({ method: 'get', path, policy, summary, handler })`.
 */
export const routeMaker =
  <Policy, Principal>() =>
  <Params = PlainParams, Query = PlainQuery, Body = undefined>(
    definition: RouteDefinition<Policy, Principal, Params, Query, Body>,
  ): Route<Policy, Principal> =>
    definition;

/** What `authorise` may look at: the head of the request, never its body. */
export type RequestHead = {
  readonly method: string;
  /** The path asked for, with its parameters' values. */
  readonly path: string;
  readonly params: PlainParams;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  readonly requestId: string;
};

/** Judges a request before its body is read: gives who asks, or throws (SH-A001, SH-A002 …). */
export type Authorise<Policy, Principal> = (policy: Policy, request: RequestHead) => Promise<Principal>;

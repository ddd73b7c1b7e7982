import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { openApiDocument } from '@santehaggui/runtime/http/open-api.ts';
import type { Authorise } from '@santehaggui/runtime/http/route.ts';
import { limitedRoutes, type RouteLimit, type RouteLimits } from '@santehaggui/runtime/limits/limited-routes.ts';
import type { LimiterMaker } from '@santehaggui/runtime/limits/limiter.ts';
import { type Pace, pacedRoutes } from '@santehaggui/runtime/limits/paced-routes.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Express } from 'express';
import type { HubAuditService } from '../audit/audit-service.ts';
import { auditedRoutes } from '../audit/audited-routes.ts';
import { userOf } from '../audit-reading/audit-routes.ts';
import { type HubPolicy, type HubPrincipal, type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';

/** What the hub's API is made of. */
export type HubAppOptions = {
  readonly routes: readonly HubRoute[];
  /** Routes at the root, for people with a browser. */
  readonly pages: readonly HubRoute[];
  readonly users: HubUsersService;
  readonly audit: HubAuditService;
  readonly limiters: LimiterMaker;
  /** Addresses and networks whose `X-Forwarded-For` is believed, with commas between them. */
  readonly trustedProxies: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
};

const BASE_PATH = '/api/v1';
const MAX_BODY_BYTES = 64 * 1024;

/** Far above what the people and programs behind one address ask for. */
const PAGES: RouteLimit = { name: 'open', points: 600, seconds: 60, counts: 'all' };

/** What a node or an aggregator proves itself by: only what was refused counts, for a mobile network has few addresses for many nodes. */
const PROOFS: RouteLimit = { name: 'proof', points: 60, seconds: 15 * 60, counts: 'refused' };

/** What anybody may call. Exchanges are sealed frames, and what is refused of them is limited there; signing in knows who signs in. */
const LIMITS: RouteLimits['of'] = {
  'post /api/v1/exchange': null,
  'post /api/v1/sessions': null,
  'post /api/v1/passkeys/invited/options': null,
  'post /api/v1/passkeys/invited': null,
  'post /etablissements': null,
  ...Object.fromEntries(
    [
      ...['enrolment', 'enrolment/again', 'node-key', 'unlock', 'backup-opening'],
      ...['telecoms/africastalking/sms', 'telecoms/twilio/sms'],
    ].map((path) => [`post /api/v1/${path}`, PROOFS]),
  ),
};

/** What one reader of reports may ask; at the hub nobody pages through anything but the trail. */
const PACE: Pace = {
  requests: { name: 'reader', points: 600, seconds: 60 },
  writes: { name: 'reader-writes', points: 1000, seconds: 24 * 3600 },
  furtherPages: { name: 'reader-pages', points: 1000, seconds: 24 * 3600 },
};

/** The hub's pages, and its HTTP API under `/api/v1`; its description is at `/api/v1/openapi.json`. */
export function hubApp(options: HubAppOptions): Express {
  const { routes, pages, users, audit, limiters, trustedProxies = '', version, clock, log } = options;
  const description = hubRoute({
    method: 'get',
    path: '/openapi.json',
    policy: 'public',
    summary: 'Description de cette API (OpenAPI 3.1)',
    tag: 'api',
    handler: () => ({ body: openApiDocument(routes, { title: 'SanteHaggui, hub', version, basePath: BASE_PATH }) }),
  });
  const audited = auditedRoutes(routes, audit, ({ principal, request, requestId }) =>
    userOf(principal, { address: request.ip ?? null, requestId }),
  );
  const all = [...[...audited, description].map((route) => ({ ...route, path: BASE_PATH + route.path })), ...pages];
  const open = all.filter(({ policy }) => policy === 'public');
  return createHttpApp<HubPolicy, HubPrincipal>({
    ...{ log, clock },
    trustedProxies: trustedProxies.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()])),
    maxBodyBytes: MAX_BODY_BYTES,
    routes: [
      ...pacedRoutes(
        all.filter(({ policy }) => policy !== 'public'),
        { pace: PACE, make: limiters, keyOf: ({ principal }) => principal?.login },
      ),
      ...limitedRoutes(open, { of: LIMITS, otherwise: PAGES, make: limiters }),
    ],
    authorise: authoriseWith(users, audit),
  });
}

function authoriseWith(users: HubUsersService, audit: HubAuditService): Authorise<HubPolicy, HubPrincipal> {
  return async (policy, { headers, method, path, remoteAddress, requestId }) => {
    if (policy === 'public') return null;
    const token = /^Bearer ([\w.-]+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw failRuntime('SH-A001');
    const { login, role, region } = await users.bearer(token);
    if (policy !== 'own-account' && policy !== 'regional-reports' && role !== 'ministry') {
      const caller = userOf({ login, role, region }, { address: remoteAddress ?? null, requestId });
      const detail = { method, path, code: 'SH-A002' };
      await audit.append(caller, { action: 'read', recordType: 'route', decision: 'deny', detail });
      throw failRuntime('SH-A002');
    }
    return { login, role, region };
  };
}

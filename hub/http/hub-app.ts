import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { openApiDocument } from '@santehaggui/runtime/http/open-api.ts';
import type { Authorise } from '@santehaggui/runtime/http/route.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Express } from 'express';
import { type HubPolicy, type HubPrincipal, type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';

/** What the hub's API is made of. */
export type HubAppOptions = {
  readonly routes: readonly HubRoute[];
  /** Routes at the root, for people with a browser. */
  readonly pages: readonly HubRoute[];
  readonly users: HubUsersService;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
};

const BASE_PATH = '/api/v1';
const MAX_BODY_BYTES = 64 * 1024;

/** The hub's pages, and its HTTP API under `/api/v1`; its description is at `/api/v1/openapi.json`. */
export function hubApp({ routes, pages, users, version, clock, log }: HubAppOptions): Express {
  const description = hubRoute({
    method: 'get',
    path: '/openapi.json',
    policy: 'public',
    summary: 'Description de cette API (OpenAPI 3.1)',
    tag: 'api',
    handler: () => ({ body: openApiDocument(routes, { title: 'SanteHaggui, hub', version, basePath: BASE_PATH }) }),
  });
  return createHttpApp<HubPolicy, HubPrincipal>({
    log,
    clock,
    maxBodyBytes: MAX_BODY_BYTES,
    routes: [...[...routes, description].map((route) => ({ ...route, path: BASE_PATH + route.path })), ...pages],
    authorise: authoriseWith(users),
  });
}

function authoriseWith(users: HubUsersService): Authorise<HubPolicy, HubPrincipal> {
  return async (policy, { headers }) => {
    if (policy === 'public') return null;
    const token = /^Bearer ([\w.-]+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw failRuntime('SH-A001');
    const { login, role, region } = await users.bearer(token);
    if (policy === 'national-reports' && role !== 'ministry') throw failRuntime('SH-A002');
    return { login, role, region };
  };
}

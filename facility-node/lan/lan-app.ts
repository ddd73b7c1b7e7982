import type { RequestListener } from 'node:http';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { isLoopback } from '@santehaggui/runtime/http/loopback.ts';
import { limitedRoutes, type RouteLimit, type RouteLimits } from '@santehaggui/runtime/limits/limited-routes.ts';
import { memoryLimiters } from '@santehaggui/runtime/limits/limiter.ts';
import { type Pace, type PaceOptions, pacedRoutes } from '@santehaggui/runtime/limits/paced-routes.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import { accessPagesRoutes } from '../audit-reading/access-pages-routes.ts';
import { consentPagesRoutes } from '../consent/consent-pages-routes.ts';
import { emergencyPagesRoutes } from '../emergency-access/emergency-pages-routes.ts';
import { failDevice } from '../enrolled-devices/device-errors.ts';
import { type DevicePagesParts, devicesPagesRoutes, doorstepRoutes } from '../enrolled-devices/devices-pages-routes.ts';
import { factorsPageRoutes } from '../factors/factors-page.ts';
import type { Caller } from '../people/caller.ts';
import { type NodeRoute, openRoute } from '../people/node-route.ts';
import { ownSessionsPageRoutes } from '../people/own-sessions-page.ts';
import { staffPageRoutes } from '../people/page-programs.ts';
import { rightsPagesRoutes } from '../rights/rights-pages-routes.ts';
import { type ClinicParts, clinicRoutes } from './clinic-api.ts';
import { atTheDoor, type PlainHttp } from './plain-http.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** Far above what all tablets behind one address ask for; who sends more is a program gone wild. */
const PAGES: RouteLimit = { name: 'open', points: 1200, seconds: 60, counts: 'all' };

/** What needs no session. Signing in has limits of its own, which know who signs in. */
const LIMITS: RouteLimits['of'] = {
  'post /api/v1/sessions': null,
  'post /appareil/inscription': { name: 'enrol-device', points: 20, seconds: 15 * 60, counts: 'refused' },
};

/**
 * What one member of staff may ask, in a session. Nobody works so fast or fills so many forms; who reads the register page by page has
 * the export, which is a right of its own. The machine itself is not held up: who sits there could take it along.
 */
const PACE: Pace = {
  requests: { name: 'staff', points: 600, seconds: 60 },
  writes: { name: 'staff-writes', points: 5000, seconds: 24 * 3600 },
  furtherPages: { name: 'staff-pages', points: 300, seconds: 24 * 3600 },
};

/** What is served on the LAN. */
export type LanAppParts = ClinicParts & {
  readonly plainHttp: PlainHttp;
  readonly pages: DevicePagesParts;
  readonly log: Log;
  /** From which addresses staff are held to a pace; default: all but the machine's own. */
  readonly isPaced?: (address: string) => boolean;
};

/**
 * The API (`/api/v1`, `/api/docs`) and the pages of devices, over HTTPS and to whom `plainHttp` names; to all others how to enrol,
 * and 403 (SH-A173) for the rest.
 */
export function lanApp({
  plainHttp,
  pages,
  log,
  isPaced = (address) => !isLoopback(address),
  ...parts
}: LanAppParts): RequestListener {
  const keyOf: PaceOptions<Caller>['keyOf'] = ({ principal, request }) =>
    principal.kind === 'staff' && isPaced(request.ip ?? '') ? String(principal.accountId) : undefined;
  const appOf = (routes: readonly NodeRoute[]): RequestListener =>
    createHttpApp({
      ...{ log, clock: parts.clock },
      routes: [
        ...pacedRoutes(
          routes.filter(({ policy }) => policy.kind !== 'anyone'),
          { pace: PACE, make: memoryLimiters, keyOf },
        ),
        ...limitedRoutes(
          routes.filter(({ policy }) => policy.kind === 'anyone'),
          { of: LIMITS, otherwise: PAGES, make: memoryLimiters },
        ),
      ],
      maxBodyBytes: MAX_BODY_BYTES,
      authorise: (policy, head) => parts.sessions.authorise(policy, head),
    });
  const api = clinicRoutes(parts).map((route): NodeRoute => ({ ...route, path: `/api${route.path}` }));
  const whole = appOf([
    ...api,
    ...devicesPagesRoutes(pages),
    ...staffPageRoutes(),
    ...consentPagesRoutes(parts.facility),
    ...accessPagesRoutes(parts.facility),
    ...rightsPagesRoutes(parts.facility),
    ...ownSessionsPageRoutes(parts.facility),
    ...factorsPageRoutes(parts.facility),
    ...emergencyPagesRoutes(parts.facility),
  ]);
  const doorstep = appOf([...doorstepRoutes(pages), ...closedRoutes()]);
  return atTheDoor(plainHttp, whole, doorstep);
}

/** What is not answered without HTTPS says so, whatever it is; who only opens the address is shown how to enrol. */
function closedRoutes(): readonly NodeRoute[] {
  const closed = (method: NodeRoute['method']): NodeRoute =>
    openRoute({
      ...{ method, path: '/*rest', summary: 'En HTTPS seulement' },
      handler: () => {
        throw failDevice('SH-A173');
      },
    });
  return [
    openRoute({
      method: 'get',
      path: '/',
      summary: 'Vers la page d’enrôlement',
      handler: () => ({ status: 302, headers: { location: '/appareil' }, body: '' }),
    }),
    ...(['get', 'post', 'put', 'patch', 'delete'] as const).map(closed),
  ];
}

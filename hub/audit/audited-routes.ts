import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Route, RouteContext } from '@santehaggui/runtime/http/route.ts';
import type { AuditedCaller, HubAuditTrail } from './audit-service.ts';

/** What a route does, for the trail. */
type Act = { readonly action: string; readonly recordType: string; readonly purpose?: string };

const act = (action: string, recordType: string, purpose?: string): Act =>
  purpose === undefined ? { action, recordType } : { action, recordType, purpose };

/**
 * What each route of the admin socket and of the API does. Null: it shows nothing of anybody, or notes itself what it does. A route that
 * stands neither here nor is public does not start.
 */
const ACTS: Readonly<Record<string, Act | null>> = {
  'get /status': null,
  'get /facilities': act('read', 'facility'),
  'post /facilities': act('create', 'facility'),
  'get /facilities/:code/places': act('read', 'facility'),
  'post /facilities/move': act('update', 'facility'),
  'post /facilities/revoke': act('delete', 'node'),
  'get /users': act('read', 'account'),
  'post /users': act('create', 'account'),
  'post /users/:login/invitation': act('update', 'account'),
  'post /users/:login/disable': act('update', 'account'),
  'post /users/:login/reset': act('update', 'account'),
  'post /users/own/password': act('update', 'account'),
  'post /sessions': null,
  'delete /sessions': act('sign-out', 'session'),
  'get /passkeys': act('read', 'passkey'),
  'post /passkeys/options': act('read', 'passkey'),
  'post /passkeys': act('create', 'passkey'),
  'patch /passkeys/:id': act('update', 'passkey'),
  'post /passkeys/:id/removal': act('delete', 'passkey'),
  'post /sync/export': act('export', 'parcel'),
  'post /sync/import': act('import', 'parcel'),
  'get /sync/quarantine': act('read', 'quarantine'),
  'get /sync/quarantine/:id': act('read', 'quarantine'),
  'post /sync/quarantine/retry': act('update', 'quarantine'),
  'get /unlock': act('read', 'node-key'),
  'post /unlock': act('update', 'node-key'),
  'get /former-nodes': act('read', 'node'),
  'post /former-nodes': act('update', 'node'),
  'get /keys': act('read', 'keys'),
  'post /keys/rotate': act('update', 'keys'),
  'post /keys/rotate-tokens': act('update', 'token-key'),
  'get /policies': act('read', 'rolePolicy'),
  'post /policies/show': act('read', 'rolePolicy'),
  'post /policies/preview': act('read', 'rolePolicy'),
  'post /policies': act('update', 'rolePolicy'),
  'get /staff': act('read', 'practitioner'),
  'post /staff/disable': act('update', 'account'),
  'post /staff/enable': act('update', 'account'),
  'get /erasures': act('read', 'erasure'),
  'post /erasures': act('delete', 'patient', 'PATRQT'),
  'get /audit/verify': act('read', 'audit'),
  'get /audit/findings': act('read', 'audit'),
  'post /audit/settle': act('update', 'audit'),
  'get /audit': null,
  'get /audit/export': null,
  'get /facilities/proofs': act('read', 'facility'),
  'get /emergency-accesses': act('read', 'emergencyAccess', 'HOPERAT'),
  'get /reports/weekly': act('read', 'aggregateReport', 'PUBHLTH'),
  'get /consolidated/weekly': act('read', 'aggregateReport', 'PUBHLTH'),
};

/** What of a request is told in the trail: names of things, never what is known of a person. */
const TOLD = [
  ...['facility', 'code', 'login', 'role', 'region', 'week', 'format', 'reason', 'decision', 'node', 'id', 'directory'],
  ...['patient', 'isCompromised', 'district', 'referralTarget', 'since'],
];

/**
 * Routes that write into the audit trail what they are about to do, before they do it: nothing is shown or changed of which the trail
 * does not know. What was then refused is written too. Throws for a route that nobody has described.
 */
export function auditedRoutes<Policy, Principal>(
  routes: readonly Route<Policy, Principal>[],
  trail: HubAuditTrail,
  callerOf: (context: RouteContext<Principal, unknown, unknown, unknown>) => AuditedCaller,
): readonly Route<Policy, Principal>[] {
  return routes.map((route) => {
    const name = `${route.method} ${route.path}`;
    const known = ACTS[name];
    if (route.policy === 'public' || known === null) return route;
    if (known === undefined) throw new TypeError(`${name}: nobody has said what it is in the audit trail`);
    return {
      ...route,
      handler: async (context: RouteContext<Principal, unknown, unknown, unknown>) => {
        const entry = { ...known, detail: toldOf(context) };
        const caller = callerOf(context);
        await trail.append(caller, entry);
        try {
          return await route.handler(context);
        } catch (error) {
          const code = error instanceof HagguiError ? error.code : 'failed';
          await trail.append(caller, { ...entry, decision: 'deny', detail: { ...entry.detail, code } });
          throw error;
        }
      },
    };
  });
}

function toldOf({ params, query, body }: RouteContext<unknown, unknown, unknown, unknown>): Record<string, unknown> {
  const asked: Readonly<Record<string, unknown>> = { ...(params ?? {}), ...(query ?? {}), ...(body ?? {}) };
  return Object.fromEntries(TOLD.flatMap((key) => (asked[key] === undefined ? [] : [[key, asked[key]]])));
}

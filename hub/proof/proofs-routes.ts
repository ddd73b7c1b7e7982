import { sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { PAGE_STYLE, STYLE_PATH } from '@santehaggui/runtime/http/html-page.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';
import { PROOFS_PATH, proofsDoor, proofsPage } from './proofs-page.ts';
import type { ProofsService } from './proofs-service.ts';

/** What the routes and the page speak to. */
export type ProofsParts = {
  readonly proofs: ProofsService;
  readonly users: HubUsersService;
  readonly audit: HubAuditTrail;
  readonly clock: Clock;
};

/** The proofs for programs, below `/api/v1`: the ministry sees all facilities, a region's people theirs. */
export function proofsRoutes({ proofs }: Pick<ProofsParts, 'proofs'>): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'get',
      path: '/facilities/proofs',
      policy: 'regional-reports',
      summary: 'Établissements : prouvés identiques au hub, quand et à quel numéro ; ce qui attend, ce qui diffère',
      tag: 'facilities',
      handler: async ({ principal }) => ({ body: { facilities: await proofs.lines(principal?.region ?? null) } }),
    }),
  ];
}

/** The page of the same, at the root: a login for each look, no session and no script. */
export function proofsPages({ proofs, users, audit, clock }: ProofsParts): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'get',
      path: STYLE_PATH,
      policy: 'public',
      summary: 'La feuille de style des pages',
      tag: 'pages',
      handler: () => ({ headers: { 'content-type': 'text/css; charset=utf-8' }, body: PAGE_STYLE }),
    }),
    hubRoute({
      method: 'get',
      path: PROOFS_PATH,
      policy: 'public',
      summary: 'La porte de la page des établissements',
      tag: 'pages',
      handler: () => proofsDoor(),
    }),
    hubRoute({
      method: 'post',
      path: PROOFS_PATH,
      policy: 'public',
      summary: 'La page des établissements, pour qui lit les rapports',
      tag: 'pages',
      bodyType: 'form',
      body: sessionRequest,
      handler: async ({ body, request, requestId }) => {
        const address = request.socket.remoteAddress ?? '';
        try {
          const { user } = await users.signIn({ ...body, address });
          const caller = { kind: 'user' as const, login: user.login, role: user.role, address, requestId };
          await audit.append(caller, { action: 'read', recordType: 'facility', detail: { page: PROOFS_PATH } });
          return proofsPage(await proofs.lines(user.region), { region: user.region, nowMs: clock.now() });
        } catch (error) {
          if (error instanceof HagguiError && ['SH-A301', 'SH-A302'].includes(error.code))
            return proofsDoor(error.title.fr);
          throw error;
        }
      },
    }),
  ];
}

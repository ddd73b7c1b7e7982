import { endedSessions, ownSessions } from '@santehaggui/protocols/api/users-api.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from './node-route.ts';
import type { OwnSessionsService } from './own-sessions-service.ts';

/** What people do with their own sessions: being signed in is all that it takes. */
export function ownSessionsRoutes(own: OwnSessionsService): readonly NodeRoute[] {
  const shared = { tag: 'sessions', policy: { kind: 'signed-in' } } as const;
  return [
    staffRoute({
      ...shared,
      method: 'get',
      path: '/sessions/own',
      summary: 'Mes sessions ouvertes',
      responses: { 200: { description: 'La dernière utilisée d’abord, cent au plus', body: ownSessions } },
      handler: ({ principal }) => ({ body: own.list(principal) }),
    }),
    staffRoute({
      ...shared,
      method: 'delete',
      path: '/sessions/own',
      summary: 'Terminer mes autres sessions',
      responses: { 200: { description: 'Combien ont été terminées', body: endedSessions } },
      handler: ({ principal }) => ({ body: { ended: own.endOthers(principal) } }),
    }),
    staffRoute({
      ...shared,
      method: 'delete',
      path: '/sessions/own/:id',
      summary: 'Terminer une de mes sessions',
      params: z.object({ id: z.uuid() }),
      responses: { 204: { description: 'La session est terminée' } },
      handler: ({ params: { id }, principal }) => {
        own.end(id, principal);
        return { status: 204 };
      },
    }),
  ];
}

import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { z } from 'zod';
import { conflictParams } from '../conflicts/conflicts-routes.ts';
import type { ConflictsService } from '../conflicts/conflicts-service.ts';
import type { QuarantineService } from '../quarantine/quarantine-service.ts';
import { type AdminRoute, operatorRoute, signedRoute } from './admin-route.ts';

/** What the routes speak to. */
export type ReviewParts = { readonly conflicts: ConflictsService; readonly quarantine: QuarantineService };

const quarantineParams = z.object({
  id: z.string().regex(/^(?:up|down)-\d{1,15}$/, 'up-N ou down-N est attendu'),
});

/**
 * Changes that met or could not be applied. The operator is told what, when, by which role and why; the values are for
 * staff who have signed in.
 */
export function reviewRoutes({ conflicts, quarantine }: ReviewParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/sync/conflicts',
      summary: 'Conflits ouverts, sans valeur ni nom',
      query: listQuery,
      handler: ({ query, language }) => ({ body: conflicts.lines({ ...query, language }) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/sync/conflicts/:id',
      summary: 'Un conflit, sans valeur ni nom',
      params: conflictParams,
      handler: ({ params, language }) => ({ body: conflicts.line(params.id, language) }),
    }),
    signedRoute({
      method: 'get',
      path: '/conflicts/:id',
      policy: { kind: 'may', action: 'read', subject: 'conflict' },
      summary: 'Un conflit avec ses valeurs',
      params: conflictParams,
      handler: ({ principal, params, language }) => ({ body: conflicts.get(principal, params.id, language) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/sync/quarantine',
      summary: 'Ce qui n’a pas pu être appliqué, sans valeur ni nom',
      query: listQuery,
      handler: ({ query, language }) => ({ body: quarantine.lines(query, language) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/sync/quarantine/retry',
      summary: 'Reprendre la quarantaine',
      handler: async ({ language }) => ({ body: await quarantine.retry(language) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/sync/quarantine/:id',
      summary: 'Une entrée de la quarantaine, sans valeur ni nom',
      params: quarantineParams,
      handler: ({ params, language }) => ({ body: quarantine.line(params.id, language) }),
    }),
    signedRoute({
      method: 'get',
      path: '/quarantine/:id',
      policy: { kind: 'signed-in' },
      summary: 'Une entrée de la quarantaine avec ses valeurs',
      params: quarantineParams,
      handler: ({ principal, params, language }) => ({ body: quarantine.show(principal, params.id, language) }),
    }),
  ];
}

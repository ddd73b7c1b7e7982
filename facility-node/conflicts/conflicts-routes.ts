import {
  type ConflictResolution,
  conflictResolution,
  conflictResolved,
  conflictShown,
} from '@santehaggui/protocols/api/conflicts-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { entityTag } from '../resources/api-record.ts';
import { idempotencyKeyOf } from '../resources/record-requests.ts';
import type { ConflictsService } from './conflicts-service.ts';

/** Path parameters of one conflict: `loser~winner~field`. */
export const conflictParams = z.object({
  id: z.string().regex(/^[0-9a-f.]{1,60}~[0-9a-f.]{1,60}~\d{1,6}$/, 'un identifiant de conflit est attendu'),
});

/** The review list for clinicians: what two people wrote without having seen each other's, and which of it is right. */
export function conflictsRoutes(conflicts: ConflictsService): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/conflicts',
      policy: { kind: 'may', action: 'read', subject: 'conflict' },
      summary: 'Conflits ouverts, du plus récent au plus ancien',
      tag: 'conflicts',
      query: listQuery,
      responses: {
        200: {
          description: 'Une page',
          body: z.object({ items: z.array(conflictShown), nextCursor: z.string().optional() }),
        },
      },
      handler: ({ principal, query, language }) => ({ body: conflicts.list(principal, { ...query, language }) }),
    }),
    staffRoute({
      method: 'get',
      path: '/conflicts/:id',
      policy: { kind: 'may', action: 'read', subject: 'conflict' },
      summary: 'Conflit : les deux valeurs, en une phrase',
      tag: 'conflicts',
      params: conflictParams,
      responses: { 200: { description: 'Le conflit', body: conflictShown } },
      handler: ({ principal, params, language }) => ({ body: conflicts.get(principal, params.id, language) }),
    }),
    staffRoute({
      method: 'post',
      path: '/conflicts/:id/resolution',
      policy: { kind: 'may', action: 'update', subject: 'conflict' },
      summary: 'Conflit : dire laquelle des deux valeurs est juste, ou en écrire une autre',
      tag: 'conflicts',
      params: conflictParams,
      body: conflictResolution,
      responses: { 200: { description: 'Réglé', body: conflictResolved } },
      handler: ({ principal, params, body, request, language }) => {
        const post = {
          staff: principal,
          route: `/conflicts/${params.id}/resolution`,
          idempotencyKey: idempotencyKeyOf(request),
          body: body as ConflictResolution,
        };
        const made = conflicts.resolve(post, params.id, language);
        return { status: made.status, headers: { ETag: entityTag(made.body.version) }, body: made.body };
      },
    }),
  ];
}

import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { emergencyNoteLine } from '@santehaggui/protocols/api/notes-api.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import type { EmergencyNotesService } from './emergency-notes-service.ts';

const noteParams = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'un identifiant de note est attendu') });

/** What was noted while nobody had opened the node, for whoever writes consultations. */
export function emergencyNotesRoutes(notes: EmergencyNotesService): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/emergency-notes',
      policy: { kind: 'may', action: 'read', subject: 'encounter', ofNobody: true },
      summary: 'Notes d’urgence écrites poste verrouillé, qui attendent d’être reprises dans un dossier',
      tag: 'emergency-notes',
      query: listQuery.extend({ cursor: noteParams.shape.id.optional() }),
      responses: {
        200: {
          description: 'Une page, les plus anciennes d’abord',
          body: z.object({ items: z.array(emergencyNoteLine), nextCursor: z.string().optional() }),
        },
      },
      handler: ({ principal, query }) => ({ body: notes.waiting(principal, query) }),
    }),
    staffRoute({
      method: 'post',
      path: '/emergency-notes/:id/taken-up',
      policy: { kind: 'may', action: 'create', subject: 'encounter', ofNobody: true },
      summary: 'Note d’urgence : son contenu est maintenant dans un dossier',
      tag: 'emergency-notes',
      params: noteParams,
      responses: { 200: { description: 'La note, avec qui l’a reprise', body: emergencyNoteLine } },
      handler: ({ principal, params }) => ({ body: notes.takeUp(principal, params.id) }),
    }),
  ];
}

import {
  EMERGENCY_STATES,
  emergencyCandidates,
  emergencyLine,
  emergencyPage,
  emergencyRequest,
  emergencyReviewRequest,
} from '@santehaggui/protocols/api/emergency-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { idempotencyKeyOf, recordParams } from '../resources/record-requests.ts';
import type { EmergencyAccessService } from './emergency-access-service.ts';

const PATH = '/emergency-accesses';
const subject = 'emergencyAccess';

/** Opening a record in an emergency, closing it, and saying afterwards what it was. */
export function emergencyRoutes(emergencies: EmergencyAccessService): readonly NodeRoute[] {
  const tag = 'emergency-accesses';
  return [
    staffRoute({
      ...{ method: 'get', path: PATH, tag, policy: { kind: 'may', action: 'read', subject } },
      summary: 'Accès d’urgence, le plus récent d’abord : tous pour qui les examine, sinon les siens',
      query: listQuery.extend({ state: z.enum(EMERGENCY_STATES).optional() }),
      responses: { 200: { description: 'Une page', body: emergencyPage } },
      handler: ({ principal, query }) => ({ body: emergencies.list(principal, query) }),
    }),
    staffRoute({
      ...{ method: 'get', path: `${PATH}/patients`, tag, policy: { kind: 'may', action: 'create', subject } },
      summary: 'Qui peut être ce patient : noms et numéros, tracés comme lus en urgence',
      query: z.object({ search: z.string().trim().max(100).default(''), limit: listQuery.shape.limit }),
      responses: { 200: { description: 'Les patients qui répondent', body: emergencyCandidates } },
      handler: ({ principal, query }) => ({ body: emergencies.candidates(principal, query.search, query.limit) }),
    }),
    staffRoute({
      ...{ method: 'post', path: PATH, tag, policy: { kind: 'may', action: 'create', subject } },
      summary: 'Ouvrir un dossier en urgence : motif, quelques heures, examiné ensuite',
      body: emergencyRequest,
      responses: { 201: { description: 'Ouvert dès maintenant', body: emergencyLine } },
      handler: ({ principal, body, request }) => {
        const post = { staff: principal, route: PATH, idempotencyKey: idempotencyKeyOf(request), body };
        const made = emergencies.open(post);
        return { status: made.status, body: made.body };
      },
    }),
    staffRoute({
      ...{ method: 'get', path: `${PATH}/:id`, tag, policy: { kind: 'may', action: 'read', subject } },
      summary: 'Un accès d’urgence',
      params: recordParams,
      responses: { 200: { description: 'L’accès', body: emergencyLine } },
      handler: ({ principal, params }) => ({ body: emergencies.get(principal, params.id) }),
    }),
    staffRoute({
      ...{ method: 'post', path: `${PATH}/:id/end`, tag, policy: { kind: 'may', action: 'update', subject } },
      summary: 'Refermer son accès d’urgence avant l’heure',
      params: recordParams,
      responses: { 200: { description: 'Refermé', body: emergencyLine } },
      handler: ({ principal, params, request }) => {
        const route = `${PATH}/${params.id}/end`;
        const post = { staff: principal, route, idempotencyKey: idempotencyKeyOf(request), body: null };
        return { body: emergencies.end(post, params.id).body };
      },
    }),
    staffRoute({
      ...{ method: 'post', path: `${PATH}/:id/review`, tag, policy: { kind: 'may', action: 'update', subject } },
      summary: 'Examiner un accès d’urgence : justifié ou non, et pourquoi',
      params: recordParams,
      body: emergencyReviewRequest,
      responses: { 200: { description: 'Examiné', body: emergencyLine } },
      handler: ({ principal, params, body, request }) => {
        const route = `${PATH}/${params.id}/review`;
        const post = { staff: principal, route, idempotencyKey: idempotencyKeyOf(request), body };
        return { body: emergencies.review(post, params.id).body };
      },
    }),
  ];
}

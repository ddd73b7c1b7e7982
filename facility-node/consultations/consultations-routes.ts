import { consultationRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { encounter } from '@santehaggui/protocols/records/encounter.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from '../resources/api-record.ts';
import { listRoute, mayDo, patchRoute } from '../resources/record-endpoints.ts';
import { idempotencyKeyOf, recordAnswer, recordParams } from '../resources/record-requests.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import { CONSULTATION_PARTS, PART_NAMES } from './consultation-parts.ts';
import type { ConsultationsService, EnteredConsultation } from './consultations-service.ts';

const ids = z.array(z.string());
const consultationAnswer = z.object({
  id: z.string(),
  observations: ids,
  conditions: ids,
  prescriptions: ids,
  immunizations: ids,
});

/** The consultations' routes: a whole consultation in one POST; list; read with all its parts; amend. */
export function consultationsRoutes(
  consultations: ConsultationsService,
  resources: ResourcesService,
): readonly NodeRoute[] {
  const parts = PART_NAMES.map((name) => [name, z.array(apiRecordSchema(CONSULTATION_PARTS[name]))] as const);
  const consultation = apiRecordSchema(encounter).extend(Object.fromEntries(parts));
  return [
    listRoute(resources, encounter),
    staffRoute({
      method: 'get',
      path: '/encounters/:id',
      policy: mayDo('read', encounter),
      summary: 'Consultation : lire, avec constantes, diagnostics, prescriptions et vaccins',
      tag: 'encounters',
      params: recordParams,
      responses: { 200: { description: 'La consultation', body: consultation } },
      handler: ({ principal, params }) => recordAnswer(consultations.get(principal, params.id)),
    }),
    staffRoute({
      method: 'post',
      path: '/encounters',
      policy: mayDo('create', encounter),
      summary: 'Consultation : enregistrer en entier, en une seule fois',
      tag: 'encounters',
      body: consultationRequest,
      responses: { 201: { description: 'Les identifiants de ce qui est enregistré', body: consultationAnswer } },
      handler: ({ principal, body, request }) => {
        const made = consultations.create({
          staff: principal,
          route: '/encounters',
          idempotencyKey: idempotencyKeyOf(request),
          body: body as EnteredConsultation,
        });
        return { status: made.status, body: made.body };
      },
    }),
    patchRoute(resources, encounter),
  ];
}

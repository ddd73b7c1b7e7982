import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { createSchema } from '@santehaggui/protocols/records/schema.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from '../resources/api-record.ts';
import { getRoute, mayDo, pageSchema, patchRoute } from '../resources/record-endpoints.ts';
import { idempotencyKeyOf, recordAnswer } from '../resources/record-requests.ts';
import type { EnteredFields } from '../resources/references.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import { duplicatesRoutes } from './duplicates-routes.ts';
import type { DuplicatesService } from './duplicates-service.ts';
import type { PatientsService } from './patients-service.ts';

/** The patients' routes: register, find as one types, list, read, amend, bring the records of one person together. */
export function patientsRoutes(
  patients: PatientsService,
  resources: ResourcesService,
  duplicates: DuplicatesService,
): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/patients',
      policy: mayDo('read', patient),
      summary: 'Patients : chercher (nom, téléphone, numéro) avec search, ou lister du plus ancien au plus récent',
      tag: 'patients',
      query: listQuery.extend({ search: z.string().trim().max(100).optional() }),
      responses: { 200: { description: 'Une page', body: pageSchema(patient) } },
      handler: ({ principal, query: { search, cursor, limit } }) =>
        search === undefined || search === ''
          ? { body: resources.list(principal, patient, { cursor, limit }) }
          : { body: { items: patients.search(principal, search, limit) } },
    }),
    getRoute(resources, patient),
    staffRoute({
      method: 'post',
      path: '/patients',
      policy: mayDo('create', patient),
      summary: 'Patient : enregistrer ; le numéro du carnet est donné ici',
      tag: 'patients',
      body: createSchema(patient).omit({ source: true, replacedBy: true }),
      responses: { 201: { description: 'Enregistré', body: apiRecordSchema(patient) } },
      handler: ({ principal, body, request }) => {
        const made = patients.create({
          staff: principal,
          route: '/patients',
          idempotencyKey: idempotencyKeyOf(request),
          body: body as EnteredFields,
        });
        return recordAnswer(made.body, made.status);
      },
    }),
    patchRoute(resources, patient, ['replacedBy']),
    ...duplicatesRoutes(duplicates),
  ];
}

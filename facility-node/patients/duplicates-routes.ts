import { mergeRequest } from '@santehaggui/protocols/api/duplicates-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from '../resources/api-record.ts';
import { mayDo } from '../resources/record-endpoints.ts';
import { idempotencyKeyOf, recordAnswer, recordParams } from '../resources/record-requests.ts';
import type { DuplicatesService } from './duplicates-service.ts';

const candidates = z.object({
  items: z.array(
    z.object({
      patient: apiRecordSchema(patient),
      score: z.int(),
      reasons: z.array(z.object({ kind: z.string(), words: z.string() })),
    }),
  ),
});
const amended = { 200: { description: 'La fiche, avec ce qui la remplace', body: apiRecordSchema(patient) } };

/** Records of one person: what may be, and what a person decided. */
export function duplicatesRoutes(duplicates: DuplicatesService): readonly NodeRoute[] {
  return [
    staffRoute({
      method: 'get',
      path: '/patients/:id/duplicates',
      policy: mayDo('read', patient),
      summary: 'Patient : les autres fiches qui sont peut-être de la même personne',
      tag: 'patients',
      params: recordParams,
      query: listQuery.pick({ limit: true }),
      responses: { 200: { description: 'Les plus probables d’abord', body: candidates } },
      handler: ({ principal, params, query, language }) => ({
        body: { items: duplicates.candidates(principal, params.id, { limit: query.limit, language }) },
      }),
    }),
    staffRoute({
      method: 'post',
      path: '/patients/:id/merge',
      policy: mayDo('update', patient),
      summary: 'Patient : cette fiche est un doublon, l’autre continue',
      tag: 'patients',
      params: recordParams,
      body: mergeRequest,
      responses: amended,
      handler: ({ principal, params, body, request }) => {
        const post = {
          staff: principal,
          route: `/patients/${params.id}/merge`,
          idempotencyKey: idempotencyKeyOf(request),
          body,
        };
        return recordAnswer(duplicates.merge(post, params.id, body.into).body);
      },
    }),
    staffRoute({
      method: 'post',
      path: '/patients/:id/unmerge',
      policy: mayDo('update', patient),
      summary: 'Patient : ce n’était pas un doublon',
      tag: 'patients',
      params: recordParams,
      responses: amended,
      handler: ({ principal, params, request }) => {
        const post = {
          staff: principal,
          route: `/patients/${params.id}/unmerge`,
          idempotencyKey: idempotencyKeyOf(request),
          body: null,
        };
        return recordAnswer(duplicates.unmerge(post, params.id).body);
      },
    }),
  ];
}

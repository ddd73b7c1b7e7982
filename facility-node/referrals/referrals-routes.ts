import { listQuery, referralRequest, referralStepRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import type { ReferralStep } from '@santehaggui/protocols/records/referral-machine.ts';
import { fieldSchema, patchSchema, uuidText } from '@santehaggui/protocols/records/schema.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from '../resources/api-record.ts';
import { getRoute, mayDo, pageSchema } from '../resources/record-endpoints.ts';
import { idempotencyKeyOf, recordAnswer, recordParams, versionToMatch } from '../resources/record-requests.ts';
import type { EnteredFields } from '../resources/references.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { ReferralsService } from './referrals-service.ts';

const query = listQuery.extend({
  direction: z.enum(['incoming', 'outgoing']).optional(),
  status: fieldSchema(referral.fields.status).optional(),
  patient: uuidText.optional(),
});

/** The referrals' routes: refer, list both directions, read, take a step, amend. */
export function referralsRoutes(referrals: ReferralsService, resources: ResourcesService): readonly NodeRoute[] {
  return [
    listReferrals(referrals),
    getRoute(resources, referral),
    createReferral(referrals),
    takeStep(referrals),
    amend(referrals),
  ];
}

function listReferrals(referrals: ReferralsService): NodeRoute {
  return staffRoute({
    method: 'get',
    path: '/referrals',
    policy: mayDo('read', referral),
    summary: 'Références : celles qui arrivent (incoming) ou qui partent (outgoing), par état',
    tag: 'referrals',
    query,
    responses: { 200: { description: 'Une page', body: pageSchema(referral) } },
    handler: ({ principal, query: { direction, cursor, limit, status, patient } }) => {
      const equal = { status: status as string | undefined, patient };
      return { body: referrals.list(principal, direction, { cursor, limit, equal }) };
    },
  });
}

function createReferral(referrals: ReferralsService): NodeRoute {
  return staffRoute({
    method: 'post',
    path: '/referrals',
    policy: mayDo('create', referral),
    summary: 'Référence ou évacuation : décider',
    tag: 'referrals',
    body: referralRequest,
    responses: { 201: { description: 'Créée', body: apiRecordSchema(referral) } },
    handler: ({ principal, body, request }) => {
      const idempotencyKey = idempotencyKeyOf(request);
      const made = referrals.create({
        staff: principal,
        route: '/referrals',
        idempotencyKey,
        body: body as EnteredFields,
      });
      return recordAnswer(made.body, made.status);
    },
  });
}

function takeStep(referrals: ReferralsService): NodeRoute {
  return staffRoute({
    method: 'post',
    path: '/referrals/:id/steps',
    policy: mayDo('update', referral),
    summary: 'Référence : départ, arrivée, prise en charge, contre-référence, annulation',
    tag: 'referrals',
    params: recordParams,
    body: referralStepRequest,
    responses: { 200: { description: 'La référence après l’étape', body: apiRecordSchema(referral) } },
    handler: ({ principal, params, body, request }) => {
      const { step, ...fields } = body as EnteredFields & { readonly step: ReferralStep };
      const post = {
        staff: principal,
        route: `/referrals/${params.id}/steps`,
        idempotencyKey: idempotencyKeyOf(request),
        body: fields,
      };
      const made = referrals.step(post, params.id, step);
      return recordAnswer(made.body, made.status);
    },
  });
}

function amend(referrals: ReferralsService): NodeRoute {
  return staffRoute({
    method: 'patch',
    path: '/referrals/:id',
    policy: mayDo('update', referral),
    summary: 'Référence : corriger sa propre partie (If-Match) ; l’état change par ses étapes',
    tag: 'referrals',
    params: recordParams,
    body: patchSchema(referral).omit({ source: true, status: true, requester: true, receivedBy: true, closedBy: true }),
    responses: { 200: { description: 'Corrigée', body: apiRecordSchema(referral) } },
    handler: ({ principal, params, body, request }) =>
      recordAnswer(
        referrals.patch(principal, { id: params.id, version: versionToMatch(request), fields: body as EnteredFields }),
      ),
  });
}

import {
  consentCodeAnswer,
  consentCodeRequest,
  consentHistory,
  consentRequest,
  consentTerms,
  consentTextAnswer,
} from '@santehaggui/protocols/api/consent-api.ts';
import { consent } from '@santehaggui/protocols/records/consent.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from '../resources/api-record.ts';
import { mayDo, readingRoutes } from '../resources/record-endpoints.ts';
import { idempotencyKeyOf, recordAnswer, recordParams } from '../resources/record-requests.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { ConsentHistoryService } from './consent-history-service.ts';
import type { ConsentService } from './consent-service.ts';

/** What the routes speak to. */
export type ConsentRouteParts = {
  readonly consents: ConsentService;
  readonly history: ConsentHistoryService;
  readonly resources: ResourcesService;
};

/** Consents: read, shown in words, given in three ways, withdrawn. Nothing else changes one. */
export function consentRoutes({ consents, history, resources }: ConsentRouteParts): readonly NodeRoute[] {
  const tag = consent.plural;
  const shown = apiRecordSchema(consent);
  return [
    ...readingRoutes(resources, consent),
    staffRoute({
      ...{ method: 'get', path: '/patients/:id/consents', tag },
      policy: mayDo('read', consent),
      summary: 'Consentements d’un patient, en mots, avec leurs versions',
      params: recordParams,
      responses: { 200: { description: 'Les consentements, les plus récents d’abord', body: consentHistory } },
      handler: ({ principal, params }) => ({ body: history.of(principal, params.id) }),
    }),
    staffRoute({
      ...{ method: 'post', path: '/consents/text', tag },
      policy: mayDo('create', consent),
      summary: 'Le texte à montrer ou à lire avant de recueillir un consentement',
      body: z.strictObject({ terms: consentTerms }),
      responses: { 200: { description: 'Le texte et son empreinte', body: consentTextAnswer } },
      handler: ({ body }) => ({ body: consents.preview(body.terms) }),
    }),
    staffRoute({
      ...{ method: 'post', path: '/consents/codes', tag },
      policy: mayDo('create', consent),
      summary: 'Envoyer au patient, par SMS, le code qui dit oui à ce texte',
      body: consentCodeRequest,
      responses: { 201: { description: 'Le code est parti ; il vaut dix minutes', body: consentCodeAnswer } },
      handler: async ({ principal, body }) => ({ status: 201, body: await consents.sendCode(principal, body) }),
    }),
    staffRoute({
      ...{ method: 'post', path: '/consents', tag },
      policy: mayDo('create', consent),
      summary: 'Consentement : recueillir (signature, parole devant témoin, code par SMS)',
      body: consentRequest,
      responses: { 201: { description: 'Enregistré', body: shown } },
      handler: ({ principal, body, request }) => {
        const idempotencyKey = idempotencyKeyOf(request);
        const made = consents.give({ staff: principal, route: '/consents', idempotencyKey, body });
        return recordAnswer(made.body, made.status);
      },
    }),
    staffRoute({
      ...{ method: 'post', path: '/consents/:id/withdrawal', tag },
      policy: mayDo('update', consent),
      summary: 'Consentement : retirer ; part avant tout le reste',
      params: recordParams,
      body: z.strictObject({}),
      responses: { 200: { description: 'Retiré', body: shown } },
      handler: ({ principal, params, body, request }) => {
        const route = `/consents/${params.id}/withdrawal`;
        const post = { staff: principal, route, idempotencyKey: idempotencyKeyOf(request), body };
        const made = consents.withdraw(post, params.id);
        return recordAnswer(made.body, made.status);
      },
    }),
  ];
}

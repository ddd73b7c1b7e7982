import { consentHistory, consentLine, consentVerification } from '@santehaggui/protocols/api/consent-api.ts';
import { z } from 'zod';
import type { ConsentChainService } from '../consent/consent-chain-service.ts';
import type { ConsentHistoryService } from '../consent/consent-history-service.ts';
import { type AdminRoute, operatorRoute, signedRoute } from './admin-route.ts';

/** What the routes speak to. */
export type ConsentParts = {
  readonly consents: { readonly history: ConsentHistoryService; readonly chain: ConsentChainService };
};

const policy = { kind: 'may', action: 'read', subject: 'consent' } as const;

/** Consents at the machine itself: read by staff who have signed in; their chain is proven by the operator, who sees no name. */
export function consentsRoutes({ consents: { history, chain } }: ConsentParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/consents/verify',
      summary: 'Prouver la chaîne des consentements',
      responses: { 200: { description: 'Ce qui a été vu, et ce qui ne va pas', body: consentVerification } },
      handler: () => ({ body: chain.verify() }),
    }),
    signedRoute({
      method: 'get',
      path: '/consents',
      policy,
      summary: 'Les consentements d’un patient',
      query: z.object({ patient: z.uuid() }),
      responses: { 200: { description: 'En mots, avec leurs versions', body: consentHistory } },
      handler: ({ principal, query }) => ({ body: history.of(principal, query.patient) }),
    }),
    signedRoute({
      method: 'get',
      path: '/consents/:id',
      policy,
      summary: 'Un consentement',
      params: z.object({ id: z.uuid() }),
      responses: { 200: { description: 'En mots, avec ses versions', body: consentLine } },
      handler: ({ principal, params }) => ({ body: history.line(principal, params.id) }),
    }),
  ];
}

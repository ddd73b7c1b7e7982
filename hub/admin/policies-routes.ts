import { policyPlace, policyPreviewRequest, policyRequest } from '@santehaggui/protocols/api/policies-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { PoliciesService } from '../policies/policies-service.ts';

const route = routeMaker<'operator', 'operator'>();

/** What each role may do at the facilities. */
export function policiesRoutes(policies: PoliciesService): readonly Route<'operator', 'operator'>[] {
  const policy = 'operator';
  return [
    route({
      ...{ method: 'get', path: '/policies', policy },
      summary: 'Les droits des fonctions qui ne sont plus ceux de départ',
      handler: async () => ({ body: { policies: await policies.list() } }),
    }),
    route({
      ...{ method: 'post', path: '/policies/show', policy },
      summary: 'Les droits d’une fonction, leur plafond et leurs éditions',
      body: policyPlace,
      handler: async ({ body }) => ({ body: await policies.show(body) }),
    }),
    route({
      ...{ method: 'post', path: '/policies/preview', policy },
      summary: 'Qui gagnerait et perdrait quoi, sans rien enregistrer',
      body: policyPreviewRequest,
      handler: async ({ body, language }) => ({ body: await policies.preview(body, language) }),
    }),
    route({
      ...{ method: 'post', path: '/policies', policy },
      summary: 'Nouvelle édition des droits d’une fonction',
      body: policyRequest,
      handler: async ({ body, language }) => ({ status: 201, body: await policies.set(body, language) }),
    }),
  ];
}

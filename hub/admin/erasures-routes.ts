import { erasureRequest } from '@santehaggui/protocols/api/erasures-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { ErasureService } from '../erasure/erasure-service.ts';

const route = routeMaker<'operator', 'operator'>();

/** Erasing a patient, which shows nothing of the patient. */
export function erasuresRoutes(erasures: ErasureService): readonly Route<'operator', 'operator'>[] {
  const policy = 'operator';
  return [
    route({
      method: 'get',
      path: '/erasures',
      policy,
      summary: 'Les effacements faits, sans nom',
      handler: async () => ({ body: { erasures: await erasures.list() } }),
    }),
    route({
      method: 'post',
      path: '/erasures',
      policy,
      summary: 'Efface un patient, ici et dans tous les établissements',
      body: erasureRequest,
      handler: async ({ body }) => ({ body: await erasures.erase(body) }),
    }),
  ];
}

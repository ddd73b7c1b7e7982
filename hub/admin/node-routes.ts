import { formerDecision, revokeRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { unlockDecision } from '@santehaggui/protocols/api/keys-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { RevocationService } from '../revocation/revocation-service.ts';
import type { UnlockService } from '../unlocking/unlock-service.ts';

const route = routeMaker<'operator', 'operator'>();
const policy = 'operator' as const;

/** What an operator decides about nodes: which is locked and may open, which is no longer its facility's. */
export function nodeRoutes(
  unlocking: UnlockService,
  revocation: RevocationService,
): readonly Route<'operator', 'operator'>[] {
  return [
    route({
      method: 'get',
      path: '/unlock',
      policy,
      summary: 'Postes verrouillés qui demandent leur clé',
      handler: async () => ({ body: { nodes: await unlocking.list() } }),
    }),
    route({
      method: 'post',
      path: '/unlock',
      policy,
      summary: 'Dit oui ou non à un poste verrouillé',
      body: unlockDecision,
      handler: async ({ body }) => {
        await unlocking.decide(body.facility, body.decision);
        return { body };
      },
    }),
    route({
      method: 'post',
      path: '/facilities/revoke',
      policy,
      summary: 'Retire son nœud à un établissement : volé, ou remplacé',
      body: revokeRequest,
      handler: async ({ body }) => ({ body: await revocation.revoke(body.facility, body.reason) }),
    }),
    route({
      method: 'get',
      path: '/former-nodes',
      policy,
      summary: 'Nœuds retirés, et ce qui est venu d’eux ensuite',
      handler: async () => ({ body: { nodes: await revocation.list() } }),
    }),
    route({
      method: 'post',
      path: '/former-nodes',
      policy,
      summary: 'Juge ce qui est venu d’un nœud retiré',
      body: formerDecision,
      handler: async ({ body }) => ({ body: await revocation.judge(body.node, body.decision) }),
    }),
  ];
}

import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { enrolmentEnvelope, type HubIdentity, hubIdentity } from '@santehaggui/protocols/enrolment/enrolment.ts';
import { signedEnvelope } from '@santehaggui/protocols/enrolment/unlock.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { EnrolmentService } from './enrolment-service.ts';
import type { NodeKeyService } from './node-key-service.ts';

/** The hub's public keys, and enrolment. */
export function enrolmentRoutes(
  identity: HubIdentity,
  enrolment: EnrolmentService,
  nodeKeys: NodeKeyService,
): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'get',
      path: '/identity',
      policy: 'public',
      summary: 'Clés publiques de ce hub, que le jeton d’enrôlement engage',
      tag: 'enrolment',
      responses: { 200: { description: 'Les clés', body: hubIdentity } },
      handler: () => ({ body: identity }),
    }),
    hubRoute({
      method: 'post',
      path: '/enrolment',
      policy: 'public',
      summary: 'Enrôlement d’un nœud, scellé à la clé du hub ; la réponse est scellée au nœud et signée',
      tag: 'enrolment',
      body: enrolmentEnvelope,
      maxBodyBytes: 16_384,
      responses: { 200: { description: 'La réponse scellée', body: enrolmentEnvelope } },
      handler: async ({ body }) => {
        const { sealed, signature } = await enrolment.enrol(fromHex(body.sealed));
        return { body: { sealed: toHex(sealed), signature: toHex(signature) } };
      },
    }),
    hubRoute({
      method: 'post',
      path: '/node-key',
      policy: 'public',
      summary:
        'Un nœud enrôlé renouvelle la clé de ses trames, scellé au hub et signé ; la réponse est scellée et signée',
      tag: 'enrolment',
      body: signedEnvelope,
      maxBodyBytes: 16_384,
      responses: { 200: { description: 'La réponse scellée', body: signedEnvelope } },
      handler: async ({ body }) => {
        const { sealed, signature } = await nodeKeys.take(fromHex(body.sealed), fromHex(body.signature));
        return { body: { sealed: toHex(sealed), signature: toHex(signature) } };
      },
    }),
  ];
}

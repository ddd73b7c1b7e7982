import { fromHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { readmissionAnswer } from '@santehaggui/protocols/enrolment/certificate.ts';
import { signedEnvelope } from '@santehaggui/protocols/enrolment/unlock.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { ReadmissionService } from './readmission-service.ts';

/** Where a node that a restored hub does not know shows its certificate. */
export function readmissionRoutes(readmission: ReadmissionService): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'post',
      path: '/enrolment/again',
      policy: 'public',
      summary: 'Un nœud que le hub, remis à une sauvegarde, ne connaît plus montre le certificat qu’il en a reçu',
      tag: 'enrolment',
      body: signedEnvelope,
      maxBodyBytes: 16_384,
      responses: { 200: { description: 'Le hub le connaît de nouveau', body: readmissionAnswer } },
      handler: async ({ body }) => ({
        body: await readmission.take(fromHex(body.sealed), fromHex(body.signature)),
      }),
    }),
  ];
}

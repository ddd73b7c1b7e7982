import { fromHex, toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { sealedQuestion, signedEnvelope } from '@santehaggui/protocols/enrolment/unlock.ts';
import { type HubRoute, hubRoute } from '../people/hub-route.ts';
import type { UnlockService } from './unlock-service.ts';

/** Where locked nodes ask. */
export function unlockRoutes(unlocking: UnlockService): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'post',
      path: '/unlock',
      policy: 'public',
      summary:
        'Un nœud verrouillé demande sa clé, scellé au hub et signé ; la réponse est scellée à ce démarrage et signée',
      tag: 'enrolment',
      body: signedEnvelope,
      maxBodyBytes: 40_000,
      responses: { 200: { description: 'La réponse scellée', body: signedEnvelope } },
      handler: async ({ body }) => {
        const asked = { sealed: fromHex(body.sealed), signature: fromHex(body.signature) };
        const { sealed, signature } = await unlocking.ask(asked);
        return { body: { sealed: toHex(sealed), signature: toHex(signature) } };
      },
    }),
    hubRoute({
      method: 'post',
      path: '/backup-opening',
      policy: 'public',
      summary: 'Qui tient une sauvegarde demande sa clé, scellé au hub ; la réponse lui est scellée et signée',
      tag: 'enrolment',
      body: sealedQuestion,
      maxBodyBytes: 90_000,
      responses: { 200: { description: 'La réponse scellée', body: signedEnvelope } },
      handler: async ({ body }) => {
        const { sealed, signature } = await unlocking.askForBackup(fromHex(body.sealed));
        return { body: { sealed: toHex(sealed), signature: toHex(signature) } };
      },
    }),
  ];
}

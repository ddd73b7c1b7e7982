import { proofRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { passkeyOptions } from '@santehaggui/protocols/api/passkeys-api.ts';
import { z } from 'zod';
import type { HubPasskeysService } from './hub-passkeys-service.ts';
import { type HubRoute, hubRoute } from './hub-route.ts';
import type { HubUsersService } from './hub-users-service.ts';
import { pageOf } from './page-address.ts';

/** A session at the hub. */
export const hubSessionAnswer = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.int(),
  user: z.object({ login: z.string(), role: z.enum(['ministry', 'region']), region: z.string().nullable() }),
});

/** Signing in. */
export function sessionsRoutes(users: HubUsersService, passkeys: HubPasskeysService): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'post',
      path: '/sessions',
      policy: 'public',
      summary: 'Connexion d’une personne qui lit les rapports ; le jeton vaut dix minutes',
      tag: 'sessions',
      body: proofRequest,
      responses: { 200: { description: 'La session', body: hubSessionAnswer } },
      handler: async ({ body: { passkey, login = '', password = '' }, request }) => {
        const address = request.ip ?? '';
        if (passkey === undefined) return { body: await users.signIn({ login, password, address }) };
        return { body: await passkeys.signIn(passkey, { page: pageOf(request), address }) };
      },
    }),
    hubRoute({
      method: 'post',
      path: '/sessions/challenge',
      policy: 'public',
      summary: 'Ce qu’il faut à un navigateur pour utiliser une clé d’accès',
      tag: 'sessions',
      responses: { 200: { description: 'À donner à la clé d’accès, dans les cinq minutes', body: passkeyOptions } },
      handler: async () => ({ body: await passkeys.signInOptions() }),
    }),
  ];
}

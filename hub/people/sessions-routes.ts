import { hubCodeSent, hubPasswordChange, hubProofRequest } from '@santehaggui/protocols/api/hub-people-api.ts';
import { passkeyOptions } from '@santehaggui/protocols/api/passkeys-api.ts';
import { z } from 'zod';
import type { HubPasskeysService } from './hub-passkeys-service.ts';
import { type HubRoute, hubRoute, loginOf } from './hub-route.ts';
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
      body: hubProofRequest,
      responses: {
        200: { description: 'La session', body: hubSessionAnswer },
        202: { description: 'Le mot de passe est bon ; un code est parti, à rendre avec attempt', body: hubCodeSent },
      },
      handler: async ({ body: { passkey, login = '', password = '', attempt, otp = '' }, request }) => {
        const address = request.ip ?? '';
        if (passkey !== undefined) return { body: await passkeys.signIn(passkey, { page: pageOf(request), address }) };
        if (attempt !== undefined) return { body: await users.signInWithCode({ login, attempt, code: otp, address }) };
        const signedIn = await users.signIn({ login, password, address });
        if ('accessToken' in signedIn) return { body: signedIn };
        const { way, expiresAtMs, ...sent } = signedIn;
        return { status: 202, body: { ...sent, secondFactor: way, expiresAt: new Date(expiresAtMs).toISOString() } };
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
    hubRoute({
      method: 'delete',
      path: '/sessions',
      policy: 'own-account',
      summary: 'Se déconnecter, partout où ce compte est ouvert',
      tag: 'sessions',
      responses: { 204: { description: 'Plus aucun jeton de ce compte ne vaut' } },
      handler: async ({ principal }) => {
        await users.signOut(loginOf(principal));
        return { status: 204 };
      },
    }),
    hubRoute({
      method: 'post',
      path: '/users/own/password',
      policy: 'own-account',
      summary: 'Prendre un autre mot de passe, avec celui que j’ai ; mes autres sessions se terminent',
      tag: 'sessions',
      body: hubPasswordChange,
      responses: { 200: { description: 'La session', body: hubSessionAnswer } },
      handler: async ({ principal, body, request }) => ({
        body: await users.changePassword(loginOf(principal), body, request.ip ?? ''),
      }),
    }),
  ];
}

import { sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { z } from 'zod';
import { type HubRoute, hubRoute } from './hub-route.ts';
import type { HubUsersService } from './hub-users-service.ts';

const sessionAnswer = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.int(),
  user: z.object({ login: z.string(), role: z.enum(['ministry', 'region']), region: z.string().nullable() }),
});

/** Signing in. */
export function sessionsRoutes(users: HubUsersService): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'post',
      path: '/sessions',
      policy: 'public',
      summary: 'Connexion d’une personne qui lit les rapports ; le jeton vaut dix minutes',
      tag: 'sessions',
      body: sessionRequest,
      responses: { 200: { description: 'La session', body: sessionAnswer } },
      handler: async ({ body, request }) => ({
        body: await users.signIn({ ...body, address: request.ip ?? '' }),
      }),
    }),
  ];
}

import { openingRequest, rotateRequest } from '@santehaggui/protocols/api/keys-api.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { SessionService } from '../people/session-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What an operator may do with the keys, over the admin socket. */
export function keysRoutes(keys: KeyService, sessions: SessionService): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/keys',
      summary: 'Qui ouvre la base, et depuis quand elle a sa clé',
      handler: () => ({ body: keys.status() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/keys/rotate',
      summary: 'Donner à la base une nouvelle clé',
      body: rotateRequest,
      handler: ({ body }) => {
        if (body.acceptRing) keys.acceptRing();
        return { body: keys.rotateDatabaseKey() };
      },
    }),
    operatorRoute({
      method: 'post',
      path: '/keys/escrow',
      summary: 'De nouveaux mots de secours',
      handler: () => ({ status: 201, body: keys.escrow() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/keys/opening',
      summary: 'Qui ouvre le poste après une coupure de courant',
      body: openingRequest,
      handler: async ({ body, requestId }) => {
        if (body.opens === 'unattended') keys.openUnattended();
        else {
          const { login, password } = body;
          const { refreshToken } = await sessions.login({ login, password, address: null, requestId });
          await sessions.signOut({ refreshToken }, { address: null, requestId });
          await keys.openByStaff({ login: login.trim().toLowerCase(), password, known: [] });
        }
        return { body: keys.status() };
      },
    }),
  ];
}

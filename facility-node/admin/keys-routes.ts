import { openingRequest, rotateRequest } from '@santehaggui/protocols/api/keys-api.ts';
import type { KeyRotation } from '../keys/key-rotation.ts';
import type { KeyService } from '../keys/key-service.ts';
import type { SessionService } from '../people/session-service.ts';
import type { SignInService } from '../people/sign-in-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What an operator may do with the keys, over the admin socket. */
export function keysRoutes({
  keys,
  rotation,
  sessions,
  signIn,
}: {
  readonly keys: KeyService;
  readonly rotation: KeyRotation;
  readonly sessions: SessionService;
  readonly signIn: SignInService;
}): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/keys',
      summary: 'Qui ouvre la base, et depuis quand elle a sa clé',
      handler: () => ({ body: rotation.status() }),
    }),
    operatorRoute({
      method: 'post',
      path: '/keys/rotate',
      summary: 'Donner de nouvelles clés à la base, aux jetons et aux trames',
      body: rotateRequest,
      handler: async ({ body }) => {
        if (body.acceptRing) keys.acceptRing();
        return { body: await rotation.rotate(body.only) };
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
          const { refreshToken } = await signIn.signInAtMachine({ login, password, requestId });
          await sessions.signOut({ refreshToken }, { address: null, requestId });
          await keys.openByStaff({ login: login.trim().toLowerCase(), password, known: [] });
        }
        return { body: rotation.status() };
      },
    }),
  ];
}

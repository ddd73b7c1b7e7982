import { hubKeysRotateRequest, hubTokenKeyRequest } from '@santehaggui/protocols/api/hub-keys-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { KeysService } from '../kms/keys-service.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';

const route = routeMaker<'operator', 'operator'>();

/** What an operator sees of the hub's keys, and how they are renewed. */
export function keysRoutes(keys: KeysService, users: HubUsersService): readonly Route<'operator', 'operator'>[] {
  const policy = 'operator';
  return [
    route({
      method: 'get',
      path: '/keys',
      policy,
      summary: 'Ce qui enveloppe les clés du hub, et combien il y en a',
      handler: async () => ({ body: await keys.status() }),
    }),
    route({
      method: 'post',
      path: '/keys/rotate',
      policy,
      summary: 'Renouvelle la clé des clés, ou celle d’un établissement',
      body: hubKeysRotateRequest,
      handler: async ({ body: { facility, isCompromised = false } }) => {
        if (facility === undefined) return { body: await keys.rotate({ isCompromised }) };
        const { generation, rewrapped } = await keys.rotateFacility(facility);
        return { body: { version: generation, rewrapped, forgotten: 0 } };
      },
    }),
    route({
      method: 'post',
      path: '/keys/rotate-tokens',
      policy,
      summary: 'Renouvelle la clé des jetons de session',
      body: hubTokenKeyRequest,
      handler: ({ body }) => {
        users.rotateTokenKey(body);
        return { body };
      },
    }),
  ];
}

import {
  anotherPasskeyOptionsRequest,
  anotherPasskeyRequest,
  hubPasskeyRemoval,
  hubPasskeyRenaming,
  hubPasskeys,
  invitedOptionsRequest,
  invitedPasskeyRequest,
} from '@santehaggui/protocols/api/hub-people-api.ts';
import { passkeyOptions } from '@santehaggui/protocols/api/passkeys-api.ts';
import { z } from 'zod';
import type { HubPasskeysService } from './hub-passkeys-service.ts';
import { type HubRoute, hubRoute, loginOf } from './hub-route.ts';
import { pageOf } from './page-address.ts';
import { hubSessionAnswer } from './sessions-routes.ts';

const tag = 'sessions';
const credential = z.object({ id: z.string().regex(/^[\w-]{1,1400}$/) });
const options = { 200: { description: 'À donner au navigateur, dans les cinq minutes', body: passkeyOptions } };
const told = { 200: { description: 'Mes clés d’accès', body: hubPasskeys } };

/** Passkeys of who reads reports: the first by the operator's invitation, others by one that there is. */
export function passkeysRoutes(passkeys: HubPasskeysService): readonly HubRoute[] {
  const mine = async (login: string) => ({ body: { passkeys: await passkeys.list(login) } });
  return [
    hubRoute({
      ...{ method: 'post', path: '/passkeys/invited/options', policy: 'public', tag },
      summary: 'Préparer sa première clé d’accès, avec l’invitation de l’opérateur',
      body: invitedOptionsRequest,
      responses: options,
      handler: async ({ body, request }) => ({
        body: await passkeys.invitedOptions({ ...body, address: request.ip ?? '' }),
      }),
    }),
    hubRoute({
      ...{ method: 'post', path: '/passkeys/invited', policy: 'public', tag },
      summary: 'Ajouter la clé d’accès qui vient d’être faite ; l’invitation a servi',
      body: invitedPasskeyRequest,
      responses: { 201: { description: 'La session', body: hubSessionAnswer } },
      handler: async ({ body: { name, registration, ...invited }, request }) => ({
        status: 201,
        body: await passkeys.addInvited(
          { ...invited, address: request.ip ?? '' },
          { name, registration, page: pageOf(request) },
        ),
      }),
    }),
    hubRoute({
      ...{ method: 'get', path: '/passkeys', policy: 'own-account', tag, summary: 'Mes clés d’accès' },
      responses: told,
      handler: ({ principal }) => mine(loginOf(principal)),
    }),
    hubRoute({
      ...{ method: 'post', path: '/passkeys/options', policy: 'own-account', tag },
      summary: 'Préparer une autre clé d’accès, avec une que j’ai',
      body: anotherPasskeyOptionsRequest,
      responses: options,
      handler: async ({ principal, body, request }) => ({
        body: await passkeys.anotherOptions(loginOf(principal), body.passkey, {
          page: pageOf(request),
          address: request.ip ?? '',
        }),
      }),
    }),
    hubRoute({
      ...{ method: 'post', path: '/passkeys', policy: 'own-account', tag },
      summary: 'Ajouter la clé d’accès qui vient d’être faite',
      body: anotherPasskeyRequest,
      responses: { 201: told[200] },
      handler: async ({ principal, body, request }) => {
        await passkeys.addAnother(loginOf(principal), { ...body, page: pageOf(request) }, request.ip ?? '');
        return { status: 201, ...(await mine(loginOf(principal))) };
      },
    }),
    hubRoute({
      ...{ method: 'patch', path: '/passkeys/:id', policy: 'own-account', tag },
      summary: 'Renommer une de mes clés d’accès',
      params: credential,
      body: hubPasskeyRenaming,
      responses: told,
      handler: async ({ principal, params, body }) => {
        await passkeys.rename(loginOf(principal), params.id, body.name);
        return mine(loginOf(principal));
      },
    }),
    hubRoute({
      ...{ method: 'post', path: '/passkeys/:id/removal', policy: 'own-account', tag },
      summary: 'Retirer une de mes clés d’accès, avec une que j’ai ou le mot de passe',
      params: credential,
      body: hubPasskeyRemoval,
      responses: told,
      handler: async ({ principal, params, body, request }) => {
        const from = { page: pageOf(request), address: request.ip ?? '' };
        await passkeys.remove({ login: loginOf(principal), id: params.id }, body, from);
        return mine(loginOf(principal));
      },
    }),
  ];
}

import {
  newPasskeyRequest,
  ownFactors,
  passkeyOpeningRequest,
  passkeyRenaming,
  passwordAgain,
  phoneCodeSent,
  phoneFactorConfirmation,
  phoneFactorRequest,
} from '@santehaggui/protocols/api/factors-api.ts';
import { passkeyOptions } from '@santehaggui/protocols/api/passkeys-api.ts';
import { z } from 'zod';
import type { Staff } from '../people/caller.ts';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { originOf, pageOf } from '../people/sign-in-cookies.ts';
import type { SignInService } from '../people/sign-in-service.ts';
import type { PasskeyService } from './passkey-service.ts';
import type { PhoneFactorService } from './phone-factor-service.ts';

/** What the routes act on. */
export type FactorParts = {
  readonly signIn: SignInService;
  readonly phones: PhoneFactorService;
  readonly passkeys: PasskeyService;
};

const shared = { tag: 'sessions', policy: { kind: 'signed-in' } } as const;
const told = { 200: { description: 'Ce qui prouve qui je suis', body: ownFactors } };
const credential = z.object({ id: z.string().regex(/^[\w-]{1,1400}$/) });

/** What people do with what proves them beside the password: being signed in is all that it takes, and the password again to add to it or to take from it. */
export function factorsRoutes(parts: FactorParts): readonly NodeRoute[] {
  return [
    staffRoute({
      ...{ ...shared, method: 'get', path: '/factors', summary: 'Ce qui prouve qui je suis, outre le mot de passe' },
      responses: told,
      handler: ({ principal }) => stateOf(parts, principal),
    }),
    ...phoneRoutes(parts),
    ...passkeyRoutes(parts),
  ];
}

function phoneRoutes(parts: FactorParts): readonly NodeRoute[] {
  const { signIn, phones } = parts;
  return [
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/phone', summary: 'Proposer le numéro où mes codes arriveront' },
      body: phoneFactorRequest,
      responses: { 202: { description: 'Un code est parti à ce numéro', body: phoneCodeSent } },
      handler: async ({ principal, body: { password, phone } }) => {
        await signIn.confirm(principal, password);
        const { phoneEnding, expiresAtMs } = await phones.propose(principal, phone);
        return { status: 202, body: { phoneEnding, expiresAt: new Date(expiresAtMs).toISOString() } };
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/phone/confirmation' },
      summary:
        'Rendre le code qui y est arrivé : il est demandé désormais sur un appareil où je ne me suis pas encore connecté',
      body: phoneFactorConfirmation,
      responses: told,
      handler: ({ principal, body, request }) => {
        phones.confirm(principal, body.code);
        signIn.forgetOtherBrowsers(principal.accountId, originOf(principal, request));
        return stateOf(parts, principal);
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/phone/removal', summary: 'Ne plus demander de code par SMS' },
      body: passwordAgain,
      responses: told,
      handler: async ({ principal, body }) => {
        await signIn.confirm(principal, body.password);
        phones.remove(principal);
        return stateOf(parts, principal);
      },
    }),
  ];
}

function passkeyRoutes(parts: FactorParts): readonly NodeRoute[] {
  const { signIn, passkeys } = parts;
  const options = { 200: { description: 'À donner au navigateur, dans les cinq minutes', body: passkeyOptions } };
  return [
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/passkeys/options', summary: 'Préparer une clé d’accès' },
      body: passwordAgain,
      responses: options,
      handler: async ({ principal, body }) => {
        await signIn.confirm(principal, body.password);
        return { body: await passkeys.registrationOptions(principal) };
      },
    }),
    staffRoute({
      ...{
        ...shared,
        method: 'post',
        path: '/factors/passkeys',
        summary: 'Ajouter la clé d’accès qui vient d’être faite',
      },
      body: newPasskeyRequest,
      maxBodyBytes: 32_768,
      responses: { 201: told[200] },
      handler: async ({ principal, body, request }) => {
        await passkeys.add(principal, { ...body, page: pageOf(request) });
        return { status: 201, ...stateOf(parts, principal) };
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'patch', path: '/factors/passkeys/:id', summary: 'Renommer une de mes clés d’accès' },
      params: credential,
      body: passkeyRenaming,
      responses: told,
      handler: ({ principal, params, body }) => {
        passkeys.rename(principal, params.id, body.name);
        return stateOf(parts, principal);
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/passkeys/:id/removal' },
      summary: 'Retirer une de mes clés d’accès, et ce qu’elle ouvre',
      params: credential,
      body: passwordAgain,
      responses: told,
      handler: async ({ principal, params, body }) => {
        await signIn.confirm(principal, body.password);
        passkeys.remove(principal, params.id);
        return stateOf(parts, principal);
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/passkeys/opening/options' },
      summary: 'Préparer une clé d’accès à ouvrir le poste après une coupure',
      responses: options,
      handler: async ({ principal }) => ({ body: await passkeys.openingOptions(principal) }),
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/passkeys/opening' },
      summary: 'Laisser une de mes clés d’accès ouvrir le poste après une coupure',
      body: passkeyOpeningRequest,
      responses: told,
      handler: async ({ principal, body: { assertion, secret }, request }) => {
        const bytes = new Uint8Array(Buffer.from(secret, 'base64url'));
        await passkeys.letOpen(principal, { assertion, page: pageOf(request), secret: bytes });
        return stateOf(parts, principal);
      },
    }),
  ];
}

function stateOf({ phones, passkeys }: FactorParts, { accountId }: Staff) {
  return {
    body: {
      ...phones.state(accountId),
      ...{ passkeys: passkeys.list(accountId), host: passkeys.host(), canOpenDatabase: passkeys.canOpenDatabase() },
    },
  };
}

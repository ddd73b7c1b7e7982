import {
  factorRemoval,
  ownFactors,
  phoneCodeSent,
  phoneFactorConfirmation,
  phoneFactorRequest,
} from '@santehaggui/protocols/api/factors-api.ts';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { originOf } from '../people/sign-in-cookies.ts';
import type { SignInService } from '../people/sign-in-service.ts';
import type { PhoneFactorService } from './phone-factor-service.ts';

/** What the routes act on. */
export type FactorParts = { readonly signIn: SignInService; readonly phones: PhoneFactorService };

/** What people do with what proves them beside the password: being signed in is all that it takes, and the password again to change it. */
export function factorsRoutes({ signIn, phones }: FactorParts): readonly NodeRoute[] {
  const shared = { tag: 'sessions', policy: { kind: 'signed-in' } } as const;
  const state = (accountId: number) => ({ body: phones.state(accountId) });
  const told = { 200: { description: 'Ce qui prouve qui je suis', body: ownFactors } };
  return [
    staffRoute({
      ...{ ...shared, method: 'get', path: '/factors', summary: 'Ce qui prouve qui je suis, outre le mot de passe' },
      responses: told,
      handler: ({ principal }) => state(principal.accountId),
    }),
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
        return state(principal.accountId);
      },
    }),
    staffRoute({
      ...{ ...shared, method: 'post', path: '/factors/phone/removal', summary: 'Ne plus demander de code par SMS' },
      body: factorRemoval,
      responses: told,
      handler: async ({ principal, body }) => {
        await signIn.confirm(principal, body.password);
        phones.remove(principal);
        return state(principal.accountId);
      },
    }),
  ];
}

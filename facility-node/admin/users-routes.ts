import {
  accountLogin,
  newUserRequest,
  shareRequest,
  type UserList,
  unshareRequest,
  userRoleRequest,
} from '@santehaggui/protocols/api/users-api.ts';
import { z } from 'zod';
import type { PeopleService } from '../people/people-service.ts';
import { type AdminRoute, operatorRoute } from './admin-route.ts';

/** What the operator's routes of accounts speak to. */
export type UserParts = { readonly people: PeopleService };

const params = z.object({ login: accountLogin });

/** The accounts of the staff, for the machine's operator: no record of a patient is shown here. */
export function usersRoutes({ people }: UserParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/users',
      summary: 'Les comptes du personnel',
      handler: () => ({ body: { users: people.list() } satisfies UserList }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users',
      summary: 'Ajouter une personne et son compte',
      body: newUserRequest,
      handler: async ({ body }) => ({ status: 201, body: await people.addUser(body) }),
    }),
    operatorRoute({
      method: 'get',
      path: '/users/:login',
      summary: 'Un compte et ses sessions ouvertes',
      params,
      handler: ({ params: { login } }) => ({ body: people.show(login) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/role',
      summary: 'Donner une autre fonction',
      params,
      body: userRoleRequest,
      handler: ({ params: { login }, body }) => ({ body: people.changeRole(login, body.role) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/share',
      summary: 'Faire valoir un compte dans d’autres établissements',
      params,
      body: shareRequest,
      handler: ({ params: { login }, body }) => ({ body: people.share(login, { role: undefined, ...body }) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/unshare',
      summary: 'Ne plus le faire valoir dans certains',
      params,
      body: unshareRequest,
      handler: ({ params: { login }, body }) => ({ body: people.unshare(login, body.from) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/disable',
      summary: 'Désactiver un compte : ses sessions se terminent aussitôt',
      params,
      handler: ({ params: { login } }) => ({ body: people.disableAccount(login) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/enable',
      summary: 'Réactiver un compte, avec un mot de passe provisoire',
      params,
      handler: async ({ params: { login } }) => ({ body: await people.enableAccount(login) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/reset',
      summary: 'Donner un mot de passe provisoire : les sessions se terminent aussitôt',
      params,
      handler: async ({ params: { login } }) => ({ body: await people.resetPassword(login) }),
    }),
    operatorRoute({
      method: 'post',
      path: '/users/:login/sessions/end',
      summary: 'Terminer les sessions d’un compte',
      params,
      handler: ({ params: { login } }) => ({ body: people.endSessions(login) }),
    }),
  ];
}

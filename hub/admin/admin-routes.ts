import { facilityAddRequest, facilityMoveRequest, stickRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { hubUserRequest, hubUserReset } from '@santehaggui/protocols/api/hub-people-api.ts';
import { listQuery, sessionRequest } from '@santehaggui/protocols/api/lan-api.ts';
import { answerWithProgress } from '@santehaggui/runtime/http/progress-answer.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { ErasureService } from '../erasure/erasure-service.ts';
import type { FacilitiesService } from '../facilities/facilities-service.ts';
import type { PlacesService } from '../facilities/places-service.ts';
import type { QuarantineService } from '../ingest/quarantine-service.ts';
import type { UsbService } from '../ingest/usb-service.ts';
import type { KeysService } from '../kms/keys-service.ts';
import type { HubUsersService } from '../people/hub-users-service.ts';
import type { PoliciesService } from '../policies/policies-service.ts';
import type { RevocationService } from '../revocation/revocation-service.ts';
import type { StaffService } from '../staff/staff-service.ts';
import type { UnlockService } from '../unlocking/unlock-service.ts';
import { type AuditServices, auditRoutes } from './audit-routes.ts';
import { erasuresRoutes } from './erasures-routes.ts';
import { keysRoutes } from './keys-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { policiesRoutes } from './policies-routes.ts';
import { staffRoutes } from './staff-routes.ts';
import type { StatusService } from './status-service.ts';

/** On the admin socket everybody is the operator: the socket's own rights let nobody else in. */
export type AdminPolicy = 'operator';
export type AdminPrincipal = 'operator';

const route = routeMaker<AdminPolicy, AdminPrincipal>();

/** What the routes of the admin socket act on. */
export type AdminServices = AuditServices & {
  readonly status: StatusService;
  readonly facilities: FacilitiesService;
  readonly places: PlacesService;
  readonly users: HubUsersService;
  readonly usb: UsbService;
  readonly quarantine: QuarantineService;
  readonly unlocking: UnlockService;
  readonly revocation: RevocationService;
  readonly keys: KeysService;
  readonly erasures: ErasureService;
  readonly policies: PoliciesService;
  readonly staff: StaffService;
};

/** The routes of `DIR/admin.sock`, under `/v1`. None of them shows a patient's data. */
export function adminRoutes({
  status,
  facilities,
  places,
  users,
  usb,
  quarantine,
  unlocking,
  revocation,
  witness,
  audit,
  emergencies,
  keys,
  erasures,
  policies,
  staff,
}: AdminServices): readonly Route<AdminPolicy, AdminPrincipal>[] {
  const policy = 'operator';
  return [
    route({
      method: 'get',
      path: '/status',
      policy,
      summary: 'État du hub',
      handler: async () => ({ body: await status.status() }),
    }),
    route({
      method: 'get',
      path: '/facilities',
      policy,
      summary: 'Établissements',
      handler: async () => ({ body: { facilities: await facilities.list() } }),
    }),
    route({
      method: 'post',
      path: '/facilities',
      policy,
      summary: 'Inscrit un établissement et donne son jeton d’enrôlement',
      body: facilityAddRequest,
      handler: async ({ body }) => ({ status: 201, body: await facilities.add(body) }),
    }),
    route({
      method: 'get',
      path: '/facilities/:code/places',
      policy,
      summary: 'Les rattachements d’un établissement, du premier au dernier',
      handler: async ({ params }) => ({ body: { places: await places.history(params.code as string) } }),
    }),
    route({
      method: 'post',
      path: '/facilities/move',
      policy,
      summary: 'Rattache un établissement à une autre région, à un autre district ou à une autre référence',
      body: facilityMoveRequest,
      handler: async ({ body }) => ({ body: await places.move(body) }),
    }),
    ...usersRoutes(users),
    route({
      method: 'post',
      path: '/sync/export',
      policy,
      summary: 'Écrit sur une clé ce qui attend chaque nœud',
      body: stickRequest,
      handler: (asked) => answerWithProgress(asked, (onProgress) => usb.exportTo(asked.body.directory, onProgress)),
    }),
    route({
      method: 'post',
      path: '/sync/import',
      policy,
      summary: 'Prend les colis des nœuds sur une clé et y écrit les retours',
      body: stickRequest,
      handler: (asked) => answerWithProgress(asked, (onProgress) => usb.importFrom(asked.body.directory, onProgress)),
    }),
    ...quarantineRoutes(quarantine),
    ...nodeRoutes(unlocking, revocation),
    ...auditRoutes({ witness, audit, emergencies }),
    ...keysRoutes(keys, users),
    ...erasuresRoutes(erasures),
    ...policiesRoutes(policies),
    ...staffRoutes(staff),
  ];
}

function quarantineRoutes(quarantine: QuarantineService): readonly Route<AdminPolicy, AdminPrincipal>[] {
  const policy = 'operator';
  return [
    route({
      method: 'get',
      path: '/sync/quarantine',
      policy,
      summary: 'Ce que le hub a refusé, sans valeur ni nom',
      query: listQuery,
      handler: async ({ query, language }) => ({ body: await quarantine.lines(query, language) }),
    }),
    route({
      method: 'post',
      path: '/sync/quarantine/retry',
      policy,
      summary: 'Juge à nouveau ce que le hub a refusé',
      handler: async ({ language }) => ({ body: await quarantine.retry(language) }),
    }),
    route({
      method: 'get',
      path: '/sync/quarantine/:id',
      policy,
      summary: 'Un changement refusé, sans valeur ni nom',
      handler: async ({ params, language }) => ({ body: await quarantine.line(params.id as string, language) }),
    }),
  ];
}

function usersRoutes(users: HubUsersService): readonly Route<AdminPolicy, AdminPrincipal>[] {
  const policy = 'operator';
  return [
    route({
      method: 'get',
      path: '/users',
      policy,
      summary: 'Qui lit les rapports, et par quoi chacun le prouve',
      handler: async () => ({ body: { users: await users.list() } }),
    }),
    route({
      method: 'post',
      path: '/users',
      policy,
      summary: 'Ajoute une personne qui lit les rapports, et l’invite à faire une clé d’accès',
      body: hubUserRequest,
      handler: async ({ body }) => ({ status: 201, body: await users.add(body) }),
    }),
    route({
      method: 'post',
      path: '/users/:login/invitation',
      policy,
      summary: 'Invite une personne à faire une clé d’accès',
      handler: async ({ params }) => ({ status: 201, body: await users.invite(params.login as string) }),
    }),
    route({
      method: 'post',
      path: '/users/:login/disable',
      policy,
      summary: 'Ne laisse plus entrer une personne',
      handler: async ({ params }) => ({ body: await users.disable(params.login as string) }),
    }),
    route({
      method: 'post',
      path: '/users/:login/reset',
      policy,
      summary: 'Retire les clés d’accès d’une personne et l’invite de nouveau',
      body: hubUserReset,
      handler: async ({ params, body }) => ({ body: await users.reset(params.login as string, body.password) }),
    }),
    route({
      method: 'post',
      path: '/sessions',
      policy,
      summary: 'Connexion d’une personne qui lit les rapports, à la machine même',
      body: sessionRequest,
      handler: async ({ body: { login, password } }) => ({ body: await users.signInAtMachine({ login, password }) }),
    }),
  ];
}

import {
  rightsEdition,
  rightsEditionRequest,
  rightsPreview,
  rightsPreviewRequest,
  roleLine,
  roleRights,
  staffRole,
} from '@santehaggui/protocols/api/rights-api.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { idempotencyKeyOf } from '../resources/record-requests.ts';
import type { RightsEditingService } from './rights-editing-service.ts';

const roleParams = z.object({ role: staffRole });

/** Rights of each role at this facility: seen, tried out, set. */
export function rightsRoutes(rights: RightsEditingService): readonly NodeRoute[] {
  const tag = 'roles';
  const read = { kind: 'may', action: 'read', subject: 'facilityRights' } as const;
  return [
    staffRoute({
      ...{ method: 'get', path: '/roles', tag, policy: read },
      summary: 'Fonctions du personnel, et l’édition de leurs droits ici',
      responses: { 200: { description: 'Toutes, en une page', body: z.object({ roles: z.array(roleLine) }) } },
      handler: ({ language }) => ({ body: { roles: rights.roles(language) } }),
    }),
    staffRoute({
      ...{ method: 'get', path: '/roles/:role', tag, policy: read },
      summary: 'Droits d’une fonction : ceux du hub, le plafond, ceux de l’établissement, leurs éditions',
      params: roleParams,
      responses: { 200: { description: 'Les droits', body: roleRights } },
      handler: ({ principal, params, language }) => ({ body: rights.show(principal, params.role, language) }),
    }),
    staffRoute({
      ...{ method: 'post', path: '/roles/:role/preview', tag, policy: read },
      summary: 'Droits d’une fonction : qui gagnerait et perdrait quoi, sans rien enregistrer',
      params: roleParams,
      body: rightsPreviewRequest,
      responses: { 200: { description: 'Ce qui changerait', body: rightsPreview } },
      handler: ({ params, body, language }) => ({ body: rights.preview(params.role, body.rules, language) }),
    }),
    staffRoute({
      ...{ method: 'post', path: '/roles/:role/editions', tag },
      policy: { kind: 'may', action: 'update', subject: 'facilityRights' },
      summary: 'Droits d’une fonction : nouvelle édition des règles de l’établissement',
      params: roleParams,
      body: rightsEditionRequest,
      responses: { 201: { description: 'Enregistrée ; elle vaut dès la prochaine demande', body: rightsEdition } },
      handler: ({ principal, params, body, request, language }) => {
        const route = `/roles/${params.role}/editions`;
        const post = { staff: principal, route, idempotencyKey: idempotencyKeyOf(request), body };
        const made = rights.edit(post, params.role, language);
        return { status: made.status, body: made.body };
      },
    }),
  ];
}

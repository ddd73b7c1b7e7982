import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import type { Action, Subject } from '@santehaggui/protocols/permissions/permission-rule.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { createSchema, patchSchema, uuidText } from '@santehaggui/protocols/records/schema.ts';
import { z } from 'zod';
import type { Staff } from '../people/caller.ts';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { apiRecordSchema } from './api-record.ts';
import { idempotencyKeyOf, recordAnswer, recordParams, versionToMatch } from './record-requests.ts';
import type { EnteredFields } from './references.ts';
import type { ResourcesService } from './resources-service.ts';

/** A policy for an action on a type's records. */
export function mayDo(
  action: Action,
  type: RecordType,
): { readonly kind: 'may'; readonly action: Action; readonly subject: Subject } {
  return { kind: 'may', action, subject: type.name as Subject };
}

/** The schema of a page of a type's records. */
export function pageSchema(type: RecordType): z.ZodObject {
  return z.object({ items: z.array(apiRecordSchema(type)), nextCursor: z.string().optional() });
}

/** `GET /<plural>` by `patient` and `encounter` where the type has them, and `GET /<plural>/:id`. */
export function readingRoutes(resources: ResourcesService, type: RecordType): readonly NodeRoute[] {
  return [listRoute(resources, type), getRoute(resources, type)];
}

/** `POST /<plural>` and `PATCH /<plural>/:id`. */
export function writingRoutes(resources: ResourcesService, type: RecordType): readonly NodeRoute[] {
  return [createRoute(resources, type), patchRoute(resources, type)];
}

/** `GET /<plural>`. */
export function listRoute(resources: ResourcesService, type: RecordType): NodeRoute {
  const filters = ['patient', 'encounter'].filter((name) => type.fields[name] !== undefined);
  return staffRoute({
    method: 'get',
    path: `/${type.plural}`,
    policy: mayDo('read', type),
    summary: `${type.label.fr} : liste, du plus ancien au plus récent`,
    tag: type.plural,
    query: listQuery.extend(Object.fromEntries(filters.map((name) => [name, uuidText.optional()]))),
    responses: { 200: { description: 'Une page', body: pageSchema(type) } },
    handler: ({ principal, query }) => {
      const { cursor, limit, ...equal } = query as { cursor?: string; limit: number } & Record<
        string,
        string | undefined
      >;
      return { body: resources.list(principal, type, { cursor, limit, equal }) };
    },
  });
}

/** `GET /<plural>/:id`. */
export function getRoute(resources: ResourcesService, type: RecordType): NodeRoute {
  return staffRoute({
    method: 'get',
    path: `/${type.plural}/:id`,
    policy: mayDo('read', type),
    summary: `${type.label.fr} : lire`,
    tag: type.plural,
    params: recordParams,
    responses: { 200: { description: type.label.fr, body: apiRecordSchema(type) } },
    handler: ({ principal, params }) => recordAnswer(resources.get(principal, type, params.id)),
  });
}

/** What a creation is given beyond what is entered. */
type CreateOptions = {
  /** The fields that other routes write. */
  readonly except?: readonly string[];
  /** What holds where nothing is entered. */
  readonly defaults?: (staff: Staff) => EnteredFields;
};

/** `POST /<plural>`. */
export function createRoute(
  resources: ResourcesService,
  type: RecordType,
  { except = [], defaults = () => ({}) }: CreateOptions = {},
): NodeRoute {
  return staffRoute({
    method: 'post',
    path: `/${type.plural}`,
    policy: mayDo('create', type),
    summary: `${type.label.fr} : enregistrer`,
    tag: type.plural,
    body: createSchema(type).omit(maskOf(['source', ...except])),
    responses: { 201: { description: 'Enregistré', body: apiRecordSchema(type) } },
    handler: ({ principal, body, request }) => {
      const post = {
        staff: principal,
        route: `/${type.plural}`,
        idempotencyKey: idempotencyKeyOf(request),
        body: { ...defaults(principal), ...(body as EnteredFields) },
      };
      const made = resources.create(post, type);
      return recordAnswer(made.body, made.status);
    },
  });
}

/** `PATCH /<plural>/:id`, except the fields that other routes change. */
export function patchRoute(resources: ResourcesService, type: RecordType, except: readonly string[] = []): NodeRoute {
  return staffRoute({
    method: 'patch',
    path: `/${type.plural}/:id`,
    policy: mayDo('update', type),
    summary: `${type.label.fr} : modifier (If-Match)`,
    tag: type.plural,
    params: recordParams,
    body: patchSchema(type).omit(maskOf(['source', ...except.filter((name) => type.fields[name]?.merge !== 'once')])),
    responses: { 200: { description: 'Modifié', body: apiRecordSchema(type) } },
    handler: ({ principal, params, body, request }) => {
      const version = versionToMatch(request);
      return recordAnswer(resources.patch(principal, type, { id: params.id, version, fields: body as EnteredFields }));
    },
  });
}

function maskOf(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true as const]));
}

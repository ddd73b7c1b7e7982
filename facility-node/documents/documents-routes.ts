import { CONTENT_TYPES, MAX_CONTENT_BYTES, mediaTypeIn } from '@santehaggui/protocols/documents/content-type.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { Answer } from '@santehaggui/runtime/http/route.ts';
import { z } from 'zod';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { type ApiRecord, apiRecordSchema } from '../resources/api-record.ts';
import { createRoute, mayDo, patchRoute, readingRoutes } from '../resources/record-endpoints.ts';
import { recordAnswer, recordParams } from '../resources/record-requests.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { ContentState, DocumentsService } from './documents-service.ts';

/** What only the content says. */
const OF_CONTENT = ['contentType', 'size', 'hash'] as const;
const TAG = documentReference.plural;

const stateSchema = z.object({
  state: z.enum(['none', 'incomplete', 'here', 'elsewhere']),
  received: z.int().describe('Octets présents ici, depuis le premier'),
  size: z.int().nullable().describe('Octets en tout'),
});
const partQuery = z.object({
  offset: z.coerce.number().int().min(0).optional().describe('Où commence cette partie ; absent : au début'),
  size: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_CONTENT_BYTES)
    .optional()
    .describe('Taille de tout le fichier ; absent : celle de cet envoi'),
});

/** The routes of documents: the record like any, and its content. */
export function documentsRoutes(documents: DocumentsService, resources: ResourcesService): readonly NodeRoute[] {
  return [
    ...readingRoutes(resources, documentReference),
    createRoute(resources, documentReference, {
      except: OF_CONTENT,
      defaults: ({ practitionerId }) => ({ author: practitionerId }),
    }),
    patchRoute(resources, documentReference, OF_CONTENT),
    handInRoute(documents),
    showRoute(documents),
    stateRoute(documents),
  ];
}

function handInRoute(documents: DocumentsService): NodeRoute {
  return staffRoute({
    method: 'post',
    path: `/${TAG}/:id/content`,
    policy: mayDo('update', documentReference),
    summary: 'Document joint : envoyer le fichier, entier ou partie par partie (offset, size)',
    tag: TAG,
    params: recordParams,
    query: partQuery,
    bodyType: 'bytes',
    contentTypes: CONTENT_TYPES,
    maxBodyBytes: MAX_CONTENT_BYTES,
    responses: {
      200: { description: 'Tout est là', body: apiRecordSchema(documentReference) },
      202: { description: 'Une partie est là', body: stateSchema },
    },
    handler: async ({ principal, params: { id }, query, body, request }) => {
      const bytes = bytesOf(body);
      const { offset = 0 } = query;
      const size = query.size ?? offset + bytes.length;
      const contentType = mediaTypeIn(request.get('content-type') ?? '');
      const kept = await documents.handIn(principal, { id, contentType, bytes, offset, size });
      return isState(kept) ? { status: 202, body: kept } : recordAnswer(kept);
    },
  });
}

function showRoute(documents: DocumentsService): NodeRoute {
  return staffRoute({
    method: 'get',
    path: `/${TAG}/:id/content`,
    policy: mayDo('read', documentReference),
    summary: 'Document joint : le fichier lui-même',
    tag: TAG,
    params: recordParams,
    responses: { 200: { description: 'Le fichier, sous son type', contentTypes: CONTENT_TYPES } },
    handler: async ({ principal, params: { id } }): Promise<Answer> => {
      const { record, content } = await documents.show(principal, id);
      return { headers: headersOf(id, String(record.fields.contentType)), body: content };
    },
  });
}

function stateRoute(documents: DocumentsService): NodeRoute {
  return staffRoute({
    method: 'get',
    path: `/${TAG}/:id/content/state`,
    policy: mayDo('read', documentReference),
    summary: 'Document joint : où est le fichier, et combien en est arrivé',
    tag: TAG,
    params: recordParams,
    responses: { 200: { description: 'Où il est', body: stateSchema } },
    handler: ({ principal, params: { id } }) => ({ body: documents.state(principal, id) }),
  });
}

/** Nothing of it runs in this origin, whatever a browser takes it for: it is saved, under a name that says nothing of the patient. */
function headersOf(id: string, contentType: string): Readonly<Record<string, string>> {
  // The type alone: what another facility's node wrote behind it is for no browser.
  const type = mediaTypeIn(contentType);
  return {
    'Content-Type': CONTENT_TYPES.includes(type) ? type : 'application/octet-stream',
    'Content-Disposition': `attachment; filename="document-${id.slice(0, 8)}"`,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** A request without a body is parsed to an object. */
function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array(0);
}

function isState(kept: ApiRecord | ContentState): kept is ContentState {
  return 'state' in kept && 'received' in kept;
}

import { auditFilter, auditPage } from '@santehaggui/protocols/api/audit-api.ts';
import { writePieces } from '@santehaggui/runtime/http/write-pieces.ts';
import { z } from 'zod';
import type { AuditedCaller, HubAuditService } from '../audit/audit-service.ts';
import { type HubPrincipal, type HubRoute, hubRoute } from '../people/hub-route.ts';

const MEDIA_TYPES = { fhir: 'application/fhir+json', ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' };
const MAX_ITEMS = 200;

const searchQuery = auditFilter.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_ITEMS).default(50),
});

/** The hub's audit trail for who may read it; each question is an entry itself. */
export function auditRoutes(audit: HubAuditService): readonly HubRoute[] {
  return [
    hubRoute({
      method: 'get',
      path: '/audit',
      policy: 'audit',
      summary: 'Chercher dans le journal d’audit du hub',
      tag: 'audit',
      query: searchQuery,
      responses: { 200: { description: 'Une page, le plus récent d’abord', body: auditPage } },
      handler: async ({ principal, query: { cursor, ...query }, request, requestId }) => {
        const caller = userOf(principal, { address: request.ip ?? null, requestId });
        const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
        return { body: await audit.search(caller, { ...query, before }) };
      },
    }),
    hubRoute({
      method: 'get',
      path: '/audit/export',
      policy: 'audit',
      summary: 'Exporter le journal d’audit du hub',
      tag: 'audit',
      query: auditFilter.extend({ format: z.enum(['csv', 'ndjson', 'fhir']) }),
      responses: { 200: { description: 'Le journal, dans ce format', contentTypes: Object.values(MEDIA_TYPES) } },
      handler: async ({ principal, query: { format, ...filter }, request, response, requestId }) => {
        const caller = userOf(principal, { address: request.ip ?? null, requestId });
        const pieces = await audit.export(caller, format, filter);
        response.status(200).type(MEDIA_TYPES[format]);
        await writePieces(pieces, response);
        return undefined;
      },
    }),
  ];
}

/** Who asks the API, for the trail. */
export function userOf(
  principal: HubPrincipal,
  from: { readonly address: string | null; readonly requestId: string },
): AuditedCaller {
  // A route that is not public has somebody who asks.
  const { login, role } = principal as NonNullable<HubPrincipal>;
  return { kind: 'user', login, role, ...from };
}

import { accessHistory, auditFilter, auditPage, auditProof } from '@santehaggui/protocols/api/audit-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { type NodeRoute, staffRoute } from '../people/node-route.ts';
import { recordParams } from '../resources/record-requests.ts';
import type { AuditSearchService } from './audit-search-service.ts';

const policy = { kind: 'may', action: 'read', subject: 'audit' } as const;

/** The trail on the LAN: for the head of the facility, and for the patient who asks. */
export function auditRoutes(search: AuditSearchService): readonly NodeRoute[] {
  const tag = 'audit';
  return [
    staffRoute({
      ...{ method: 'get', path: '/audit', tag, policy },
      summary: 'Qui a fait quoi, le plus récent d’abord',
      query: listQuery.extend(auditFilter.shape),
      responses: { 200: { description: 'Une page du journal d’audit', body: auditPage } },
      handler: ({ principal, query }) => ({ body: search.search(principal, query) }),
    }),
    staffRoute({
      ...{ method: 'get', path: '/patients/:id/accesses', tag, policy },
      summary: 'Qui a lu le dossier d’un patient, en mots',
      params: recordParams,
      responses: { 200: { description: 'Les accès, les plus récents d’abord', body: accessHistory } },
      handler: ({ principal, params }) => ({ body: search.accesses(principal, params.id) }),
    }),
    staffRoute({
      ...{ method: 'get', path: '/patients/:id/accesses/proof', tag, policy },
      summary: 'Le même, comme fichier que chacun peut vérifier sans ce poste',
      params: recordParams,
      responses: { 200: { description: 'Entrées, chemins, têtes signées', body: auditProof } },
      handler: ({ principal, params }) => ({ body: search.proof(principal, params.id) }),
    }),
  ];
}

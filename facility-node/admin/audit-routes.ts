import { auditFilter, auditPage, auditVerification } from '@santehaggui/protocols/api/audit-api.ts';
import { EMERGENCY_STATES, emergencySummaries } from '@santehaggui/protocols/api/emergency-api.ts';
import { listQuery } from '@santehaggui/protocols/api/lan-api.ts';
import { writePieces } from '@santehaggui/runtime/http/write-pieces.ts';
import { z } from 'zod';
import type { AuditProofService } from '../audit/audit-proof-service.ts';
import type { AuditSearchService } from '../audit-reading/audit-search-service.ts';
import type { ConsentChainService } from '../consent/consent-chain-service.ts';
import type { EmergencyAccessService } from '../emergency-access/emergency-access-service.ts';
import { type AdminRoute, operatorRoute, signedRoute } from './admin-route.ts';

/** What the routes speak to. */
export type AuditParts = {
  readonly trail: { readonly proofs: AuditProofService; readonly search: AuditSearchService };
  readonly consents: { readonly chain: ConsentChainService };
  readonly emergencies: EmergencyAccessService;
};

const MEDIA_TYPES = { fhir: 'application/fhir+json', ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' };

/** The trail at the machine itself: proven by the operator, who sees no entry; read by staff who have signed in. */
export function auditRoutes({
  trail: { proofs, search },
  consents: { chain },
  emergencies,
}: AuditParts): readonly AdminRoute[] {
  return [
    operatorRoute({
      method: 'get',
      path: '/audit/verify',
      summary: 'Prouver le journal d’audit et les consentements',
      responses: { 200: { description: 'Ce qui a été vu, et ce qui ne va pas', body: auditVerification } },
      handler: async () => {
        const [trail, { valid, findings: consents }] = [await proofs.verify(), chain.verify()];
        return { body: { ...trail, valid: trail.valid && valid, consents } };
      },
    }),
    operatorRoute({
      method: 'get',
      path: '/emergency-accesses',
      summary: 'Accès d’urgence, sans nom ni texte',
      query: listQuery.extend({ state: z.enum(EMERGENCY_STATES).optional() }),
      responses: { 200: { description: 'Une page, le plus récent d’abord', body: emergencySummaries } },
      handler: ({ query }) => ({ body: emergencies.summaries(query) }),
    }),
    signedRoute({
      method: 'get',
      path: '/audit',
      policy: { kind: 'may', action: 'read', subject: 'audit' },
      summary: 'Chercher dans le journal d’audit',
      query: listQuery.extend(auditFilter.shape),
      responses: { 200: { description: 'Une page, le plus récent d’abord', body: auditPage } },
      handler: ({ principal, query }) => ({ body: search.search(principal, query) }),
    }),
    signedRoute({
      method: 'get',
      path: '/audit/export',
      policy: { kind: 'may', action: 'export', subject: 'audit' },
      summary: 'Exporter le journal d’audit',
      query: auditFilter.extend({ format: z.enum(['csv', 'ndjson', 'fhir']) }),
      handler: async ({ principal, query: { format, ...filter }, response }) => {
        const pieces = search.export(principal, format, filter);
        response.status(200).type(MEDIA_TYPES[format]);
        await writePieces(pieces, response);
        return undefined;
      },
    }),
  ];
}

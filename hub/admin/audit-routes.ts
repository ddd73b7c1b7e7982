import { auditVerification } from '@santehaggui/protocols/api/audit-api.ts';
import { type EmergencyTallies, emergencyTallies } from '@santehaggui/protocols/api/emergency-api.ts';
import { settleRequest } from '@santehaggui/protocols/api/hub-audit-api.ts';
import { type Route, routeMaker } from '@santehaggui/runtime/http/route.ts';
import type { HubAuditService } from '../audit/audit-service.ts';
import type { WitnessService } from '../witness/witness-service.ts';

const route = routeMaker<'operator', 'operator'>();
const policy = 'operator' as const;

/** What the routes speak to; `emergencies` counts accesses of all facilities. */
export type AuditServices = {
  readonly witness: WitnessService;
  readonly audit: HubAuditService;
  readonly emergencies: () => Promise<EmergencyTallies>;
};

/** What is wrong with audit trails and consents, and that a person has looked into it. No entry of a trail is shown. */
export function auditRoutes({ witness, audit, emergencies }: AuditServices): readonly Route<'operator', 'operator'>[] {
  return [
    route({
      method: 'get',
      path: '/audit/verify',
      policy,
      summary: 'Prouver le journal d’audit du hub, et les consentements de tous les établissements',
      responses: { 200: { description: 'Ce qui a été vu, et ce qui ne va pas', body: auditVerification } },
      handler: async () => {
        const [trail, consents] = [await audit.verify(), await witness.consentFindings()];
        return { body: { ...trail, valid: trail.valid && consents.length === 0, consents } };
      },
    }),
    route({
      method: 'get',
      path: '/emergency-accesses',
      policy,
      summary: 'Accès d’urgence par établissement, et ce que l’examen en a dit',
      responses: { 200: { description: 'Les établissements où il y en a eu', body: emergencyTallies } },
      handler: async () => ({ body: await emergencies() }),
    }),
    route({
      method: 'get',
      path: '/audit/findings',
      policy,
      summary: 'Ce qui ne va pas dans les journaux d’audit et les consentements, et ce qui est contresigné',
      handler: async () => ({ body: await witness.overview() }),
    }),
    route({
      method: 'post',
      path: '/audit/settle',
      policy,
      summary: 'Note qu’une personne a examiné ce qui n’allait pas dans un établissement',
      body: settleRequest,
      handler: async ({ body }) => ({ body: await witness.settle(body.facility) }),
    }),
  ];
}

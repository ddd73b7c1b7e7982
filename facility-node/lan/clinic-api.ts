import { aggregateReport } from '@santehaggui/protocols/records/aggregate-report.ts';
import { alert } from '@santehaggui/protocols/records/alert.ts';
import { allergyIntolerance } from '@santehaggui/protocols/records/allergy-intolerance.ts';
import { condition } from '@santehaggui/protocols/records/condition.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { immunization } from '@santehaggui/protocols/records/immunization.ts';
import { medicationRequest } from '@santehaggui/protocols/records/medication-request.ts';
import { observation } from '@santehaggui/protocols/records/observation.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditProofService } from '../audit/audit-proof-service.ts';
import type { AuditService } from '../audit/audit-service.ts';
import { auditRoutes } from '../audit-reading/audit-routes.ts';
import { type AuditSearchOptions, AuditSearchService } from '../audit-reading/audit-search-service.ts';
import { conflictsRoutes } from '../conflicts/conflicts-routes.ts';
import { ConflictsService } from '../conflicts/conflicts-service.ts';
import { ConsentCodeService } from '../consent/consent-code-service.ts';
import { ConsentHistoryService } from '../consent/consent-history-service.ts';
import { consentRoutes } from '../consent/consent-routes.ts';
import { ConsentService } from '../consent/consent-service.ts';
import { consultationsRoutes } from '../consultations/consultations-routes.ts';
import { ConsultationsService } from '../consultations/consultations-service.ts';
import { documentsRoutes } from '../documents/documents-routes.ts';
import { DocumentsService } from '../documents/documents-service.ts';
import type { ContentScanner } from '../documents/malware-scanner.ts';
import type { EmergencyAccessService } from '../emergency-access/emergency-access-service.ts';
import { emergencyRoutes } from '../emergency-access/emergency-routes.ts';
import { type DeviceParts, devicesRoutes } from '../enrolled-devices/devices-routes.ts';
import { factorsRoutes } from '../factors/factors-routes.ts';
import type { PasskeyService } from '../factors/passkey-service.ts';
import type { PhoneFactorService } from '../factors/phone-factor-service.ts';
import { emergencyNotesRoutes } from '../notes/emergency-notes-routes.ts';
import { EmergencyNotesService } from '../notes/emergency-notes-service.ts';
import { DuplicatesService } from '../patients/duplicates-service.ts';
import { patientsRoutes } from '../patients/patients-routes.ts';
import { PatientsService } from '../patients/patients-service.ts';
import type { NodeRoute } from '../people/node-route.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import { ownSessionsRoutes } from '../people/own-sessions-routes.ts';
import { OwnSessionsService } from '../people/own-sessions-service.ts';
import type { SessionService } from '../people/session-service.ts';
import { sessionsRoutes } from '../people/sessions-routes.ts';
import type { SignInService } from '../people/sign-in-service.ts';
import { referralsRoutes } from '../referrals/referrals-routes.ts';
import { ReferralsService } from '../referrals/referrals-service.ts';
import { reportsRoutes } from '../reports/reports-routes.ts';
import type { WeeklyReportService } from '../reports/weekly-report-service.ts';
import { NumberingService } from '../resources/numbering-service.ts';
import { OnceService } from '../resources/once-service.ts';
import { readingRoutes, writingRoutes } from '../resources/record-endpoints.ts';
import { ResourcesService } from '../resources/resources-service.ts';
import { RightsEditingService } from '../rights/rights-editing-service.ts';
import { rightsRoutes } from '../rights/rights-routes.ts';
import type { AttachmentStore } from '../store/attachment-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import { replicaRoutes } from '../uplink/replica-routes.ts';
import { ReplicaStatusService } from '../uplink/replica-status-service.ts';
import { docsRoutes } from './docs-routes.ts';

/** What the clinic's routes are made of. */
export type ClinicParts = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly auditProofs: AuditProofService;
  readonly sessions: SessionService;
  readonly signIn: SignInService;
  readonly phones: PhoneFactorService;
  readonly passkeys: PasskeyService;
  readonly reports: WeeklyReportService;
  readonly emergencies: EmergencyAccessService;
  readonly facility: OwnFacility;
  readonly deviceParts: DeviceParts;
  readonly clock: Clock;
  readonly attachments: AttachmentStore;
  /** What looks for malware in documents, where there is something. */
  readonly scanner?: ContentScanner | undefined;
  /** What sends codes to patients' phones, where there is something. */
  readonly messenger?: Messenger | undefined;
  /** Of the program, as the API's document tells it. */
  readonly version: string;
};

/** Every route of the LAN API, below `/api`. */
export function clinicRoutes({
  store,
  audit,
  access,
  auditProofs,
  sessions,
  signIn,
  phones,
  passkeys,
  reports,
  emergencies,
  facility,
  deviceParts,
  clock,
  attachments,
  scanner,
  messenger,
  version,
}: ClinicParts): readonly NodeRoute[] {
  const once = new OnceService({ store, access, clock });
  const numbering = new NumberingService({ db: store.db, incarnation: store.incarnation, facility });
  const resources = new ResourcesService({ store, audit, access, once, clock });
  const patients = new PatientsService({ store, audit, access, once, resources, numbering });
  const duplicates = new DuplicatesService({ store, audit, access, once, resources });
  const consultations = new ConsultationsService({ store, audit, access, once, resources });
  const referrals = new ReferralsService({ store, audit, once, resources, numbering, clock, facility });
  const codes = new ConsentCodeService({ db: store.db, clock, facility, messenger });
  const consents = new ConsentService({ store, audit, access, once, codes, clock, facility });
  const history = new ConsentHistoryService({ store, audit, access, clock, facility });
  const conflicts = new ConflictsService({ store, audit, access, once, resources, clock });
  const rights = new RightsEditingService({ store, audit, access, once });
  const shows: AuditSearchOptions['shows'] = (staff, record) => access.shown(staff, record) !== undefined;
  const versioned = [
    ...sessionsRoutes(sessions, signIn),
    ...factorsRoutes({ signIn, phones, passkeys }),
    ...ownSessionsRoutes(new OwnSessionsService({ store, audit, clock })),
    ...patientsRoutes(patients, resources, duplicates),
    ...consultationsRoutes(consultations, resources),
    ...[observation, condition, allergyIntolerance, medicationRequest, immunization].flatMap((type) => [
      ...readingRoutes(resources, type),
      ...writingRoutes(resources, type),
    ]),
    ...documentsRoutes(new DocumentsService({ attachments, audit, access, resources, clock, scanner }), resources),
    ...consentRoutes({ consents, history, resources }),
    ...referralsRoutes(referrals, resources),
    // Accounts make practitioners, the hub's registry facilities and policies, its thresholds alerts, and the counting node reports.
    ...[practitioner, facilityType, aggregateReport, alert, rolePolicy, facilityRights].flatMap((type) =>
      readingRoutes(resources, type),
    ),
    ...reportsRoutes(reports),
    ...replicaRoutes(new ReplicaStatusService(store.db)),
    ...conflictsRoutes(conflicts),
    ...emergencyNotesRoutes(new EmergencyNotesService({ db: store.db, audit, clock })),
    ...emergencyRoutes(emergencies),
    ...rightsRoutes(rights),
    ...devicesRoutes(deviceParts),
    ...auditRoutes(new AuditSearchService({ store, audit, proofs: auditProofs, facility, shows })),
  ].map((route): NodeRoute => ({ ...route, path: `/v1${route.path}` }));
  return [...versioned, ...docsRoutes(versioned, version)];
}

import type { AuditLine } from '../api/audit-api.ts';
import type { JsonObject } from './json.ts';
import { resourceKind } from './resource-kinds.ts';

const SYSTEMS = 'http://terminology.hl7.org/CodeSystem';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const BALP = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition';

type Kind = {
  readonly action: string;
  readonly type: JsonObject;
  readonly subtype: JsonObject;
  readonly profile?: string;
};

const coding = (system: string, code: string, display: string): JsonObject => ({ system, code, display });
const rest = (action: string, interaction: string, profile: string): Kind => ({
  action,
  type: coding(`${SYSTEMS}/audit-event-type`, 'rest', 'RESTful Operation'),
  subtype: coding('http://hl7.org/fhir/restful-interaction', interaction, interaction),
  profile,
});
const dicom = (action: string, type: readonly [string, string], subtype: readonly [string, string]): Kind => ({
  action,
  type: coding(DICOM, ...type),
  subtype: coding(DICOM, ...subtype),
});

/** How each action is told in FHIR; profiles are completed by whether a patient is concerned. */
const KINDS: Readonly<Record<string, Kind>> = {
  create: rest('C', 'create', 'Create'),
  read: rest('R', 'read', 'Read'),
  update: rest('U', 'update', 'Update'),
  delete: rest('D', 'delete', 'Delete'),
  search: rest('E', 'search', 'Query'),
  'sign-in': dicom('E', ['110114', 'User Authentication'], ['110122', 'Login']),
  'sign-out': dicom('E', ['110114', 'User Authentication'], ['110123', 'Logout']),
  export: dicom('R', ['110106', 'Export'], ['110106', 'Export']),
  import: dicom('C', ['110107', 'Import'], ['110107', 'Import']),
};

/** An audit entry of a facility as a FHIR R4 AuditEvent of IHE BALP. */
export function auditEventResource(line: AuditLine, facility: string): JsonObject {
  const kind = KINDS[line.action] ?? (KINDS.read as Kind);
  const profile = profileOf(line, kind);
  return {
    resourceType: 'AuditEvent',
    id: `${facility.replaceAll('_', '-')}-${line.number}`,
    ...(profile === undefined ? {} : { meta: { profile: [`${BALP}/${profile}`] } }),
    type: kind.type,
    subtype: [kind.subtype],
    action: kind.action,
    recorded: line.at,
    outcome: line.decision === 'permit' ? '0' : '4',
    ...(line.decision === 'permit' ? {} : { outcomeDesc: 'refused' }),
    purposeOfEvent: [{ coding: [{ system: `${SYSTEMS}/v3-ActReason`, code: line.purpose }] }],
    agent: [agentOf(line)],
    source: {
      observer: { display: facility },
      type: [coding(`${SYSTEMS}/security-source-type`, '4', 'Application Server')],
    },
    ...entitiesOf(line),
  };
}

function profileOf({ patientId, detail, decision }: AuditLine, { profile }: Kind): string | undefined {
  if (detail?.event === 'PrivacyDisclosure') return 'IHE.BasicAudit.PrivacyDisclosure.Source';
  if (detail?.event === 'AuthZconsent') return 'IHE.BasicAudit.AuthZconsent';
  if (profile === undefined || decision !== 'permit') return undefined;
  return `IHE.BasicAudit.${patientId === null ? '' : 'Patient'}${profile}`;
}

function agentOf({ login, practitionerId, role, sourceAddress }: AuditLine): JsonObject {
  const who: JsonObject = {
    ...(practitionerId === null ? {} : { reference: `Practitioner/${practitionerId}` }),
    ...(login === null
      ? { display: role === 'system' ? 'SanteHaggui' : 'anonymous' }
      : { identifier: { value: login } }),
  };
  return {
    type: { coding: [coding(`${SYSTEMS}/v3-ParticipationType`, 'IRCP', 'information recipient')] },
    ...(role === null ? {} : { role: [{ text: role }] }),
    who,
    requestor: login !== null,
    ...(sourceAddress === null ? {} : { network: { address: sourceAddress, type: '2' } }),
  };
}

function entitiesOf(line: AuditLine): JsonObject {
  const { patientId, recordId, recordType, requestId, detail } = line;
  const entityType = (code: string, display: string) => coding(`${SYSTEMS}/audit-entity-type`, code, display);
  const role = (code: string, display: string) => coding(`${SYSTEMS}/object-role`, code, display);
  const reference = `${resourceTypeOf(recordType)}/${recordId}`;
  const entities: JsonObject[] = [
    ...(patientId === null
      ? []
      : [{ what: { reference: `Patient/${patientId}` }, type: entityType('1', 'Person'), role: role('1', 'Patient') }]),
    ...(recordId === null || recordId === patientId
      ? []
      : [{ what: { reference }, type: entityType('2', 'System Object'), role: role('4', 'Domain Resource') }]),
    ...(detail === null ? [] : [detailOf(line, { type: entityType('2', 'System Object'), role })]),
    ...(requestId === null
      ? []
      : [
          {
            what: { identifier: { value: requestId } },
            type: coding(
              'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
              'XrequestId',
              'X-Request-Id',
            ),
          },
        ]),
  ];
  return entities.length === 0 ? {} : { entity: entities };
}

/** The resource that records of a type are exported as; `Basic` where there is none. */
function resourceTypeOf(recordType: string | null): string {
  const name =
    recordType === 'facility' ? 'Organization' : `${recordType?.charAt(0).toUpperCase()}${recordType?.slice(1)}`;
  return resourceKind(name)?.resourceType ?? 'Basic';
}

/** What else is known: of a search, its query. */
function detailOf(
  { action, detail }: AuditLine,
  { type, role }: { readonly type: JsonObject; readonly role: (code: string, display: string) => JsonObject },
): JsonObject {
  const text = Buffer.from(JSON.stringify(detail), 'utf8').toString('base64');
  return action === 'search'
    ? { type, role: role('24', 'Query'), query: text }
    : { type, role: role('4', 'Domain Resource'), detail: [{ type: 'detail', valueBase64Binary: text }] };
}

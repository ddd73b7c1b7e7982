import type { AuditLine } from '../api/audit-api.ts';
import type { JsonObject } from './json.ts';
import { resourceKind } from './resource-kinds.ts';

const SYSTEMS = 'http://terminology.hl7.org/CodeSystem';
const DICOM = 'http://dicom.nema.org/resources/ontology/DCM';
const BALP = 'https://profiles.ihe.net/ITI/BALP';

type Kind = {
  readonly action: string;
  readonly type: JsonObject;
  readonly subtype: JsonObject;
  /** The name of the profile for what concerns no patient. */
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

/** How each action is told in FHIR. */
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

const DISCLOSURE: Kind = {
  action: 'R',
  type: coding(DICOM, '110106', 'Export'),
  subtype: coding(`${SYSTEMS}/iso-21089-lifecycle`, 'disclose', 'Disclose Record Lifecycle Event'),
};
const CONSENT_DECISION: Kind = {
  action: 'E',
  type: coding(DICOM, '110113', 'Security Alert'),
  subtype: coding(`${BALP}/CodeSystem/AuthZsubType`, 'AuthZ-Consent', 'Authorization Decision using Roles and Consent'),
};

const SOURCE = coding(DICOM, '110153', 'Source Role ID');
const DESTINATION = coding(DICOM, '110152', 'Destination Role ID');
const APPLICATION = coding(DICOM, '110150', 'Application');
const CUSTODIAN = coding(`${SYSTEMS}/provenance-participant-type`, 'custodian', 'Custodian');
const RECIPIENT = coding(`${SYSTEMS}/v3-ParticipationType`, 'IRCP', 'information recipient');
const AUTHOR = coding(`${SYSTEMS}/v3-ParticipationType`, 'AUT', 'author');
const PROVIDER = coding(`${SYSTEMS}/v3-RoleClass`, 'PROV', 'healthcare provider');
const AUTHORISER = coding(`${SYSTEMS}/extra-security-role-type`, 'authserver', 'authorization server');

/** Which way the data go: with a search the question goes to the server. */
const ENDS: Readonly<Record<string, { readonly client: JsonObject; readonly server: JsonObject }>> = {
  read: { client: DESTINATION, server: SOURCE },
  delete: { client: APPLICATION, server: CUSTODIAN },
};
const TO_SERVER = { client: SOURCE, server: DESTINATION };

/** What an entry is told as: what leaves for others and what consents keep back have patterns of their own. */
type Pattern = 'disclosure' | 'consent-decision' | 'plain';

/**
 * An audit entry of a facility as a FHIR R4 AuditEvent. It names a profile of IHE BALP 1.1 where it has all that the profile asks for:
 * not for what was refused, nor for what BALP has no pattern of.
 */
export function auditEventResource(line: AuditLine, facility: string): JsonObject {
  const pattern = patternOf(line);
  const kind =
    pattern === 'disclosure'
      ? DISCLOSURE
      : pattern === 'consent-decision'
        ? CONSENT_DECISION
        : (KINDS[line.action] ?? (KINDS.read as Kind));
  const profile = profileOf(line, pattern, kind);
  return {
    resourceType: 'AuditEvent',
    id: `${facility.replaceAll('_', '-')}-${line.number}`,
    ...(profile === undefined ? {} : { meta: { profile: [`${BALP}/StructureDefinition/IHE.BasicAudit.${profile}`] } }),
    type: kind.type,
    subtype: [kind.subtype],
    action: kind.action,
    recorded: line.at,
    outcome: line.decision === 'permit' ? '0' : '4',
    ...(line.decision === 'permit' ? {} : { outcomeDesc: 'refused' }),
    purposeOfEvent: [{ coding: [{ system: `${SYSTEMS}/v3-ActReason`, code: line.purpose }] }],
    agent: agentsOf(line, { pattern, facility }),
    source: {
      observer: { display: facility },
      type: [coding(`${SYSTEMS}/security-source-type`, '4', 'Application Server')],
    },
    entity: entitiesOf(line, pattern),
  };
}

function patternOf({ action, patientId, login, detail, decision }: AuditLine): Pattern {
  if (action !== 'export' || patientId === null) return 'plain';
  // The hub notes what it gave, and because of what.
  const hasLeft = detail?.event === 'PrivacyDisclosure' || typeof detail?.because === 'string';
  if (hasLeft && decision === 'permit') return 'disclosure';
  return detail?.event === 'AuthZconsent' && login !== null && consentsIn(detail).length > 0
    ? 'consent-decision'
    : 'plain';
}

function profileOf({ patientId, decision }: AuditLine, pattern: Pattern, { profile }: Kind): string | undefined {
  if (pattern === 'disclosure') return 'PrivacyDisclosure.Source';
  if (pattern === 'consent-decision') return 'AuthZconsent';
  if (profile === undefined || decision !== 'permit') return undefined;
  return `${patientId === null ? '' : 'Patient'}${profile}`;
}

function agentsOf(
  line: AuditLine,
  { pattern, facility }: { readonly pattern: Pattern; readonly facility: string },
): JsonObject[] {
  const agent = (type: JsonObject, who: JsonObject, more: JsonObject = {}): JsonObject => ({
    ...{ type: { coding: [type] }, who, requestor: false },
    ...more,
  });
  // Without an address it was asked at the machine itself.
  const network =
    line.sourceAddress === null ? { address: 'localhost', type: '1' } : { address: line.sourceAddress, type: '2' };
  const here = { network: { address: facility, type: '1' } };
  const client = { display: line.role === 'system' ? 'SanteHaggui' : (line.sourceAddress ?? 'localhost') };
  const user = line.login === null ? [] : [userOf(line, line.login)];
  if (pattern === 'disclosure')
    return [
      agent(SOURCE, { display: facility }, here),
      agent(DESTINATION, receiverIn(line.detail), { network }),
      ...user,
    ];
  if (pattern === 'consent-decision')
    return [
      agent(APPLICATION, client, { network }),
      ...user,
      agent(PROVIDER, { display: facility }),
      agent(AUTHORISER, { display: facility }),
    ];
  const ends = ENDS[line.action] ?? TO_SERVER;
  return [agent(ends.client, client, { network }), agent(ends.server, { display: facility }, here), ...user];
}

/** Who did it; people are no devices of a network. */
function userOf({ practitionerId, role, action }: AuditLine, login: string): JsonObject {
  const isWriting = ['create', 'update', 'delete'].includes(action);
  return {
    type: { coding: [isWriting ? AUTHOR : RECIPIENT] },
    ...(role === null ? {} : { role: [{ text: role }] }),
    who: {
      ...(practitionerId === null ? {} : { reference: `Practitioner/${practitionerId}` }),
      identifier: { value: login },
    },
    requestor: true,
  };
}

/** To whom data went, as the gate of consents notes it. */
function receiverIn(detail: AuditLine['detail']): JsonObject {
  const to = detail?.to;
  if (typeof to !== 'object' || to === null) return { display: typeof to === 'string' ? to : 'unknown' };
  const { facility, organisation } = to as { readonly facility?: unknown; readonly organisation?: unknown };
  return typeof facility === 'string' ? { reference: `Organization/${facility}` } : { display: String(organisation) };
}

function consentsIn(detail: AuditLine['detail']): readonly string[] {
  const { consents } = (detail ?? {}) as { readonly consents?: unknown };
  return Array.isArray(consents) ? consents.filter((id) => typeof id === 'string') : [];
}

function entitiesOf(line: AuditLine, pattern: Pattern): JsonObject[] {
  const { patientId, recordId, recordType, requestId, detail, action } = line;
  const entityType = (code: string, display: string) => coding(`${SYSTEMS}/audit-entity-type`, code, display);
  const role = (code: string, display: string) => coding(`${SYSTEMS}/object-role`, code, display);
  const text = Buffer.from(JSON.stringify(detail ?? {}), 'utf8').toString('base64');
  const patient =
    patientId === null
      ? []
      : [{ what: { reference: `Patient/${patientId}` }, type: entityType('1', 'Person'), role: role('1', 'Patient') }];
  const consents = consentsIn(detail).map((id) => ({
    what: { reference: `Consent/${id}` },
    type: coding('http://hl7.org/fhir/resource-types', 'Consent', 'Consent'),
  }));
  if (pattern === 'consent-decision') return [...patient, ...consents];
  const object =
    action === 'search'
      ? { type: entityType('2', 'System Object'), role: role('24', 'Query'), query: text }
      : {
          what:
            recordId === null
              ? { display: recordType ?? action }
              : { reference: `${resourceTypeOf(recordType)}/${recordId}` },
          ...{ type: entityType('2', 'System Object'), role: role('4', 'Domain Resource') },
        };
  if (action === 'delete') return [...patient, object];
  return [
    ...patient,
    object,
    ...(pattern === 'disclosure' ? consents : []),
    ...(detail === null || action === 'search'
      ? []
      : [{ type: entityType('4', 'Other'), detail: [{ type: 'detail', valueBase64Binary: text }] }]),
    ...(requestId === null
      ? []
      : [
          {
            what: { identifier: { value: requestId } },
            type: coding(`${BALP}/CodeSystem/BasicAuditEntityType`, 'XrequestId', 'X-Request-Id'),
          },
        ]),
  ];
}

/** The resource that records of a type are exported as; `Basic` where there is none. */
function resourceTypeOf(recordType: string | null): string {
  const name =
    recordType === 'facility' ? 'Organization' : `${recordType?.charAt(0).toUpperCase()}${recordType?.slice(1)}`;
  return resourceKind(name)?.resourceType ?? 'Basic';
}

import { type NamedFields, RECORD_TYPES, recordTypeNamed } from '../records/catalogue.ts';
import type { RecordType } from '../records/record-type.ts';
import { writeSize } from './document-content.ts';
import { type FieldMapping, fieldMappings, type MappingOptions } from './field-mapping.ts';
import type { JsonObject } from './json.ts';
import { MEASURE_REPORT_MINIMUM, writeMeasureReport } from './measure-report.ts';

/**
 * An element with a minimum of one in FHIR R4. `refuse`: without it the resource says nothing, and its file is not taken.
 * `list`: published examples and real systems leave it out (WHO's antenatal guide has encounters without status, requests
 * without intent, vaccinations without vaccine, an allergy without patient); the resource is taken and named as incomplete.
 */
export type Requirement = { readonly anyOf: readonly [string, ...string[]]; readonly otherwise: 'refuse' | 'list' };

/** How one type of resource and one type of record are each other. */
export type ResourceKind = {
  readonly resourceType: string;
  readonly recordType: RecordType;
  readonly fields: readonly FieldMapping[];
  readonly requirements: readonly Requirement[];
  /** What every record of this kind has in a field that the resource has no place for. */
  readonly fixed: Readonly<Record<string, string>>;
  /** What R4 requires of a resource, for records that came from no other system and do not say it. */
  readonly minimum: JsonObject;
  /** Writes what stands in no single place: a report's cells. */
  readonly derive: ((resource: JsonObject, fields: NamedFields) => void) | undefined;
  /** The resources that others refer to come first; undefined: it is not imported. */
  readonly importRank: number | undefined;
};

type KindOptions = MappingOptions &
  Partial<Pick<ResourceKind, 'fixed' | 'minimum' | 'importRank' | 'derive'>> & {
    readonly refuse?: readonly (string | readonly [string, ...string[]])[];
    readonly list?: readonly (string | readonly [string, ...string[]])[];
  };

const CODE_SYSTEMS = 'http://terminology.hl7.org/CodeSystem';

const KINDS: Readonly<Record<string, KindOptions>> = {
  Patient: { importRank: 0 },
  Practitioner: { importRank: 1 },
  Encounter: {
    importRank: 2,
    list: ['status', 'class'],
    minimum: { status: 'unknown', class: { system: `${CODE_SYSTEMS}/v3-ActCode`, code: 'AMB' } },
    codes: {
      outcome: [
        ['other-hcf', 'referred'],
        ['hosp', 'admitted'],
        ['exp', 'died'],
        ['aadvice', 'left'],
      ],
    },
  },
  Observation: { importRank: 3, refuse: ['status', 'code'], minimum: { status: 'unknown' } },
  Condition: { importRank: 3, refuse: ['subject'] },
  AllergyIntolerance: { importRank: 3, list: ['patient'] },
  MedicationRequest: {
    importRank: 3,
    refuse: ['status', 'subject'],
    list: ['intent', ['medicationCodeableConcept', 'medicationReference']],
    minimum: { status: 'unknown', intent: 'order' },
  },
  Immunization: {
    importRank: 3,
    refuse: ['status', 'patient'],
    list: ['vaccineCode', ['occurrenceDateTime', 'occurrenceString']],
    minimum: { status: 'completed' },
  },
  Location: {},
  ServiceRequest: { minimum: { status: 'active', intent: 'order' } },
  MeasureReport: { minimum: MEASURE_REPORT_MINIMUM, derive: writeMeasureReport },
  Consent: {
    minimum: {
      status: 'active',
      scope: { coding: [{ system: `${CODE_SYSTEMS}/consentscope`, code: 'patient-privacy' }] },
      category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
      policyRule: { coding: [{ system: `${CODE_SYSTEMS}/v3-ActCode`, code: 'OPTIN' }] },
      provision: { type: 'permit' },
    },
    codes: { status: [['inactive', 'withdrawn']] },
  },
  Flag: { minimum: { status: 'active' } },
  DocumentReference: {
    importRank: 3,
    list: ['status', 'content'],
    minimum: { status: 'current', content: [{ attachment: {} }] },
    // What the content itself says is said by it: another system's resource comes back without what it did not have.
    places: { size: null, hash: null },
    derive: writeSize,
  },
};

const EXTENSION = 'extension';

/** An act is an Observation of category `procedure` here (docs/protocol.md, records). */
const PROCEDURE: KindOptions = {
  importRank: 3,
  refuse: ['status', 'subject'],
  fixed: { category: 'procedure' },
  minimum: { status: 'unknown' },
  places: {
    category: null,
    effective: 'performedDateTime | performedPeriod.start',
    value: EXTENSION,
    unit: EXTENSION,
    valueCode: 'outcome.coding[own].code',
    valueText: 'outcome.text',
    systolic: EXTENSION,
    diastolic: EXTENSION,
  },
  codes: {
    // EventStatus to ObservationStatus.
    status: [
      ['completed', 'final'],
      ['completed', 'amended'],
      ['completed', 'corrected'],
      ['in-progress', 'preliminary'],
      ['preparation', 'registered'],
      ['not-done', 'cancelled'],
    ],
  },
};

const BY_RESOURCE: ReadonlyMap<string, ResourceKind> = new Map([
  ...RECORD_TYPES.map((type) => [type.fhirType, kindOf(type.fhirType, type, KINDS[type.fhirType] ?? {})] as const),
  ['Procedure', kindOf('Procedure', recordTypeNamed('observation'), PROCEDURE)] as const,
]);

/** The kind of a resource type; undefined for one that has no record here. */
export function resourceKind(resourceType: string): ResourceKind | undefined {
  return BY_RESOURCE.get(resourceType);
}

/** The kind that a record is exported as; `resourceType` is what its source says, when it says any. */
export function kindOfRecord(
  type: RecordType,
  fields: Readonly<Record<string, unknown>>,
  resourceType?: string,
): ResourceKind {
  const said = resourceType === undefined ? undefined : BY_RESOURCE.get(resourceType);
  if (said?.recordType === type) return said;
  const own = type.name === 'observation' && fields.category === 'procedure' ? 'Procedure' : type.fhirType;
  return BY_RESOURCE.get(own) as ResourceKind;
}

function kindOf(resourceType: string, recordType: RecordType, options: KindOptions): ResourceKind {
  const { refuse = [], list = [], fixed = {}, minimum = {}, importRank, derive } = options;
  const requirement = (otherwise: Requirement['otherwise']) => (members: string | readonly [string, ...string[]]) => ({
    anyOf: typeof members === 'string' ? ([members] as const) : members,
    otherwise,
  });
  return {
    resourceType,
    recordType,
    fields: fieldMappings(recordType, options),
    requirements: [...refuse.map(requirement('refuse')), ...list.map(requirement('list'))],
    fixed,
    minimum,
    importRank,
    derive,
  };
}

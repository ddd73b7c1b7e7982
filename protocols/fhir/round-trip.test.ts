import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../records/record-type.ts';
import type { FieldMapping } from './field-mapping.ts';
import { fromFhir } from './from-fhir.ts';
import { isSameJson, type Json, type JsonObject, parseJson } from './json.ts';
import { type ResourceKind, resourceKind } from './resource-kinds.ts';
import { type References, toFhir } from './to-fhir.ts';

const ID = '00000000-0000-8000-8000-0000000000';
const recordId = (index: number): string => `${ID}${String(index).padStart(2, '0')}`;
// A reference here reads `Type/<record id>`.
const references: References = {
  isNameOf: (reference, id) => reference.endsWith(`/${id}`),
  nameOf: (id) => `Any/${id}`,
};

const word = fc.stringMatching(/^[A-Za-zéïÉ' -]{1,12}$/).filter((text) => text.trim() !== '');
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const record = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
  fc
    .record(members)
    .map((object) => JSON.parse(JSON.stringify(object)) as JsonObject)
    .filter((object) => Object.keys(object).length > 0);
const optional = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
  record(Object.fromEntries(Object.entries(members).map(([member, arbitrary]) => [member, maybe(arbitrary)])));

const system = fc.constantFrom(
  'http://loinc.org',
  'http://snomed.info/sct',
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/cvx',
  'urn:oid:1.2.3',
  'http://unitsofmeasure.org',
);
const code = fc.constantFrom('8480-6', 'B50.9', 'final', 'active', 'home', 'hosp', 'x y', 'a|b');
const coding = record({ system: maybe(system), code: maybe(code), display: maybe(word), version: maybe(word) });
const concept = optional({ coding: fc.array(coding, { minLength: 1, maxLength: 3 }), text: word });
const date = fc.constantFrom('1987', '1987-05', '1987-05-12');
const dateTime = fc.oneof(
  date,
  fc.constantFrom(
    '2024-02-29T23:59:59+00:00',
    '2021-02-13T06:46:34-07:00',
    '2020-01-01T00:00:00.250Z',
    '2020-01-01T10:00:00Z',
  ),
);
const decimal = fc.oneof(
  fc.integer({ min: -500, max: 500 }),
  fc.constantFrom(1.5, 83.14531190501731, 1e-7, 12345678.25),
);
const quantity = optional({
  value: decimal,
  unit: fc.constantFrom('cm', 'mmHg', 'kPa', 'd'),
  system: fc.constant('http://unitsofmeasure.org'),
  code: fc.constantFrom('cm', 'mm[Hg]', 'kPa', 'd', 'wk'),
});
const reference = optional({
  reference: fc.constantFrom(`Patient/${recordId(1)}`, `Encounter/${recordId(2)}`, '#contained'),
  display: word,
});
const period = optional({ start: dateTime, end: dateTime });
const identifier = optional({
  system: fc.constantFrom('urn:a', 'https://santehaggui.org/nina'),
  value: word,
  use: fc.constant('official'),
});
const some = (arbitrary: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3 });
const extension = fc.constant([{ url: 'urn:other', valueString: 'stays' }]);
const common = {
  id: fc.constantFrom('a', 'b-1'),
  meta: fc.constant({ tag: [{ system: 'urn:tag', code: 't' }] }),
  identifier: some(identifier),
  extension,
};
const choice = (...alternatives: Record<string, fc.Arbitrary<unknown>>[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.oneof(fc.constant({}), ...alternatives.map((members) => fc.record(members)));

const resources: Record<string, fc.Arbitrary<JsonObject>> = {
  Patient: optional({
    ...common,
    name: some(
      optional({
        family: word,
        given: fc.array(word, { minLength: 1, maxLength: 2 }),
        text: word,
        use: fc.constant('official'),
      }),
    ),
    gender: fc.constantFrom('female', 'male', 'F'),
    birthDate: date,
    telecom: some(
      optional({
        system: fc.constantFrom('phone', 'email'),
        value: fc.constantFrom('76 12 34 56', '+22376123456', 'x@y.z'),
      }),
    ),
    address: some(optional({ city: word, line: fc.array(word, { minLength: 1 }) })),
    deceasedDateTime: dateTime,
    communication: some(optional({ language: concept, preferred: fc.boolean() })),
  }),
  Encounter: optional({
    ...common,
    status: fc.constantFrom('finished', 'planned', 'odd'),
    class: coding,
    subject: reference,
    period,
    participant: some(optional({ individual: reference })),
    reasonCode: some(concept),
    hospitalization: optional({ dischargeDisposition: concept }),
  }),
  Observation: fc
    .tuple(
      optional({
        ...common,
        category: some(concept),
        subject: reference,
        encounter: reference,
        component: some(optional({ code: concept, valueQuantity: quantity })),
      }),
      record({ status: fc.constantFrom('final', 'amended'), code: concept }),
      choice(
        { effectiveDateTime: dateTime },
        { effectivePeriod: period },
        { effectiveInstant: fc.constant('2020-01-01T10:00:00Z') },
      ),
      choice(
        { valueQuantity: quantity },
        { valueCodeableConcept: concept },
        { valueString: word },
        { valueInteger: fc.integer({ min: 0, max: 9 }) },
        { valueBoolean: fc.boolean() },
        { valueDateTime: dateTime },
      ),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonObject),
  Condition: fc
    .tuple(
      optional({
        ...common,
        clinicalStatus: concept,
        code: concept,
        severity: concept,
        recordedDate: dateTime,
        encounter: reference,
      }),
      record({ subject: reference }),
      choice({ onsetDateTime: dateTime }, { onsetPeriod: period }, { onsetString: word }),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonObject),
  AllergyIntolerance: optional({
    ...common,
    patient: reference,
    code: concept,
    criticality: fc.constantFrom('low', 'high', 'x'),
    reaction: some(optional({ manifestation: some(concept), severity: fc.constant('mild') })),
  }),
  MedicationRequest: fc
    .tuple(
      optional({
        ...common,
        intent: fc.constant('order'),
        dosageInstruction: some(optional({ text: word, sequence: fc.constant(1) })),
        authoredOn: dateTime,
        dispenseRequest: optional({ expectedSupplyDuration: quantity, quantity }),
      }),
      record({ status: fc.constantFrom('active', 'stopped'), subject: reference }),
      choice({ medicationCodeableConcept: concept }, { medicationReference: reference }),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonObject),
  Immunization: fc
    .tuple(
      optional({
        ...common,
        vaccineCode: concept,
        lotNumber: word,
        site: concept,
        protocolApplied: some(optional({ doseNumberPositiveInt: fc.integer({ min: 1, max: 5 }), series: word })),
      }),
      record({ status: fc.constantFrom('completed', 'not-done'), patient: reference }),
      choice({ occurrenceDateTime: dateTime }, { occurrenceString: word }),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonObject),
  Procedure: fc
    .tuple(
      optional({ ...common, code: concept, outcome: concept, encounter: reference }),
      record({ status: fc.constantFrom('completed', 'on-hold', 'not-done'), subject: reference }),
      choice({ performedDateTime: dateTime }, { performedPeriod: period }),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonObject),
  Practitioner: optional({
    ...common,
    name: some(optional({ family: word, given: fc.array(word, { minLength: 1 }) })),
    active: fc.boolean(),
    qualification: some(optional({ code: concept })),
  }),
};

const anyResource = fc.oneof(
  ...Object.entries(resources).map(([resourceType, arbitrary]) =>
    arbitrary.map((members) => ({ resourceType, ...members }) as JsonObject),
  ),
);

function newValue({ name, declaration, alternatives, codes }: FieldMapping): fc.Arbitrary<FieldValue> {
  // A role is looked for among qualifications by our own system.
  if (name === 'role') return fc.constantFrom('nurse', 'physician');
  switch (declaration.kind) {
    case 'ref':
      return fc.constantFrom(recordId(8), recordId(9));
    case 'code':
      // A code on its own is always of the element's system (FHIR R4 §4.1.1): no other can be said there.
      return fc.constantFrom(
        // An amended act is completed in FHIR, as any other: that one word is lost.
        ...(declaration.values ?? ['new-code', 'B50.9', '8480-6']).filter(
          (ours) => codes.length === 0 || !['amended', 'corrected'].includes(ours),
        ),
        alternatives[0]?.form === 'plain' ? `${declaration.system}|unlisted` : 'urn:new|other',
      );
    case 'set':
      return fc
        .uniqueArray(fc.constantFrom('urn:x|1', 'urn:y|2', '|3'), { minLength: 1 })
        .map((members) => members.sort());
    case 'phone':
      return fc.constantFrom('+22366778899', 'inconnu');
    case 'date':
      return fc.constantFrom('2001', '2001-02~', '2001-02-03');
    case 'instant':
      return fc.constantFrom(0, 1_700_000_000_123, 1_700_000_000_000);
    case 'integer':
      return fc.integer({ min: 1, max: 12 });
    case 'decimal':
      return fc.constantFrom('37.50', '120', '0.000000000000000001');
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constantFrom('nouveau', 'Ségou « centre »');
  }
}

/** What a record is after import; references to our own records resolved. */
function imported(
  resource: JsonObject,
  fullUrl?: string,
): { fields: Record<string, FieldValue>; type: ReturnType<typeof fromFhir>['kind']['recordType'] } {
  const { kind, fields, references: found } = fromFhir(resource, fullUrl);
  const linked = found.filter(({ reference: text }) => text.includes(ID));
  return {
    type: kind.recordType,
    fields: {
      ...fields,
      ...Object.fromEntries(linked.map(({ field, reference: text }) => [field, text.slice(text.indexOf(ID))])),
    },
  };
}

function changedMembers(before: JsonObject, after: JsonObject): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (member) => !isSameJson(before[member], after[member]),
  );
}

describe('what came in as FHIR', () => {
  it('goes out member for member', () => {
    fc.assert(
      fc.property(
        anyResource,
        fc.constantFrom(undefined, 'urn:uuid:a', 'http://host/fhir/Any/a'),
        (resource, fullUrl) => {
          const { type, fields } = imported(resource, fullUrl);
          const out = toFhir({ id: recordId(0), type, fields }, references);
          expect(out.resource).toEqual(resource);
          expect(isSameJson(out.resource, resource)).toBe(true);
          if (fullUrl !== undefined && resource.id === 'a')
            expect(out.fullUrl).toBe(fullUrl.replace('urn:uuid:a', `urn:uuid:${recordId(0)}`));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says an edited field, and else what it said: reading it again gives the edited record', () => {
    const edits = anyResource.chain((resource) => {
      const kind = resourceKind(String(resource.resourceType));
      const fields = (kind?.fields ?? []).filter(
        ({ alternatives, name }) => alternatives.length > 0 && name !== 'nina',
      );
      return fc
        .constantFrom(...fields)
        .chain((mapping) => newValue(mapping).map((value) => ({ resource, field: mapping.name, value })));
    });
    fc.assert(
      fc.property(edits, ({ resource, field, value }) => {
        const { type, fields } = imported(resource);
        const edited: Record<string, FieldValue> = { ...fields, [field]: value };
        const out = toFhir({ id: recordId(0), type, fields: edited }, references);
        const again = imported(out.resource).fields;
        const { source: _before, ...wanted } = edited;
        const { source: _after, ...got } = again;
        expect(got).toEqual(wanted);
        const allowed = new Set(kindMembers(String(resource.resourceType), field));
        const outside = changedMembers(resource, out.resource).filter((member) => !allowed.has(member));
        expect(outside).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** The members of a resource that an edit of a field may change: its own, those of its choice, and extensions. */
function kindMembers(resourceType: string, field: string): string[] {
  const mapping = resourceKind(resourceType)?.fields.find(({ name }) => name === field);
  const own = mapping?.alternatives.map(({ path }) => path.steps[0]?.member ?? '') ?? [];
  const stems = ['value', 'effective', 'performed', 'occurrence', 'onset', 'deceased', 'medication'];
  const choices = own.flatMap((member) => stems.filter((stem) => member.startsWith(stem)));
  const all = [
    'Quantity',
    'CodeableConcept',
    'String',
    'Integer',
    'Boolean',
    'DateTime',
    'Period',
    'Instant',
    'Reference',
  ];
  return [
    ...own,
    ...own.map((member) => `_${member}`),
    ...choices.flatMap((stem) => all.map((type) => `${stem}${type}`)),
  ];
}

describe('a record of our own', () => {
  it('comes back from FHIR with the fields it had', () => {
    const records = fc.constantFrom(...Object.keys(resources)).chain((resourceType) => {
      const kind = resourceKind(resourceType) as ResourceKind;
      const fields = kind.fields.filter(({ alternatives }) => alternatives.length > 0);
      const required = kind.requirements.length > 0 ? ['patient', 'status', 'code'] : [];
      return fc
        .record(
          Object.fromEntries(
            fields.map((mapping) => [
              mapping.name,
              required.includes(mapping.name) ? newValue(mapping) : maybe(newValue(mapping)),
            ]),
          ),
        )
        .map((values) => ({
          resourceType,
          fields: { ...kind.fixed, ...(JSON.parse(JSON.stringify(values)) as Record<string, FieldValue>) },
        }));
    });
    fc.assert(
      fc.property(records, ({ resourceType, fields }) => {
        const kind = resourceKind(resourceType) as ResourceKind;
        const out = toFhir({ id: recordId(0), type: kind.recordType, fields }, references);
        expect(out.fullUrl).toBe(`urn:uuid:${recordId(0)}`);
        const text = JSON.stringify(out.resource);
        const { source: _source, ...got } = imported(parseJson(text) as JsonObject).fields;
        expect(got).toMatchObject(fields as Record<string, Json>);
      }),
      { numRuns: 200 },
    );
  });
});

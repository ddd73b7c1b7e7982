import { describe, expect, it } from 'vitest';
import { fromFhir } from './from-fhir.ts';
import type { JsonObject } from './json.ts';
import { parseJson } from './json.ts';
import { FhirProblem } from './path.ts';
import { type References, toFhir } from './to-fhir.ts';

const NOBODY: References = { isNameOf: () => false, nameOf: (id) => `urn:uuid:${id}` };
const OBSERVATION = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
};
const fieldsOf = (resource: unknown): Record<string, unknown> => fromFhir(resource as JsonObject).fields;
const edited = (resource: unknown, edit: Record<string, unknown>, retracted: string[] = []): JsonObject => {
  const { kind, fields } = fromFhir(resource as JsonObject);
  return toFhir({ id: 'x', type: kind.recordType, fields: { ...fields, ...edit } as never, retracted }, NOBODY)
    .resource;
};

describe('a resource that is malformed', () => {
  it.each([
    [
      { resourceType: 'Patient', birthDate: 42 },
      'birthDate',
      'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD, or with a time',
    ],
    [
      { resourceType: 'Patient', birthDate: '1990-02-30' },
      'birthDate',
      'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD, or with a time',
    ],
    [{ resourceType: 'Patient', name: { family: 'Traoré' } }, 'name', 'an array is expected'],
    [
      { resourceType: 'Patient', name: [{ family: 'a\u0000b' }] },
      'name[0].family',
      'a control character, which FHIR texts cannot hold',
    ],
    [{ resourceType: 'Patient', gender: true }, 'gender', 'a code is expected'],
    [{ resourceType: 'Patient', id: 7 }, 'id', 'a text is expected'],
    [{ resourceType: 'Practitioner', active: 'yes' }, 'active', 'true or false is expected'],
    [{ resourceType: 'Observation', code: {} }, 'status', 'required'],
    [{ resourceType: 'Observation', status: 'final' }, 'code', 'required'],
    [{ ...OBSERVATION, valueQuantity: { value: '5' } }, 'valueQuantity.value', 'a number is expected'],
    [{ ...OBSERVATION, valueInteger: 'x' }, 'valueInteger', 'a number is expected'],
    [{ ...OBSERVATION, component: [{ code: 'x' }] }, 'component[0].code', 'an object is expected'],
    [{ ...OBSERVATION, subject: { reference: 1 } }, 'subject.reference', 'a reference is expected'],
    [
      { ...OBSERVATION, effectiveDateTime: '2024-01-01T25:00:00Z' },
      'effectiveDateTime',
      'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD, or with a time',
    ],
    [
      { ...OBSERVATION, code: { coding: [{ system: 1, code: 'x' }] } },
      'code.coding[0].system',
      'a system (URI) is expected',
    ],
    [{ resourceType: 'Condition' }, 'subject', 'required'],
    [
      {
        resourceType: 'Immunization',
        status: 'completed',
        patient: {},
        protocolApplied: [{ doseNumberPositiveInt: 1.5 }],
      },
      'protocolApplied[0].doseNumberPositiveInt',
      'an integer is expected',
    ],
  ])('is refused by path and reason: %j', (resource, path, reason) => {
    expect(() => fromFhir(resource as JsonObject)).toThrow(new FhirProblem(path, reason));
  });

  it('is taken, and named, when it lacks what real systems leave out', () => {
    expect(fromFhir({ resourceType: 'AllergyIntolerance' }).incomplete).toEqual([
      { path: 'patient', reason: 'required' },
    ]);
  });
});

describe('codes', () => {
  it('keep their system when it is not the field’s own, and say so when they have none', () => {
    const coded = (coding: unknown): unknown => fieldsOf({ ...OBSERVATION, code: { coding: [coding] } }).code;
    expect(coded({ system: 'http://loinc.org', code: '8302-2' })).toBe('8302-2');
    expect(coded({ system: 'http://snomed.info/sct', code: '50373000' })).toBe('http://snomed.info/sct|50373000');
    expect(coded({ code: 'taille' })).toBe('|taille');
    expect(fieldsOf({ resourceType: 'Patient', gender: 'M' }).sex).toBe('http://hl7.org/fhir/administrative-gender|M');
  });

  it('take ICD-10 for a diagnosis wherever it stands among the codings', () => {
    const coding = [
      { system: 'urn:local', code: 'PALU' },
      { system: 'http://hl7.org/fhir/sid/icd-10', code: 'B50.9' },
    ];
    expect(fieldsOf({ resourceType: 'Condition', subject: {}, code: { coding } }).code).toBe('B50.9');
  });

  it('leave no display, text or translation of the old code behind when one is edited', () => {
    const severity = {
      coding: [
        { system: 'http://snomed.info/sct', code: '24484000', display: 'Severe' },
        { system: 'urn:x', code: '3' },
      ],
      text: 'Severe',
    };
    const out = edited({ resourceType: 'Condition', subject: {}, severity }, { severity: '255604002' });
    expect(out.severity).toEqual({ coding: [{ system: 'http://snomed.info/sct', code: '255604002' }] });
    const visit = {
      resourceType: 'Encounter',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    };
    expect(edited(visit, { class: 'EMER' }).class).toEqual({
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code: 'EMER',
    });
  });
});

describe('measures', () => {
  const pressure = (unit: string, value = 16): JsonObject => ({
    ...OBSERVATION,
    component: [
      { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value, code: unit } },
    ],
  });

  it('are not read in a unit that is not the field’s, and stay in what came in', () => {
    expect(fieldsOf(pressure('mm[Hg]', 120)).systolic).toBe('120');
    expect(fieldsOf(pressure('kPa')).systolic).toBeUndefined();
    expect(edited(pressure('kPa'), {})).toEqual(pressure('kPa'));
  });

  it('are written with their unit over one in another unit', () => {
    const component = edited(pressure('kPa'), { systolic: '120' }).component as JsonObject[];
    expect(component[0]?.valueQuantity).toEqual({
      value: 120,
      unit: 'mm[Hg]',
      system: 'http://unitsofmeasure.org',
      code: 'mm[Hg]',
    });
  });

  it('stay in what came in when they have more digits than a decimal of the journal', () => {
    for (const value of ['1234567890123456789012', '0.1234567890123456789', '1e300']) {
      const resource = parseJson(
        `{"resourceType":"Observation","status":"final","code":{},"valueQuantity":{"value":${value}}}`,
      ) as JsonObject;
      const { value: held } = fieldsOf(resource);
      expect(held === undefined || Math.abs(Number(held) - Number(value)) < 1e-15).toBe(true);
      expect(JSON.stringify(edited(resource, {}))).toContain(`"value":${value}`);
    }
  });

  it('keep their precision', () => {
    const resource = parseJson(
      '{"resourceType":"Observation","status":"final","code":{},"valueQuantity":{"value":37.50}}',
    ) as JsonObject;
    expect(fieldsOf(resource).value).toBe('37.50');
    expect(JSON.stringify(edited(resource, {}))).toContain('"value":37.50');
    expect(JSON.stringify(edited(resource, { value: '38.10' }))).toContain('"value":38.10');
  });
});

describe('a choice of types', () => {
  it('never says two of them', () => {
    const out = edited({ ...OBSERVATION, valueBoolean: true }, { valueText: 'positif' });
    expect([out.valueBoolean, out.valueString]).toEqual([undefined, 'positif']);
    const coded = {
      ...OBSERVATION,
      valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '10828004' }] },
    };
    const both = edited(coded, { value: '5' });
    expect(both.valueQuantity).toBeUndefined();
    expect(both.valueCodeableConcept).toEqual(coded.valueCodeableConcept);
    expect(fieldsOf(both).value).toBe('5');
  });

  it('is edited where it stands: the start of a period stays one', () => {
    const stay = { ...OBSERVATION, effectivePeriod: { start: '2024-01-01T00:00:00+00:00', end: '2024-01-02' } };
    expect(edited(stay, { effective: Date.UTC(2024, 0, 1, 8) }).effectivePeriod).toEqual({
      start: '2024-01-01T08:00:00+00:00',
      end: '2024-01-02',
    });
  });
});

describe('times and dates', () => {
  it.each([
    ['2021-02-13T06:46:34-07:00', '2021-02-13T13:46:34.000Z'],
    ['2021-02-13', '2021-02-13T00:00:00.000Z'],
    ['2021-02', '2021-02-01T00:00:00.000Z'],
    ['2021', '2021-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
  ])('%s is %s, and goes out as it came', (text, instant) => {
    const resource = { ...OBSERVATION, effectiveDateTime: text };
    expect(new Date(fieldsOf(resource).effective as number).toISOString()).toBe(instant);
    expect(edited(resource, {})).toEqual(resource);
  });

  it('say that a date is estimated in an extension', () => {
    const out = edited({ resourceType: 'Patient', birthDate: '1987' }, { birthDate: '1988~' });
    expect(out.birthDate).toBe('1988');
    expect(fieldsOf(out).birthDate).toBe('1988~');
    expect(edited(out, { birthDate: '1989' })).toEqual({ resourceType: 'Patient', birthDate: '1989' });
  });
});

describe('what someone emptied', () => {
  it('does not come back from what came in', () => {
    const resource = {
      ...OBSERVATION,
      valueQuantity: { value: 5, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
      subject: { reference: 'Patient/1' },
    };
    const { kind, fields } = fromFhir(resource);
    const { value: _value, unit: _unit, ...rest } = fields;
    const out = toFhir(
      { id: 'x', type: kind.recordType, fields: rest, retracted: ['value', 'unit', 'patient'] },
      NOBODY,
    ).resource;
    expect(out).toEqual(OBSERVATION);
  });

  it('stays when nobody emptied it: a reference that led nowhere', () => {
    const resource = { ...OBSERVATION, subject: { reference: 'Patient/unknown' } };
    expect(edited(resource, {})).toEqual(resource);
  });
});

describe('an act', () => {
  const act = {
    resourceType: 'Procedure',
    id: 'p',
    status: 'completed',
    subject: { reference: 'Patient/1' },
    performedPeriod: { start: '2024-01-01', end: '2024-01-02' },
  };

  it('is an observation of category procedure, and a Procedure again outside', () => {
    const { kind, fields } = fromFhir(act);
    expect(kind.recordType.name).toBe('observation');
    expect(fields).toMatchObject({ category: 'procedure', status: 'final' });
    expect(edited(act, {})).toEqual(act);
    expect(edited(act, { status: 'cancelled' }).status).toBe('not-done');
  });

  it('is told from an observation that another system put in that category', () => {
    const category = [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'procedure' }] },
    ];
    expect(edited({ ...OBSERVATION, category }, {})).toEqual({ ...OBSERVATION, category });
  });
});

describe('texts', () => {
  it('go out in the form they came in, though stored composed (NFC)', () => {
    const decomposed = 'Traore\u0301';
    const resource = { resourceType: 'Patient', name: [{ family: decomposed }], text: { div: decomposed } };
    const { fields } = fromFhir(resource);
    expect(fields.familyName).toBe('Traoré');
    expect(String(fields.source)).toBe(String(fields.source).normalize('NFC'));
    expect(edited(resource, {})).toEqual(resource);
  });
});

import { describe, expect, it } from 'vitest';
import { RECORD_TYPES } from '../records/catalogue.ts';
import type { JsonObject } from './json.ts';
import { drop, FhirProblem, type Found, find, findAll, parsePath, parsePlaces, put } from './path.ts';

const BLOOD_PRESSURE =
  'component[code.coding[0].system=http://loinc.org&code.coding[0].code=8480-6].valueQuantity.value';

describe('a FHIR path', () => {
  it('is read for every field of the catalogue', () => {
    for (const type of RECORD_TYPES) {
      for (const { fhir } of Object.values(type.fields))
        if (fhir !== undefined) expect(parsePlaces(fhir).length).toBeGreaterThan(0);
    }
  });

  it.each(['', 'a..b', 'a[', 'a[0', 'a]', 'a[=x]', 'a[b]', '1a'])('refuses %j', (text) => {
    expect(() => parsePlaces(text)).toThrow(RangeError);
  });

  it('finds what conditions pick, whose texts hold dots, slashes and colons', () => {
    const resource = {
      component: [
        { code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] }, valueQuantity: { value: 80 } },
        { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value: 120 } },
      ],
    };
    const found = find(resource, parsePath(BLOOD_PRESSURE));
    expect(found?.value).toBe(120);
    expect(found?.trail.at(-1)?.at).toBe('component[1].valueQuantity.value');
  });

  it('prefers the coding of the field’s own system, else takes the first', () => {
    const path = parsePath('code.coding[own].code');
    const resource = {
      code: {
        coding: [
          { system: 'urn:a', code: '1' },
          { system: 'urn:b', code: '2' },
        ],
      },
    };
    expect(find(resource, path, 'urn:b')?.value).toBe('2');
    expect(find(resource, path, 'urn:c')?.value).toBe('1');
  });

  it('writes all that is missing on the way, as the conditions want it', () => {
    const resource: JsonObject = {};
    put(resource, parsePath(BLOOD_PRESSURE), 120);
    put(resource, parsePath('name[0].given[0]'), 'Awa');
    put(resource, parsePath('telecom[system=phone].value'), '+22376123456');
    put(resource, parsePath('identifier[*].value'), 'a');
    put(resource, parsePath('identifier[*].value'), 'b');
    expect(resource).toEqual({
      component: [
        { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value: 120 } },
      ],
      name: [{ given: ['Awa'] }],
      telecom: [{ system: 'phone', value: '+22376123456' }],
      identifier: [{ value: 'a' }, { value: 'b' }],
    });
    expect(findAll(resource, parsePath('identifier[*].value')).map(({ value }) => value)).toEqual(['a', 'b']);
  });

  it('takes a value out with what that leaves empty, and nothing else', () => {
    const resource: JsonObject = {
      period: { start: 'x' },
      name: [{ given: ['Awa', 'Mariam'] }],
      site: { text: 'bras', coding: [{ code: 'a' }] },
    };
    for (const path of ['period.start', 'name[0].given[0]', 'site.coding[0].code'])
      drop(find(resource, parsePath(path)) as Found);
    expect(resource).toEqual({ name: [{ given: ['Mariam'] }], site: { text: 'bras' } });
  });

  it.each([
    [{ name: 'Awa' }, 'name', 'an array is expected'],
    [{ name: [['Awa']] }, 'name[0]', 'an object is expected'],
    [{ name: [{ family: ['Traoré'] }] }, 'name[0].family', 'a single value is expected, not an array'],
  ])('names the place where the shape is wrong: %j', (resource, path, reason) => {
    expect(() => find(resource as JsonObject, parsePath('name[0].family'))).toThrow(new FhirProblem(path, reason));
  });
});

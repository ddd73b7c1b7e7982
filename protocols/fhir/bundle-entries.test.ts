import { describe, expect, it } from 'vitest';
import { bundleEntries } from './bundle-entries.ts';
import type { Json } from './json.ts';
import { FhirProblem } from './path.ts';
import { baseOf, isReferenceTo, referenceForm, referencesIn } from './reference.ts';

describe('the resources of a file', () => {
  it('are those of a Bundle, with their place, URL and system', () => {
    const patient = { resourceType: 'Patient', id: '1' };
    const own = { ...patient, meta: { source: 'urn:dhis2#request-7' } };
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      meta: { source: 'urn:openmrs' },
      entry: [{ fullUrl: 'urn:uuid:1', resource: patient }, { resource: own }],
    };
    expect(bundleEntries(bundle)).toEqual([
      {
        path: 'Bundle.entry[0].resource',
        resource: patient,
        resourceType: 'Patient',
        fullUrl: 'urn:uuid:1',
        source: 'urn:openmrs',
      },
      {
        path: 'Bundle.entry[1].resource',
        resource: own,
        resourceType: 'Patient',
        fullUrl: undefined,
        source: 'urn:dhis2',
      },
    ]);
    expect(bundleEntries({ resourceType: 'Bundle', type: 'batch' })).toEqual([]);
  });

  it.each([
    [[], '', 'neither a Bundle nor a resource: no JSON object'],
    [{ id: '1' }, 'resourceType', 'the name of a resource type is expected'],
    [
      { resourceType: 'Bundle', type: 'transaction-response' },
      'Bundle.type',
      'one of transaction, batch, collection, searchset, document, message, history is expected',
    ],
    [{ resourceType: 'Bundle', type: 'batch', entry: {} }, 'Bundle.entry', 'an array is expected'],
    [{ resourceType: 'Bundle', type: 'batch', entry: [{}] }, 'Bundle.entry[0].resource', 'a resource is expected'],
    [
      { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'DELETE' } }] },
      'Bundle.entry[0].request.method',
      'deletions are not taken',
    ],
    [
      { resourceType: 'Bundle', type: 'batch', entry: [{ resource: {} }] },
      'Bundle.entry[0].resource.resourceType',
      'the name of a resource type is expected',
    ],
  ])('are refused by path and reason: %j', (file, path, reason) => {
    expect(() => bundleEntries(file as Json)).toThrow(new FhirProblem(path, reason));
  });
});

describe('a reference', () => {
  it.each([
    ['Patient/1', { kind: 'resource', resourceType: 'Patient', id: '1', base: undefined }],
    [
      'https://h/fhir/Patient/a-1.b/_history/2',
      { kind: 'resource', resourceType: 'Patient', id: 'a-1.b', base: 'https://h/fhir' },
    ],
    ['urn:uuid:4e8ed886-fd5f-40bb-8feb-f339b04d853a', { kind: 'url' }],
    ['#p1', { kind: 'text' }],
    ['Patient?identifier=x|1', { kind: 'text' }],
  ])('%s is what it is', (text, form) => expect(referenceForm(text)).toEqual(form));

  it('means a resource by its URL, or by type and id under any base', () => {
    const patient = { resourceType: 'Patient', id: '1', fullUrl: 'urn:uuid:x' };
    for (const text of ['urn:uuid:x', 'Patient/1', 'http://h/fhir/Patient/1'])
      expect(isReferenceTo(text, patient)).toBe(true);
    for (const text of ['urn:uuid:y', 'Patient/2', 'Group/1', '#1']) expect(isReferenceTo(text, patient)).toBe(false);
    expect([baseOf('http://h/fhir/Patient/1'), baseOf('urn:uuid:x'), baseOf(undefined)]).toEqual([
      'http://h/fhir',
      undefined,
      undefined,
    ]);
  });

  it('is found anywhere in a resource but in those it contains', () => {
    const resource = {
      performer: [{ actor: { reference: 'A/1' } }],
      contained: [{ subject: { reference: 'B/2' } }],
      subject: { reference: 'C/3' },
    };
    expect(referencesIn(resource)).toEqual([
      { path: 'performer[0].actor.reference', reference: 'A/1' },
      { path: 'subject.reference', reference: 'C/3' },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { openTestStore } from '../store/testing/test-store.ts';
import { bundle, count, exported, importFiles, rows } from './testing/imported-files.ts';

const FINAL = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
};

describe('references of an import', () => {
  it('are resolved across all files given, in any order and form', async () => {
    await using node = await openTestStore();
    const { resources, unresolved } = await importFiles(node, {
      'a.json': bundle({
        ...FINAL,
        id: 'o1',
        subject: { reference: 'Patient/p1' },
        encounter: { reference: 'http://other/fhir/Encounter/e1/_history/3' },
      }),
      'b.json': { ...FINAL, id: 'o2', subject: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' } },
      'c.json': {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            fullUrl: 'http://here/fhir/Encounter/e2',
            resource: {
              resourceType: 'Encounter',
              id: 'e2',
              status: 'finished',
              class: { code: 'AMB' },
              subject: { reference: 'Patient/p2' },
            },
          },
          {
            fullUrl: 'urn:uuid:11111111-1111-4111-8111-111111111111',
            resource: { resourceType: 'Patient', name: [{ family: 'Koné' }] },
          },
          {
            fullUrl: 'http://here/fhir/Patient/p2',
            resource: { resourceType: 'Patient', id: 'p2', name: [{ family: 'Diarra' }] },
          },
        ],
      },
      'd.json': bundle(
        { resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/p1' } },
        { resourceType: 'Patient', id: 'p1', name: [{ family: 'Traoré' }] },
      ),
    });
    expect(unresolved).toEqual([]);
    expect(resources.Patient).toEqual({ read: 3, taken: 3, unchanged: 0, refused: 0, unsupported: 0 });
    const family = new Map(rows(node, 'patient').map((row) => [row.id, row.family_name]));
    expect(
      rows(node, 'observation')
        .map((row) => family.get(row.patient))
        .sort(),
    ).toEqual(['Koné', 'Traoré']);
    expect(
      rows(node, 'encounter')
        .map((row) => family.get(row.patient))
        .sort(),
    ).toEqual(['Diarra', 'Traoré']);
    expect(rows(node, 'observation').filter((row) => row.encounter !== null)).toHaveLength(1);
  });

  it('are kept as text and listed when they lead nowhere, the resource taken', async () => {
    await using node = await openTestStore();
    const resource = {
      ...FINAL,
      id: 'o1',
      contained: [{ resourceType: 'Patient', id: 'in' }],
      subject: { reference: '#in' },
      encounter: { reference: 'Encounter/gone' },
      performer: [{ reference: 'Practitioner/gone' }, { reference: 'Organization/here' }],
    };
    const { resources, unresolved } = await importFiles(node, {
      'o.json': resource,
      'org.json': { resourceType: 'Organization', id: 'here' },
    });
    expect(resources.Observation?.taken).toBe(1);
    expect(unresolved).toEqual([
      { file: 'o.json', path: 'Observation.subject.reference', reference: '#in' },
      { file: 'o.json', path: 'Observation.encounter.reference', reference: 'Encounter/gone' },
      { file: 'o.json', path: 'Observation.performer[0].reference', reference: 'Practitioner/gone' },
    ]);
    expect(await exported(node)).toEqual([resource]);
  });

  it('are linked later, when the resource that they name comes', async () => {
    await using node = await openTestStore();
    const observation = { ...FINAL, id: 'o1', subject: { reference: 'Patient/p1' } };
    await importFiles(node, { 'o.json': observation });
    expect(rows(node, 'observation')[0]?.patient).toBeNull();
    await importFiles(node, { 'p.json': { resourceType: 'Patient', id: 'p1', name: [{ family: 'Traoré' }] } });
    expect(rows(node, 'observation')[0]?.patient).toBe(rows(node, 'patient')[0]?.id);
    expect(count(node, 'import_waiting')).toBe(0);
    expect((await exported(node)).find(({ id }) => id === 'o1')).toEqual(observation);
  });

  it('lead to what an earlier import brought', async () => {
    await using node = await openTestStore();
    await importFiles(node, { 'p.json': { resourceType: 'Patient', id: 'p1' } });
    const { unresolved } = await importFiles(node, {
      'o.json': { ...FINAL, id: 'o1', subject: { reference: 'Patient/p1' } },
    });
    expect(unresolved).toEqual([]);
    expect(rows(node, 'observation')[0]?.patient).toBe(rows(node, 'patient')[0]?.id);
  });

  it('do not link what is of another type than the field is for', async () => {
    await using node = await openTestStore();
    const group = { resourceType: 'Encounter', id: 'x', status: 'planned', class: {} };
    const { unresolved } = await importFiles(node, {
      'o.json': bundle({ ...FINAL, id: 'o1', subject: { reference: 'Encounter/x' } }, group),
    });
    expect(unresolved).toEqual([
      { file: 'o.json', path: 'Bundle.entry[0].resource.subject.reference', reference: 'Encounter/x' },
    ]);
    expect(rows(node, 'observation')[0]?.patient).toBeNull();
  });
});

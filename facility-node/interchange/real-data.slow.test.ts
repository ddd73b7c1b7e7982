import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleEntries } from '@santehaggui/protocols/fhir/bundle-entries.ts';
import { isImported } from '@santehaggui/protocols/fhir/from-fhir.ts';
import { isSameJson, type JsonObject, parseJson } from '@santehaggui/protocols/fhir/json.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { createInterchange, type Interchange } from './interchange.ts';

// The data lie beside the repository; a clone elsewhere says where.
const SHARED_DATA = process.env.HAGGUI_SHARED_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const DAEMON = { kind: 'daemon' } as const;

type Came = { readonly resource: JsonObject; readonly fullUrl: string | undefined };

const keyOf = ({ resourceType, id }: JsonObject): string => `${String(resourceType)}/${String(id)}`;
const interchangeOf = (node: TestStore): Interchange =>
  createInterchange({
    store: node.store,
    audit: new AuditService({ db: node.db, clock: node.clock }),
    clock: node.clock,
    log: node.log.log,
    directory: node.directory,
    ring: node.ring,
  });

async function whatCame(folder: string): Promise<Came[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  expect(files.length).toBeGreaterThan(0);
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => bundleEntries(parseJson(text)));
}

async function exported(node: TestStore): Promise<Map<string, Came>> {
  let text = '';
  for await (const piece of interchangeOf(node).exportRecords({ format: 'fhir', caller: DAEMON })) text += piece;
  return new Map(bundleEntries(parseJson(text)).map((entry) => [keyOf(entry.resource), entry]));
}

/** What does not go out as it came in; those that are not there at all included. */
async function differences(node: TestStore, came: readonly Came[]): Promise<string[]> {
  const out = await exported(node);
  return came
    .filter(({ resource }) => isImported(String(resource.resourceType)))
    .filter(({ resource, fullUrl }) => {
      const entry = out.get(keyOf(resource));
      return (
        entry === undefined ||
        !isSameJson(entry.resource, resource) ||
        (fullUrl !== undefined && fullUrl !== entry.fullUrl)
      );
    })
    .map(({ resource }) => keyOf(resource));
}

// A thousand records, written, exported and read again.
describe('real records', { timeout: 90_000 }, () => {
  it.each([
    [
      'synthea',
      {
        Patient: 12,
        Practitioner: 13,
        Encounter: 80,
        Observation: 531,
        Condition: 26,
        Immunization: 103,
        MedicationRequest: 14,
        Procedure: 28,
      },
      [],
    ],
    [
      'smart-anc',
      {
        Patient: 2,
        Encounter: 2,
        Observation: 174,
        Condition: 6,
        Immunization: 16,
        MedicationRequest: 11,
        Procedure: 85,
        AllergyIntolerance: 1,
      },
      [
        'Encounter/anc-encounter-charity-otala-1',
        'PractitionerRole/anc-practitionerrole-example',
        'PractitionerRole/jane',
      ],
    ],
  ])(
    'of ../shared/data/fhir/%s are taken whole, go out field for field, and change nothing when they come again',
    async (name, expected, absent) => {
      await using node = await openTestStore();
      const folder = join(SHARED_DATA, 'fhir', name);
      const first = await interchangeOf(node).importFhir({ files: [folder], caller: DAEMON });
      expect(first.refusals).toEqual([]);
      expect([...new Set(first.unresolved.map(({ reference }) => reference))].sort()).toEqual(absent);
      for (const [type, count] of Object.entries(expected))
        expect(first.resources[type], type).toMatchObject({ read: count, taken: count });
      for (const [type, counts] of Object.entries(first.resources))
        expect(counts.unsupported, type).toBe(isImported(type) ? 0 : counts.read);
      expect(await differences(node, await whatCame(folder))).toEqual([]);

      const positions = node.db.prepare<[], number>('select max(position) from journal').pluck();
      const before = positions.get();
      const again = await interchangeOf(node).importFhir({ files: [folder], caller: DAEMON });
      for (const [type, count] of Object.entries(expected))
        expect(again.resources[type], type).toMatchObject({ taken: 0, unchanged: count });
      expect(positions.get()).toBe(before);
    },
  );

  it('of ../shared/data/fhir/synthea are linked, keep what is edited here, and nothing else changes', async () => {
    await using node = await openTestStore();
    const folder = join(SHARED_DATA, 'fhir', 'synthea');
    await interchangeOf(node).importFhir({ files: [folder], caller: DAEMON });
    const counted = (sql: string): unknown => node.db.prepare(sql).pluck().get();
    for (const view of ['observation', 'condition', 'medication_request', 'immunization']) {
      expect(counted(`select count(*) from ${view} where patient is null or encounter is null`), view).toBe(0);
    }
    expect(counted('select count(*) from observation where systolic is not null and diastolic is not null')).toBe(55);

    const id = String(counted('select id from patient order by id'));
    node.store.transact({ author: null, role: 'nurse' }, (tx) => tx.patch(id, { village: 'Sangha' }));
    const came = await whatCame(folder);
    const changed = await differences(node, came);
    expect(changed).toHaveLength(1);
    const resource = (await exported(node)).get(changed[0] ?? '')?.resource;
    const original = came.find((entry) => keyOf(entry.resource) === changed[0])?.resource ?? {};
    const [address] = original.address as JsonObject[];
    expect(resource).toEqual({ ...original, address: [{ ...address, city: 'Sangha' }] });
  });
});

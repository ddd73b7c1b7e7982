import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import type { ExportFormat } from './export-records.ts';
import { createInterchange } from './interchange.ts';

const DAEMON = { kind: 'daemon' } as const;
const NURSE = { author: null, role: 'nurse' } as const;

type Entry = {
  readonly fullUrl: string;
  readonly resource: Record<string, unknown> & { readonly resourceType: string };
};

async function exported(node: TestStore, format: ExportFormat, type?: string): Promise<string> {
  const audit = new AuditService({ db: node.db, clock: node.clock });
  const interchange = createInterchange({
    store: node.store,
    audit,
    clock: node.clock,
    log: node.log.log,
    directory: node.directory,
    ring: node.ring,
  });
  let text = '';
  for await (const piece of interchange.exportRecords({
    format,
    caller: DAEMON,
    ...(type === undefined ? {} : { type }),
  }))
    text += piece;
  return text;
}

const entriesOf = (text: string): Entry[] => (JSON.parse(text) as { entry?: Entry[] }).entry ?? [];

function aConsultation(node: TestStore): { patient: string; encounter: string } {
  return node.store.transact(NURSE, (tx) => {
    const patient = tx.create(recordTypeNamed('patient'), {
      familyName: 'Coulibaly, dit "Kulibali"',
      givenName: 'Oumar',
      birthDate: '1987~',
      phone: '+22376123456',
    });
    const encounter = tx.create(recordTypeNamed('encounter'), {
      patient,
      start: Date.UTC(2026, 0, 5, 9),
      outcome: 'referred',
      residence: 'area',
    });
    tx.create(recordTypeNamed('observation'), {
      patient,
      encounter,
      code: '85354-9',
      systolic: '120',
      diastolic: '80.5',
    });
    tx.create(recordTypeNamed('observation'), {
      patient,
      category: 'procedure',
      code: 'http://snomed.info/sct|225358003',
      status: 'final',
    });
    tx.create(recordTypeNamed('allergyIntolerance'), {
      patient,
      text: 'Pénicilline',
      reactions: ['Urticaire', 'Œdème'],
    });
    return { patient, encounter };
  });
}

describe('an export as FHIR', () => {
  it('is one Bundle in the order of creation, whose references lead to its entries', async () => {
    await using node = await openTestStore();
    const { patient, encounter } = aConsultation(node);
    const entries = entriesOf(await exported(node, 'fhir'));
    expect(entries.map(({ resource }) => resource.resourceType)).toEqual([
      'Patient',
      'Encounter',
      'Observation',
      'Procedure',
      'AllergyIntolerance',
    ]);
    expect(entries[0]).toEqual({
      fullUrl: `urn:uuid:${patient}`,
      resource: {
        resourceType: 'Patient',
        id: patient,
        name: [{ family: 'Coulibaly, dit "Kulibali"', given: ['Oumar'] }],
        birthDate: '1987',
        _birthDate: { extension: [{ url: 'https://santehaggui.org/fhir/estimated', valueBoolean: true }] },
        telecom: [{ system: 'phone', value: '+22376123456' }],
      },
    });
    expect(entries[1]?.resource).toMatchObject({
      status: 'unknown',
      class: { code: 'AMB' },
      subject: { reference: `urn:uuid:${patient}` },
      period: { start: '2026-01-05T09:00:00+00:00' },
      hospitalization: { dischargeDisposition: { coding: [{ code: 'other-hcf' }] } },
      extension: [{ url: 'https://santehaggui.org/fhir/encounter-residence', valueCoding: { code: 'area' } }],
    });
    expect(entries[2]?.resource).toMatchObject({
      encounter: { reference: `urn:uuid:${encounter}` },
      component: [{ valueQuantity: { value: 120, unit: 'mm[Hg]' } }, { valueQuantity: { value: 80.5 } }],
    });
    expect(entries[4]?.resource.reaction).toEqual([
      { manifestation: [{ text: 'Urticaire' }] },
      { manifestation: [{ text: 'Œdème' }] },
    ]);
  });

  it('has no entry where there is no record', async () => {
    await using node = await openTestStore();
    expect(JSON.parse(await exported(node, 'fhir'))).toEqual({ resourceType: 'Bundle', type: 'collection' });
  });

  it('may be of one record type, or of one resource type', async () => {
    await using node = await openTestStore();
    aConsultation(node);
    const types = async (type: string): Promise<string[]> =>
      entriesOf(await exported(node, 'fhir', type)).map(({ resource }) => resource.resourceType);
    expect(await types('observation')).toEqual(['Observation', 'Procedure']);
    expect(await types('Observation')).toEqual(['Observation']);
    expect(await types('Procedure')).toEqual(['Procedure']);
    expect(await types('referrals')).toEqual([]);
    await expect(exported(node, 'fhir', 'dragons')).rejects.toMatchObject({ code: 'SH-I200' });
  });

  it('leaves out what someone emptied', async () => {
    await using node = await openTestStore();
    const { patient } = aConsultation(node);
    node.store.transact(NURSE, (tx) => tx.patch(patient, { phone: null }));
    expect(entriesOf(await exported(node, 'fhir', 'patient'))[0]?.resource.telecom).toBeUndefined();
  });

  it('pages through more records than one page holds', async () => {
    await using node = await openTestStore();
    node.store.transact(NURSE, (tx) => {
      for (let index = 0; index < 450; index++) tx.create(recordTypeNamed('patient'), { familyName: `P${index}` });
    });
    const names = entriesOf(await exported(node, 'fhir')).map(
      ({ resource }) => (resource.name as { family: string }[])[0]?.family,
    );
    expect(names).toEqual(Array.from({ length: 450 }, (_, index) => `P${index}`));
    expect((await exported(node, 'ndjson', 'patient')).trimEnd().split('\n')).toHaveLength(450);
  });
});

describe('an export as lines', () => {
  it('says records by the names of the API', async () => {
    await using node = await openTestStore();
    const { patient, encounter } = aConsultation(node);
    const lines = (await exported(node, 'ndjson')).trimEnd().split('\n');
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      type: 'encounter',
      id: encounter,
      patient,
      start: '2026-01-05T09:00:00.000Z',
      outcome: 'referred',
      residence: 'area',
    });
  });

  it('is CSV of one type, quoted where it must be', async () => {
    await using node = await openTestStore();
    const { patient } = aConsultation(node);
    const [head, line] = (await exported(node, 'csv', 'patient')).split('\r\n');
    expect(head?.split(',').slice(0, 4)).toEqual(['id', 'familyName', 'givenName', 'sex']);
    expect(head).not.toContain('source');
    expect(line).toContain(`${patient},"Coulibaly, dit ""Kulibali""",Oumar,`);
    expect(await exported(node, 'csv', 'allergyIntolerance')).toContain('Urticaire;Œdème');
    await expect(exported(node, 'csv')).rejects.toMatchObject({ code: 'SH-I201' });
  });

  it('is audited once', async () => {
    await using node = await openTestStore();
    await exported(node, 'csv', 'patient');
    expect(node.db.prepare('select action, record_type, detail from audit_event').all()).toEqual([
      {
        action: 'export',
        record_type: 'patient',
        detail: '{"format":"csv","event":"PrivacyDisclosure","via":"own-copy"}',
      },
    ]);
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { openTestStore } from '../store/testing/test-store.ts';
import { createInterchange } from './interchange.ts';
import { bundle, count, DAEMON, exported, importFiles, interchangeOf, NURSE, rows } from './testing/imported-files.ts';

const FINAL = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] },
};

describe('importing again', { timeout: 60_000 }, () => {
  const patient = {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Traoré', given: ['Awa'] }],
    birthDate: '1990',
  };

  it('changes nothing when nothing changed', async () => {
    await using node = await openTestStore();
    const files = {
      'p.json': bundle(
        patient,
        { ...FINAL, id: 'o', subject: { reference: 'Patient/p1' } },
        { ...FINAL, subject: { reference: 'Patient/p1' } },
      ),
    };
    await importFiles(node, files);
    const before = [count(node, 'journal'), count(node, 'audit_event')];
    const { resources } = await importFiles(node, files);
    expect(resources.Patient).toEqual({ read: 1, taken: 0, unchanged: 1, refused: 0, unsupported: 0 });
    expect(resources.Observation).toEqual({ read: 2, taken: 0, unchanged: 2, refused: 0, unsupported: 0 });
    expect([count(node, 'journal'), count(node, 'audit_event')]).toEqual(before);
  });

  it('writes what the other system changed, and leaves what was changed here', async () => {
    await using node = await openTestStore();
    await importFiles(node, { 'p.json': patient });
    const id = String(rows(node, 'patient')[0]?.id);
    node.store.transact(NURSE, (tx) => tx.patch(id, { familyName: 'Diarra', village: 'Sangha' }));
    const { resources } = await importFiles(node, { 'p.json': { ...patient, birthDate: '1991', active: true } });
    expect(resources.Patient?.taken).toBe(1);
    expect(node.store.record(id)?.fields).toMatchObject({ familyName: 'Diarra', village: 'Sangha', birthDate: '1991' });
    expect(await exported(node)).toEqual([
      {
        ...patient,
        name: [{ family: 'Diarra', given: ['Awa'] }],
        birthDate: '1991',
        active: true,
        address: [{ city: 'Sangha' }],
      },
    ]);
  });

  it('keeps a value that an authorised person wrote here, whatever the other system says', async () => {
    await using node = await openTestStore();
    await importFiles(node, { 'p.json': patient });
    const id = String(rows(node, 'patient')[0]?.id);
    node.store.transact(NURSE, (tx) => tx.patch(id, { birthDate: '1988-03' }));
    const { resources } = await importFiles(node, { 'p.json': { ...patient, birthDate: '1991', gender: 'female' } });
    expect(resources.Patient?.taken).toBe(1);
    expect(node.store.record(id)?.fields).toMatchObject({ birthDate: '1988-03', sex: 'female' });
  });

  it('takes of two versions in one import the newer one, and the same again the next time', async () => {
    await using node = await openTestStore();
    const files = {
      'new.json': { ...patient, birthDate: '1991', meta: { lastUpdated: '2024-02-01T00:00:00Z' } },
      'old.json': { ...patient, meta: { lastUpdated: '2023-02-01T00:00:00Z' } },
    };
    expect((await importFiles(node, files)).resources.Patient).toMatchObject({ read: 2, taken: 1, unchanged: 1 });
    expect(rows(node, 'patient')[0]?.birth_date).toBe('1991');
    expect((await importFiles(node, files)).resources.Patient).toMatchObject({ read: 2, taken: 0, unchanged: 2 });
  });

  it('tells the same id of two systems apart', async () => {
    await using node = await openTestStore();
    await importFiles(node, {
      'a.json': { ...patient, meta: { source: 'urn:a' } },
      'b.json': { ...patient, meta: { source: 'urn:b' } },
    });
    expect(rows(node, 'patient')).toHaveLength(2);
  });

  it('does what an import that was cut off had left', async () => {
    await using node = await openTestStore();
    const people = Array.from({ length: 900 }, (_, index) => ({ ...patient, id: `p${index}` }));
    const folder = join(node.directory.root, 'incoming');
    await mkdir(folder);
    await writeFile(join(folder, 'all.json'), JSON.stringify(bundle(...people)));
    const cut = new AbortController();
    const first = interchangeOf(node).importFhir({
      files: [folder],
      caller: DAEMON,
      signal: cut.signal,
      onProgress: ({ phase, done }) => phase === 'recording' && done >= 300 && cut.abort(new Error('cut off')),
    });
    await expect(first).rejects.toThrow();
    await node.reopen();
    const taken = rows(node, 'patient').length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(900);
    expect(count(node, 'import_key')).toBe(taken);
    const { resources } = await interchangeOf(node).importFhir({ files: [folder], caller: DAEMON });
    expect(resources.Patient).toMatchObject({ read: 900, taken: 900 - taken, unchanged: taken });
    expect(rows(node, 'patient')).toHaveLength(900);
  });
});

describe('a malformed file', () => {
  const good = { resourceType: 'Patient', id: 'good', name: [{ family: 'Cissé' }] };
  const deep = `${JSON.stringify(good).slice(0, -1)},"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

  it('is named with path and reason, nothing of it taken and the others are', async () => {
    await using node = await openTestStore();
    const { refusals, resources } = await importFiles(node, {
      'broken.json': '{\n "resourceType": "Patient",\n "id": }',
      'wrong-type.json': bundle(good, { resourceType: 'Patient', birthDate: 12 }),
      'twice.json': bundle(good, { ...good, name: [] }),
      'required.json': bundle(good, { resourceType: 'Observation', status: 'final' }),
      'other.json': { hello: 1 },
      'deep.json': deep,
      'good.json': { ...good, id: 'taken' },
    });
    expect(refusals).toEqual([
      { file: 'broken.json', path: 'line 3, column 8', reason: 'not JSON: a value is expected' },
      {
        file: 'wrong-type.json',
        path: 'Bundle.entry[1].resource.birthDate',
        reason: 'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD, or with a time',
      },
      {
        file: 'twice.json',
        path: 'Bundle.entry[1].resource.id',
        reason: 'Patient/good is in the file twice, with different content',
      },
      { file: 'required.json', path: 'Bundle.entry[1].resource.code', reason: 'required' },
      { file: 'other.json', path: 'resourceType', reason: 'the name of a resource type is expected' },
      { file: 'deep.json', path: 'Patient', reason: 'nested too deeply' },
    ]);
    expect(rows(node, 'patient')).toHaveLength(1);
    expect(resources).toEqual({
      Observation: { read: 1, taken: 0, unchanged: 0, refused: 1, unsupported: 0 },
      Patient: { read: 7, taken: 1, unchanged: 0, refused: 6, unsupported: 0 },
    });
  });

  it('is one that cannot be read, or is no text', async () => {
    await using node = await openTestStore();
    const file = join(node.directory.root, 'latin1.json');
    await writeFile(file, Buffer.from([0x7b, 0xe9, 0x7d]));
    const { refusals } = await interchangeOf(node).importFhir({ files: ['/nowhere/x.json', file], caller: DAEMON });
    expect(refusals).toEqual([
      { file: '/nowhere/x.json', path: '', reason: 'cannot be read (ENOENT)' },
      { file, path: '', reason: 'not UTF-8 text' },
    ]);
  });

  it('may have lines: NDJSON, each a resource', async () => {
    await using node = await openTestStore();
    const lines = `${JSON.stringify(good)}\n\n${JSON.stringify({ ...good, id: 'b' })}\n`;
    const { resources, refusals } = await importFiles(node, {
      'a.ndjson': lines,
      'b.ndjson': `${lines}{"resourceType":"Patient","gender":1}\n`,
    });
    expect(resources.Patient).toMatchObject({ read: 5, taken: 2, refused: 3 });
    expect(refusals).toEqual([{ file: 'b.ndjson', path: 'line 4.gender', reason: 'a code is expected' }]);
  });
});

describe('an import', () => {
  it('counts what it cannot take by type, and drops nothing silently', async () => {
    await using node = await openTestStore();
    const { resources, incomplete } = await importFiles(node, {
      'x.json': bundle({ resourceType: 'Claim', id: 'c' }, { resourceType: 'AllergyIntolerance', id: 'a' }),
    });
    expect(resources).toEqual({
      AllergyIntolerance: { read: 1, taken: 1, unchanged: 0, refused: 0, unsupported: 0 },
      Claim: { read: 1, taken: 0, unchanged: 0, refused: 0, unsupported: 1 },
    });
    expect(incomplete).toEqual([{ file: 'x.json', path: 'Bundle.entry[1].resource.patient', reason: 'required' }]);
  });

  it('is audited resource by resource, with the patient that each is about', async () => {
    await using node = await openTestStore();
    await importFiles(node, {
      'x.json': bundle(
        { ...FINAL, id: 'o', subject: { reference: 'Patient/p' } },
        { resourceType: 'Patient', id: 'p' },
      ),
    });
    const patientId = rows(node, 'patient')[0]?.id;
    const events = node.db
      .prepare("select record_type, patient_id from audit_event where action = 'import' order by id")
      .all();
    expect(events).toEqual([
      { record_type: 'patient', patient_id: patientId },
      { record_type: 'observation', patient_id: patientId },
    ]);
  });

  it('writes in short transactions and lets others write between them', async () => {
    const clock = new FakeClock();
    // Each look at the clock takes 100 ms, as a very slow disk does: a transaction holds a few resources only.
    let looks = 0;
    const slow = Object.assign(Object.create(clock) as FakeClock, { monotonic: () => ++looks * 100 });
    await using node = await openTestStore({ clock });
    const interchange = createInterchange({
      store: node.store,
      audit: new AuditService({ db: node.db, clock }),
      clock: slow,
      log: node.log.log,
      directory: node.directory,
      ring: node.ring,
    });
    const file = join(node.directory.root, 'all.json');
    await writeFile(
      file,
      JSON.stringify(
        bundle(...Array.from({ length: 100 }, (_, index) => ({ resourceType: 'Patient', id: `p${index}` }))),
      ),
    );
    let isOver = false;
    let between = 0;
    const seen = new Set<number>();
    const importing = interchange.importFhir({ files: [file], caller: DAEMON }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await turn();
      if (isOver) break;
      node.store.transact(NURSE, (tx) => tx.create(recordTypeNamed('patient'), { familyName: `Entre ${++between}` }));
      seen.add(count(node, 'import_key'));
    }
    expect((await importing).resources.Patient?.taken).toBe(100);
    expect(seen.size).toBeGreaterThan(15);
    expect(rows(node, 'patient')).toHaveLength(100 + between);
  });

  it('refuses to run beside another', async () => {
    await using node = await openTestStore();
    const interchange = interchangeOf(node);
    const first = interchange.importFhir({ files: [], caller: DAEMON });
    await expect(interchange.importFhir({ files: [], caller: DAEMON })).rejects.toMatchObject({ code: 'SH-K200' });
    expect((await first).files).toBe(0);
    expect((await interchange.importFhir({ files: [], caller: DAEMON })).resources).toEqual({});
  });
});

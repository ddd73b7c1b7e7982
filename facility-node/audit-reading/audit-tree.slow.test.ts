import { judgeAuditProof } from '@santehaggui/protocols/audit/audit-proof.ts';
import { countersign } from '@santehaggui/protocols/audit/checkpoint.ts';
import { describe, expect, it } from 'vitest';
import type { AuditProofService } from '../audit/audit-proof-service.ts';
import { AuditService } from '../audit/audit-service.ts';
import { openTestClinic, type TestClinic, testHubKeys } from '../lan/testing/test-clinic.ts';
import { AuditSearchService } from './audit-search-service.ts';

const HOUR_MS = 3_600_000;

/** A clinic with a few patients who were read, and the ids of two of them. */
async function workedClinic(): Promise<TestClinic & { readonly patients: readonly string[] }> {
  const clinic = await openTestClinic();
  const nurse = await clinic.as('nurse');
  const patients: string[] = [];
  for (const givenName of ['Domo', 'Yassa', 'Atimé']) {
    const { body } = await nurse('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName } });
    patients.push(body.id);
    await nurse('GET', `/api/v1/patients/${body.id}`);
  }
  await nurse('GET', '/api/v1/patients?search=dolo');
  return { ...clinic, patients };
}

/** Lets the hub countersign what is there, as an exchange does. */
function anchor({ auditProofs, clock }: TestClinic): number {
  const { checkpoint, tree } = auditProofs.sign(0);
  expect(auditProofs.keep(checkpoint, countersign(checkpoint, clock.now(), testHubKeys().privateKey))).toBe(true);
  return tree.size;
}

/** Somebody who has the database's key, past the guards of the schema. */
function tamper({ node }: TestClinic, sql: string): void {
  const triggers = node.db
    .prepare(
      "select name, sql from sqlite_schema where type = 'trigger' and tbl_name in ('audit_event', 'audit_anchor')",
    )
    .all() as { readonly name: string; readonly sql: string }[];
  for (const { name } of triggers) node.db.exec(`drop trigger ${name}`);
  node.db.exec(sql);
  for (const trigger of triggers) node.db.exec(trigger.sql);
}

const COLUMNS =
  'at, login, practitioner_id, role, action, record_type, record_id, patient_id, purpose, request_id, source_address, decision, detail';

describe('the audit trail as a tree', () => {
  it('holds as long as nobody touches it, before and after the hub countersigned it', async () => {
    await using clinic = await workedClinic();
    const before = await clinic.auditProofs.verify();
    expect(before).toMatchObject({ valid: true, anchoredEntries: 0, anchoredAt: null, findings: [] });
    expect(before.entries).toBe(clinic.audit.eventsAfter(0, 1000).length);
    const size = anchor(clinic);
    await (await clinic.as('head'))('GET', '/api/v1/patients?search=domo');
    const after = await clinic.auditProofs.verify();
    const anchoredAt = new Date(clinic.clock.now()).toISOString();
    expect(after).toMatchObject({ valid: true, anchoredEntries: size, anchoredAt });
    expect(after.entries).toBeGreaterThan(size);
    expect(after.head).not.toBe(before.head);
  });

  it.each([
    ['rewritten', "update audit_event set login = 'other' where id = 4", { entry: 4, kind: 'rewritten' }],
    ['deleted', 'delete from audit_event where id = 4', { entry: 4, kind: 'missing' }],
    [
      'inserted',
      `insert into audit_event (${COLUMNS}) select ${COLUMNS} from audit_event where id = 4`,
      { entry: expect.any(Number), kind: 'inserted' },
    ],
    [
      'deleted at the end',
      'delete from audit_event where id = (select max(id) from audit_event)',
      { entry: expect.any(Number), kind: 'missing' },
    ],
  ])('finds one row %s', async (_what, sql, finding) => {
    await using clinic = await workedClinic();
    tamper(clinic, sql);
    const found = await clinic.auditProofs.verify();
    expect(found.valid).toBe(false);
    expect(found.findings).toEqual([finding]);
    expect(found.firstInvalid).toBe(found.findings[0]?.entry);
  });

  it('finds a trail that was written anew whole, because the hub has countersigned the other', async () => {
    await using clinic = await workedClinic();
    const size = anchor(clinic);
    // All hashes are taken away and the next start makes them again: nothing in the trail itself contradicts.
    tamper(clinic, "update audit_event set login = 'other' where id = 4; update audit_event set tree = null");
    new AuditService({ db: clinic.store.db, clock: clinic.clock }).append({ kind: 'daemon' }, { action: 'read' });
    const found = await clinic.auditProofs.verify();
    expect(found).toMatchObject({ valid: false, anchoredEntries: 0, findings: [{ entry: 1, kind: 'history' }] });
    expect(found.entries).toBe(size + 1);
  });

  it('finds a trail that is shorter than what the hub has countersigned', async () => {
    await using clinic = await workedClinic();
    const size = anchor(clinic);
    tamper(clinic, `delete from audit_event where id = ${size}; update audit_size set entries = ${size - 1}`);
    expect((await clinic.auditProofs.verify()).findings).toEqual([{ entry: size, kind: 'missing' }]);
  });

  it('believes no countersignature that the hub did not make', async () => {
    await using clinic = await workedClinic();
    const { checkpoint } = clinic.auditProofs.sign(0);
    const forged = countersign(checkpoint, clinic.clock.now(), new Uint8Array(64).fill(7));
    expect(clinic.auditProofs.keep(checkpoint, forged)).toBe(false);
    anchor(clinic);
    tamper(clinic, 'update audit_anchor set countersigned_at = countersigned_at + 1');
    expect(await clinic.auditProofs.verify()).toMatchObject({ valid: true, anchoredEntries: 0, anchoredAt: null });
  });

  it('goes on when rows were taken away: people are cared for, and the damage stays to be seen', async () => {
    await using clinic = await workedClinic();
    const last = clinic.audit.eventsAfter(0, 1000).length;
    tamper(clinic, 'delete from audit_event where id > 2');
    const midwife = await clinic.as('midwife');
    expect((await midwife('GET', `/api/v1/patients/${clinic.patients[0]}`)).status).toBe(200);
    const found = await clinic.auditProofs.verify();
    expect(found.findings[0]).toEqual({ entry: 3, kind: 'missing' });
    expect(clinic.audit.eventsAfter(2, 1)[0]?.id).toBe(last + 1);
  });

  it('gives a trail that is older than the tree its tree, once', async () => {
    await using clinic = await workedClinic();
    tamper(clinic, 'update audit_event set tree = null');
    const audit = new AuditService({ db: clinic.store.db, clock: clinic.clock });
    expect(await clinic.auditProofs.verify()).toMatchObject({ valid: true });
    tamper(clinic, 'update audit_event set tree = null where id = 3');
    audit.append({ kind: 'daemon' }, { action: 'read' });
    new AuditService({ db: clinic.store.db, clock: clinic.clock });
    expect((await clinic.auditProofs.verify()).findings[0]).toEqual({ entry: 3, kind: 'inserted' });
  });
});

describe('who read a patient’s record', () => {
  it('is told to the head in words, with a proof that whoever has the keys can check without the node', async () => {
    await using clinic = await workedClinic();
    const [domo, yassa] = clinic.patients as [string, string];
    const size = anchor(clinic);
    const nurse = await clinic.as('physician');
    await nurse('GET', `/api/v1/patients/${domo}`);
    const head = await clinic.as('head');
    const { status, body } = await head('GET', `/api/v1/patients/${domo}/accesses`);
    expect(status).toBe(200);
    expect(body.items.map(({ who, role, what, why }: Record<string, string>) => [who, role, what, why])).toEqual([
      ['physician Dolo', 'médecin', 'a lu : patient', 'pour soigner'],
      ['nurse Dolo', 'infirmier', 'a vu dans une liste : patient', 'pour soigner'],
      ['nurse Dolo', 'infirmier', 'a lu : patient', 'pour soigner'],
      ['nurse Dolo', 'infirmier', 'a enregistré : patient', 'pour soigner'],
    ]);
    expect(body).toMatchObject({ anchoredEntries: size, isCut: false, patient: { id: domo, name: 'Domo Dolo' } });
    const { body: proof } = await head('GET', `/api/v1/patients/${domo}/accesses/proof`);
    expect(judgeAuditProof(proof)).toMatchObject({ isProven: true, anchored: size, anchoredAt: clinic.clock.now() });
    const told = (text: string) => text.replace('physician', 'nurse');
    const altered = proof.entries.map((entry: { text: string }) => ({ ...entry, text: told(entry.text) }));
    expect(judgeAuditProof({ ...proof, entries: altered })).toMatchObject({ isProven: false, why: 'entry' });
    const other = { ...proof.anchor, hubKey: proof.nodeKey };
    expect(judgeAuditProof({ ...proof, anchor: other })).toMatchObject({ isProven: false, why: 'anchor' });
    // The question itself was asked for the patient, and for nobody else.
    const asked = clinic.audit.eventsAfter(0, 1000).filter(({ recordType }) => recordType === 'audit');
    expect(asked.map(({ patientId, purpose }) => [patientId, purpose])).toEqual([
      [domo, 'PATRQT'],
      [domo, 'PATRQT'],
    ]);
    expect((await head('GET', `/api/v1/patients/${yassa}/accesses`)).body.items).toHaveLength(3);
  });

  it('is open to an auditor, who is told who read and of no patient the name, nor anything of a record', async () => {
    await using clinic = await workedClinic();
    const [domo] = clinic.patients as [string];
    const auditor = await clinic.as('auditor');
    const { status, body } = await auditor('GET', `/api/v1/patients/${domo}/accesses`);
    expect([status, body.items.length]).toEqual([200, 3]);
    expect(JSON.stringify(body)).not.toContain('Domo');
    expect(body.patient).toEqual({ id: domo, name: 'patient (nom non montré)' });
    const trail = await auditor('GET', '/api/v1/audit');
    expect(JSON.stringify(trail.body)).not.toContain('Domo');
    // What the head did is read by somebody else than the head.
    await (await clinic.as('head'))('GET', `/api/v1/patients/${domo}`);
    expect((await auditor('GET', '/api/v1/audit?login=head&action=read')).body.items).toHaveLength(1);
    for (const path of [
      `/patients/${domo}`,
      '/patients?search=dolo',
      '/encounters',
      '/conditions',
      '/consents',
      '/referrals',
    ])
      expect([path, (await auditor('GET', `/api/v1${path}`)).status]).toEqual([path, 403]);
    for (const path of ['/patients', '/encounters', '/conditions'])
      expect([path, (await auditor('POST', `/api/v1${path}`, { body: {} })).status]).toEqual([path, 403]);
  });

  it('is closed to everybody else', async () => {
    await using clinic = await workedClinic();
    const path = `/api/v1/patients/${clinic.patients[0]}/accesses`;
    for (const role of ['physician', 'registrar', 'it-officer'] as const) {
      const client = await clinic.as(role);
      expect((await client('GET', path)).status).toBe(403);
      expect((await client('GET', '/api/v1/audit')).status).toBe(403);
    }
    expect((await clinic.anonymous('GET', path)).status).toBe(401);
  });
});

describe('a search of the audit trail', () => {
  it('goes page by page, by person, patient, act and time, and is an entry itself', async () => {
    await using clinic = await workedClinic();
    clinic.clock.advance(HOUR_MS);
    const midwife = await clinic.as('midwife');
    const [domo] = clinic.patients as [string];
    await midwife('GET', `/api/v1/patients/${domo}`);
    const head = await clinic.as('head');
    const all: number[] = [];
    let cursor = '';
    do {
      const { body } = await head('GET', `/api/v1/audit?limit=3&login=nurse${cursor}`);
      all.push(...body.items.map(({ number }: { number: number }) => number));
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    const expected = clinic.audit.eventsAfter(0, 1000).filter(({ login }) => login === 'nurse');
    expect(all).toEqual(expected.map(({ id }) => id).reverse());
    const since = new Date(clinic.clock.now()).toISOString();
    const late = await head('GET', `/api/v1/audit?patient=${domo}&action=read&since=${since}`);
    expect(late.body.items.map(({ login }: { login: string }) => login)).toEqual(['midwife']);
    const early = await head('GET', `/api/v1/audit?patient=${domo}&action=read&until=${since}`);
    expect(early.body.items.map(({ login }: { login: string }) => login)).toEqual(['nurse']);
    const last = clinic.audit.eventsAfter(0, 1000).at(-1);
    expect(last).toMatchObject({ login: 'head', action: 'search', recordType: 'audit', patientId: domo });
  });

  it('comes as CSV, NDJSON and a bundle of AuditEvent', async () => {
    await using clinic = await workedClinic();
    const { store, audit, auditProofs, patients } = clinic;
    const facility = { code: 'cscom_sangha', name: 'CSCOM de Sangha' };
    const search = new AuditSearchService({ store, audit, proofs: auditProofs as AuditProofService, facility });
    const staff = { kind: 'staff', login: 'head', practitionerId: 'p', role: 'head', accountId: 1 } as const;
    const caller = { ...staff, sessionId: 's', address: null, requestId: null };
    const [domo] = patients as [string];
    const text = async (format: 'csv' | 'ndjson' | 'fhir') =>
      (await Array.fromAsync(search.export(caller, format, { patient: domo, action: 'read' }))).join('');
    const lines = (await text('csv')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`nurse`);
    expect(JSON.parse(await text('ndjson'))).toMatchObject({ login: 'nurse', action: 'read', patientId: domo });
    const bundle = JSON.parse(await text('fhir'));
    expect(bundle.entry).toHaveLength(1);
    expect(bundle.entry[0].resource).toMatchObject({
      resourceType: 'AuditEvent',
      meta: { profile: ['https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead'] },
      action: 'R',
      outcome: '0',
      agent: [
        { type: { coding: [{ code: '110152' }] }, requestor: false },
        { type: { coding: [{ code: '110153' }] }, who: { display: 'cscom_sangha' }, requestor: false },
        { who: { identifier: { value: 'nurse' } }, requestor: true },
      ],
    });
    expect(bundle.entry[0].resource.entity[0].what).toEqual({ reference: `Patient/${domo}` });
  });
});

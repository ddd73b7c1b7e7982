import { consent } from '@santehaggui/protocols/records/consent.ts';
import { facility } from '@santehaggui/protocols/records/facility.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingMessenger } from '@santehaggui/runtime/testing/recording-messenger.ts';
import { describe, expect, it } from 'vitest';
import { AuditService } from '../audit/audit-service.ts';
import { openTestClinic } from '../lan/testing/test-clinic.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';
import { ConsentGate } from './consent-gate.ts';
import { consentBySms, PHONE } from './testing/consent-by-sms.ts';

const asNurse = { author: null, role: 'nurse' } as const;
const registered = (node: TestStore, more: object = {}): string =>
  node.store.transact(asNurse, (tx) =>
    tx.create(patient, { familyName: 'Dolo', givenName: 'Yassa', phone: PHONE, number: 'SAN-1-A', ...more }),
  );
function consented(node: TestStore, patientId: string, more: object = {}): string {
  return node.store.transact(asNurse, (tx) => {
    const recipient = tx.create(facility, { code: 'csref_djenne', name: 'CSRéf de Djenné' });
    tx.create(consent, {
      patient: patientId,
      status: 'active',
      purpose: 'TREAT',
      classes: ['Condition'],
      capture: 'spoken',
      recipient,
      ...more,
    });
    return recipient;
  });
}
const merge = (node: TestStore, from: string, into: string) =>
  node.store.transact(asNurse, (tx) => tx.patch(from, { replacedBy: into }));

describe('who has several records, or refused something', () => {
  it('asks by the phone of the record that was replaced, where the one that goes on has none', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const old = registered(node);
    const now = registered(node, { phone: null, number: 'SAN-2-B' });
    consented(node, old);
    merge(node, old, now);
    expect(await ask('PARTAGE')).toContain('CSRéf de Djenné');
  });
  it('asks by the number of either carnet', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const old = registered(node);
    const now = registered(node, { number: 'SAN-2-B' });
    registered(node, { givenName: 'Amaga', number: 'SAN-3-C' });
    consented(node, old);
    merge(node, old, now);
    expect(await ask('PARTAGE SAN-2-B')).toContain('CSRéf de Djenné');
    expect(await ask('PARTAGE SAN-1-A')).toContain('CSRéf de Djenné');
  });
  it('is not told by an old phone where the record that goes on has another', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const old = registered(node);
    const now = registered(node, { number: 'SAN-2-B', phone: '+22366000001' });
    consented(node, old);
    merge(node, old, now);
    expect(await ask('PARTAGE')).toContain("n'est dans aucun dossier");
    expect(await ask('PARTAGE', '+22366000001')).toContain('CSRéf de Djenné');
  });
  it('is told where two facilities replaced each record by the other', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const old = registered(node);
    const now = registered(node, { number: 'SAN-2-B' });
    consented(node, old);
    merge(node, old, now);
    merge(node, now, old);
    expect(await ask('PARTAGE')).toContain('CSRéf de Djenné');
  });
  it('is not told that somebody sees what a later refusal keeps from them', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const id = registered(node);
    consented(node, id);
    consented(node, id, { decision: 'deny', recipient: null });
    expect(await ask('PARTAGE')).toContain('personne');
  });
  it('is not told that somebody sees a class that the accord itself leaves out', async () => {
    await using node = await openTestStore();
    const { ask } = consentBySms(node);
    const id = registered(node);
    consented(node, id, { classes: ['Condition', 'Encounter'], refused: ['Condition'] });
    expect(await ask('PARTAGE')).not.toContain('diagnostics');
  });
  it('is of age by the earliest birth date of any of the records: a guardian’s word ends under all', async () => {
    await using node = await openTestStore();
    const { store, clock } = node;
    const adult = registered(node, { birthDate: '1990-01-01' });
    const undated = registered(node, { number: 'SAN-2-B' });
    const id = consented(node, undated, { guardian: 'Mère', guardianRelation: 'MTH' });
    const gate = new ConsentGate({ store, audit: new AuditService({ db: store.db, clock }), clock });
    const to = { recipient: { kind: 'facility', id, isInDistrict: true }, purpose: 'TREAT' } as const;
    merge(node, undated, adult);
    expect([adult, undated].map((one) => gate.judge(one, to).allowed.has('Condition'))).toEqual([false, false]);
  });
  it('has given a consent by a code once, however often the answer is lost', async () => {
    const messenger = recordingMessenger();
    const clock = new FakeClock();
    await using clinic = await openTestClinic({ messenger, clock });
    const nurse = await clinic.as('nurse');
    const p = (
      await nurse('POST', '/api/v1/patients', {
        body: { familyName: 'Dolo', givenName: 'Yassa', birthDate: '1990-02-01', phone: '76 12 34 56' },
      })
    ).body.id;
    const terms = { patient: p, classes: ['Condition'], purpose: 'TREAT', recipient: clinic.facilities.target };
    const { textHash } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
    const sent = await nurse('POST', '/api/v1/consents/codes', { body: { terms, textHash } });
    const code = /code (\d{6})/.exec(messenger.sent[0]?.text ?? '')?.[1] as string;
    const body = { terms, textHash, capture: { way: 'sms-code', codeId: sent.body.codeId, code } };
    const first = await nurse('POST', '/api/v1/consents', { body, key: 'kk' });
    expect(first.status).toBe(201);
    for (let time = 0; time < 6; time++) {
      const again = await nurse('POST', '/api/v1/consents', { body, key: 'kk' });
      expect([time, again.status, again.body.code, again.body.id]).toEqual([time, 201, undefined, first.body.id]);
    }
  });
  it('has given a consent once although the words of a new day are others', async () => {
    const clock = new FakeClock(Date.UTC(2026, 10, 26, 23, 55));
    await using clinic = await openTestClinic({ clock });
    const nurse = await clinic.as('nurse');
    const p = (await nurse('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName: 'Yassa' } })).body.id;
    const terms = {
      patient: p,
      classes: ['Condition'],
      purpose: 'TREAT',
      recipient: clinic.facilities.target,
      guardian: 'Awa Dolo',
      guardianRelation: 'MTH',
    };
    const { textHash } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
    const body = { terms, textHash, capture: { way: 'spoken-before-witness', witness: 'Ogobara Kéné' } };
    const first = await nurse('POST', '/api/v1/consents', { body, key: 'kk' });
    expect([first.status, JSON.stringify(first.body)]).toEqual([201, expect.any(String)]);
    clock.setNow(clock.now() + 10 * 60_000);
    const again = await nurse('POST', '/api/v1/consents', { body, key: 'kk' });
    expect([again.status, again.body.code, again.body.id]).toEqual([201, undefined, first.body.id]);
  });
});

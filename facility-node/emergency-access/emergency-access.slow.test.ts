import type { PermissionRule } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { emergencyAccess, MOST_A_DAY } from '@santehaggui/protocols/records/emergency-access.ts';
import { facilityRights } from '@santehaggui/protocols/records/facility-rights.ts';
import { practitioner as practitionerType } from '@santehaggui/protocols/records/practitioner.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { rolePolicy } from '@santehaggui/protocols/records/role-policy.ts';
import { describe, expect, it } from 'vitest';
import { clinicWithPatient, EMERGENCIES, open, registered, WHY } from '../lan/testing/emergency-clinic.ts';
import { clientOf, TEST_PASSWORD, type TestClient, type TestClinic } from '../lan/testing/test-clinic.ts';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';

const HOUR_MS = 3600_000;
const PATH = EMERGENCIES;

function journalOf({ store, timekeeper, log }: TestStore): JournalStore {
  return new JournalStore({ store, timekeeper, log: log.log });
}

type Fields = Readonly<Record<string, unknown>>;

/** Tokens end after ten minutes: whoever goes on later signs in anew. */
async function again(clinic: TestClinic, login: Role): Promise<TestClient> {
  const { body } = await clinic.anonymous('POST', '/api/v1/sessions', { body: { login, password: TEST_PASSWORD } });
  return clientOf(clinic.url, body.accessToken);
}

const setRules = (clinic: TestClinic, role: Role, rules: readonly PermissionRule[]) =>
  clinic.store.transact({ author: null, role: 'system' }, (tx) =>
    tx.create(facilityRights, { role, rules: JSON.stringify(rules), edition: 1 }),
  );

describe('opening a record in an emergency', () => {
  it('shows that patient’s record and nobody else’s, for four hours, and says so in the trail', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    expect((await laboratory('GET', '/api/v1/conditions')).status).toBe(403);
    const made = await open(laboratory, { patient });
    expect(made).toMatchObject({
      status: 201,
      body: { isOpen: true, isMine: true, isElsewhere: false, review: null, asksOthers: false },
    });
    expect(Date.parse(made.body.until) - clinic.clock.now()).toBe(4 * HOUR_MS);
    const { status, body } = await laboratory('GET', '/api/v1/conditions');
    expect([status, body.items.map((item: Fields) => item.patient)]).toEqual([200, [patient]]);
    expect((await laboratory('GET', `/api/v1/conditions/${body.items[0].id}`)).status).toBe(200);
    const events = clinic.audit.search({ patientId: patient, login: 'laboratory' }, { before: 1e9, limit: 9 });
    expect(events.map(({ action, recordType, purpose }) => [action, recordType, purpose])).toEqual([
      ['read', 'condition', 'ETREAT'],
      ['search', 'condition', 'ETREAT'],
      ['create', 'emergencyAccess', 'ETREAT'],
    ]);
    await clinic.clock.advance(4 * HOUR_MS);
    expect((await (await again(clinic, 'laboratory'))('GET', '/api/v1/conditions')).status).toBe(403);
  });

  it('says who asks more of others than the hub answers by itself in a day', async () => {
    const { clinic, nurse, laboratory, patient } = await clinicWithPatient();
    await using _ = clinic;
    const beyond: boolean[] = [];
    for (let index = 0; index < MOST_A_DAY + 2; index++) {
      const whom = await registered(nurse, { givenName: `Yasa ${index}` });
      beyond.push((await open(laboratory, { patient: whom, asksOthers: true })).body.isBeyondLimit);
      await clinic.clock.advance(1000);
    }
    expect(beyond).toEqual([...Array(MOST_A_DAY).fill(false), true, true]);
    // One that asks nobody is answered by nobody.
    expect((await open(laboratory, { patient })).body.isBeyondLimit).toBe(false);
    expect(clinic.emergencies.counts().beyondLimit).toBe(2);
    // The hub counts what it has answered: as soon as the first of these is a day old it answers the next.
    await clinic.clock.advance(24 * HOUR_MS - (MOST_A_DAY + 1) * 1000);
    const next = await registered(await again(clinic, 'nurse'), { givenName: 'Yasa demain' });
    const answered = await open(await again(clinic, 'laboratory'), { patient: next, asksOthers: true });
    expect(answered.body.isBeyondLimit).toBe(false);
    expect(clinic.emergencies.counts().beyondLimit).toBe(2);
    await clinic.clock.advance(24 * HOUR_MS);
    expect(clinic.emergencies.counts().beyondLimit).toBe(0);
    const late = await open(await again(clinic, 'laboratory'), { patient, asksOthers: true });
    expect(late.body.isBeyondLimit).toBe(false);
  });

  it('opens no writing, nothing of nobody, and nothing to a colleague', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    const pharmacist = await clinic.as('pharmacist');
    await open(pharmacist, { patient });
    const body = { patient, code: 'B24' };
    expect((await pharmacist('POST', '/api/v1/conditions', { body })).status).toBe(403);
    expect((await pharmacist('GET', '/api/v1/conditions')).status).toBe(200);
    expect((await pharmacist('GET', '/api/v1/emergency-notes')).status).toBe(403);
    expect((await pharmacist('GET', '/api/v1/reports/weekly')).status).toBe(403);
    expect((await laboratory('GET', '/api/v1/conditions')).status).toBe(403);
  });

  it('is not stronger than a rule that forbids, and fits one that makes an exception of it', async () => {
    const { clinic, patient, nurse } = await clinicWithPatient();
    await using _ = clinic;
    clinic.store.transact({ author: null, role: 'system' }, (tx) =>
      tx.create(rolePolicy, {
        ...{ role: 'physician', edition: 1 },
        rules: JSON.stringify([
          { action: ['read', 'create', 'update'], subject: ['patient', 'condition', 'observation', 'emergencyAccess'] },
          {
            action: 'read',
            subject: ['patient', 'condition'],
            inverted: true,
            conditions: { author: 'other', purpose: { $ne: 'ETREAT' } },
          },
          { action: 'read', subject: 'observation', inverted: true },
        ]),
      }),
    );
    await nurse('POST', '/api/v1/observations', { body: { patient, code: '8310-5', value: 38 } });
    const physician = await clinic.as('physician');
    expect((await physician('GET', '/api/v1/patients?search=dolo')).body.items).toEqual([]);
    const { body: found } = await physician('GET', `${PATH}/patients?search=dolo%20domo`);
    expect(found.items).toMatchObject([{ id: patient, name: 'Domo Dolo' }]);
    await open(physician, { patient });
    expect((await physician('GET', '/api/v1/patients?search=dolo')).body.items).toMatchObject([{ id: patient }]);
    expect((await physician('GET', `/api/v1/conditions?patient=${patient}`)).body.items).toHaveLength(1);
    expect((await physician('GET', `/api/v1/observations?patient=${patient}`)).status).toBe(403);
  });

  it('is never for community workers, reception and the desk, whatever rules say', async () => {
    const { clinic, patient } = await clinicWithPatient();
    await using _ = clinic;
    const all: PermissionRule[] = [{ action: ['read', 'create', 'update'], subject: 'emergencyAccess' }];
    for (const role of ['community-worker', 'registrar', 'cashier'] as const) {
      const client = await clinic.as(role);
      expect([role, (await open(client, { patient })).body.code]).toEqual([role, 'SH-A002']);
      const policy = { role, edition: 1, rules: JSON.stringify(all) };
      clinic.store.transact({ author: null, role: 'system' }, (tx) => tx.create(rolePolicy, policy));
      expect([role, (await open(client, { patient })).body.code]).toEqual([role, 'SH-A230']);
      expect((await client('GET', `${PATH}/patients?search=dolo`)).body.code).toBe('SH-A230');
    }
    const denied = clinic.audit.search({ decision: 'deny' }, { before: 1e9, limit: 20 });
    expect(denied.filter(({ recordType }) => recordType === 'emergencyAccess')).toHaveLength(9);
  });

  it('wants a reason and words, once for its key, and once at a time', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    expect((await open(laboratory, { patient, text: 'urgent' })).body.errors).toMatchObject([{ field: 'text' }]);
    expect((await open(laboratory, { patient, reason: 'curiosity' })).status).toBe(422);
    expect((await open(laboratory, {})).body.errors).toMatchObject([{ field: 'patient' }]);
    expect((await open(laboratory, { patientNumber: 'CSCOM-SANGHA-00042-A' })).body.errors).toMatchObject([
      { field: 'patientNumber' },
    ]);
    const first = await open(laboratory, { patient }, 'k');
    expect((await open(laboratory, { patient }, 'k')).body.id).toBe(first.body.id);
    expect((await open(laboratory, { patient })).body.code).toBe('SH-K230');
    // What others hold can still be asked for.
    expect((await open(laboratory, { patient, asksOthers: true })).status).toBe(201);
    expect((await open(laboratory, { patient, asksOthers: true })).body.code).toBe('SH-K230');
  });

  it('counts for the duplicates of the same person, and ends when who opened it says so', async () => {
    const { clinic, patient, stranger, nurse, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    await nurse('POST', `/api/v1/patients/${stranger}/merge`, { body: { into: patient } });
    const merged = clinic.store.record(stranger)?.fields.replacedBy;
    const { body: made } = await open(laboratory, { patient: stranger });
    const shown = (await laboratory('GET', '/api/v1/conditions')).body.items.map((item: Fields) => item.patient);
    expect(shown).toEqual(merged === patient ? [patient, stranger] : [stranger]);
    const head = await clinic.as('head');
    expect((await nurse('POST', `${PATH}/${made.id}/end`)).body.code).toBe('SH-A002');
    expect((await laboratory('POST', `${PATH}/${made.id}/end`)).body).toMatchObject({ isOpen: false });
    expect((await laboratory('GET', '/api/v1/conditions')).status).toBe(403);
    expect((await laboratory('POST', `${PATH}/${made.id}/end`)).body.code).toBe('SH-K231');
    expect((await head('GET', `${PATH}?state=open`)).body.items).toEqual([]);
  });

  it('by the number of a carnet opens whoever comes with that number', async () => {
    const { clinic, laboratory, nurse } = await clinicWithPatient();
    await using _ = clinic;
    const number = 'CSREF-DJENNE-00007-';
    const check = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const answers = [];
    for (const letter of check) answers.push(await open(laboratory, { patientNumber: `${number}${letter}` }));
    const good = answers.filter(({ status }) => status === 201);
    expect(good.map(({ body }) => body.asksOthers)).toEqual([true]);
    const letter = check[answers.findIndex(({ status }) => status === 201)];
    const patient = await registered(nurse, { givenName: 'Ali', number: `${number}${letter}` });
    await nurse('POST', '/api/v1/conditions', { body: { patient, code: 'B24' } });
    expect((await laboratory('GET', '/api/v1/conditions')).body.items).toMatchObject([{ patient }]);
    expect((await laboratory('GET', PATH)).body.items).toMatchObject([{ patient: { id: patient }, reads: 1 }]);
    // The carnet is of a record that another has replaced: the person's is the other.
    const present = await registered(nurse, { givenName: 'Ali' });
    await nurse('POST', '/api/v1/conditions', { body: { patient: present, code: 'B50.0' } });
    clinic.store.transact({ author: null, role: 'system' }, (tx) => tx.patch(patient, { replacedBy: present }));
    const { items } = (await laboratory('GET', '/api/v1/conditions')).body;
    expect(items.map((item: Fields) => item.patient).toSorted()).toEqual([patient, present].toSorted());
  });

  it('is closed by a clock that was set back', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    await open(laboratory, { patient });
    clinic.clock.setNow(clinic.clock.now() - 24 * HOUR_MS);
    expect((await (await again(clinic, 'laboratory'))('GET', '/api/v1/conditions')).status).toBe(403);
  });
});

describe('reviewing', () => {
  it('says of somebody else’s access whether it was justified, once, and tells what was read', async () => {
    const { clinic, patient, laboratory, nurse } = await clinicWithPatient();
    await using _ = clinic;
    const head = await clinic.as('head');
    const { body: made } = await open(laboratory, { patient });
    await laboratory('GET', `/api/v1/conditions?patient=${patient}`);
    expect((await head('GET', `${PATH}?state=waiting`)).body.items).toMatchObject([
      {
        id: made.id,
        who: 'laboratory Dolo',
        patient: { name: 'Domo Dolo' },
        text: WHY.text,
        reads: 1,
        isOverdue: false,
      },
    ]);
    const body = { review: 'justified', remark: 'Évacuée dans l’heure.' };
    expect((await laboratory('POST', `${PATH}/${made.id}/review`, { body })).body.code).toBe('SH-A002');
    expect((await nurse('POST', `${PATH}/${made.id}/review`, { body })).body.code).toBe('SH-A002');
    expect((await head('POST', `${PATH}/${made.id}/review`, { body: { review: 'justified' } })).status).toBe(422);
    const reviewed = await head('POST', `${PATH}/${made.id}/review`, { body });
    expect(reviewed.body).toMatchObject({ review: 'justified', remark: body.remark, reviewedBy: 'head Dolo' });
    expect((await head('POST', `${PATH}/${made.id}/review`, { body })).body.code).toBe('SH-K233');
    expect((await laboratory('GET', PATH)).body.items).toMatchObject([{ id: made.id, review: 'justified' }]);
    expect(clinic.emergencies.counts()).toEqual({ open: 1, waiting: 0, overdue: 0, beyondLimit: 0 });
  });

  it('is a read of whose they are, and stands in the trail like any', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    const { id } = (await open(laboratory, { patient })).body;
    const head = await clinic.as('head');
    await head('GET', PATH);
    await head('GET', `${PATH}/${id}`);
    const events = clinic.audit
      .search({ login: 'head' }, { before: 1e9, limit: 9 })
      .filter(({ action }) => action !== 'sign-in');
    expect(events.map(({ action, recordType }) => [action, recordType])).toEqual([
      ['read', 'emergencyAccess'],
      ['search', 'emergencyAccess'],
    ]);
    expect(events[0]).toMatchObject({ recordId: id, patientId: patient });
    expect(events[1]?.detail).toMatchObject({ patients: [patient] });
  });

  it('is nobody’s of one’s own access; IT may, and is told no name', async () => {
    const { clinic, patient } = await clinicWithPatient();
    await using _ = clinic;
    const head = await clinic.as('head');
    const officer = await clinic.as('it-officer');
    const { body: made } = await open(head, { patient });
    const body = { review: 'unjustified', remark: 'Aucune urgence ce jour-là.' };
    expect((await head('POST', `${PATH}/${made.id}/review`, { body })).body.code).toBe('SH-K232');
    const [line] = (await officer('GET', PATH)).body.items;
    expect(line.patient.name).toBeUndefined();
    expect((await officer('POST', `${PATH}/${made.id}/review`, { body })).body.review).toBe('unjustified');
  });

  it('is overdue after seven days, in the list, in the counts and in status', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    await clinic.as('head');
    await open(laboratory, { patient });
    await clinic.clock.advance(7 * 24 * HOUR_MS + 1);
    expect(clinic.emergencies.counts()).toEqual({ open: 0, waiting: 1, overdue: 1, beyondLimit: 0 });
    const head = await again(clinic, 'head');
    expect((await head('GET', `${PATH}?state=overdue`)).body.items).toMatchObject([{ isOverdue: true }]);
    const { items } = clinic.emergencies.summaries({ limit: 10 });
    expect(JSON.stringify(items)).not.toMatch(/Dolo|inconsciente/);
  });

  it('shows each their own accesses, pages them, and refuses a foreign cursor', async () => {
    const { clinic, patient, stranger, laboratory, nurse } = await clinicWithPatient();
    await using _ = clinic;
    const head = await clinic.as('head');
    await open(laboratory, { patient });
    await open(laboratory, { patient: stranger });
    await open(nurse, { patient });
    expect((await nurse('GET', PATH)).body.items).toHaveLength(1);
    const first = await head('GET', `${PATH}?limit=2`);
    const rest = await head('GET', `${PATH}?limit=2&cursor=${first.body.nextCursor}`);
    expect([first.body.items.length, rest.body.items.length, rest.body.nextCursor]).toEqual([2, 1, undefined]);
    expect((await head('GET', `${PATH}?cursor=xx`)).body.code).toBe('SH-I130');
    setRules(clinic, 'head', [{ action: 'read', subject: 'emergencyAccess', inverted: true }]);
    expect((await head('GET', PATH)).status).toBe(403);
  });
});

describe('an access that another facility opened', () => {
  it('is told to the patient who asks here, opens nothing here, and is reviewed there', async () => {
    const { clinic, patient, nurse } = await clinicWithPatient();
    await using _ = clinic;
    await using ward = await openTestStore({ node: 7, clock: clinic.clock });
    const me = clinic.store.db.prepare<[], string>(`select practitioner_id from account where login = 'laboratory'`);
    const access = ward.store.transact({ author: null, role: 'physician' }, (tx) =>
      tx.create(emergencyAccess, {
        ...{ patient, practitioner: String(me.pluck().get()), reason: 'no-papers', text: 'Arrivé sans carnet' },
        ...{ from: clinic.clock.now(), until: clinic.clock.now() + HOUR_MS, reviewBy: clinic.clock.now() + HOUR_MS },
        facility: clinic.facilities.other,
      }),
    );
    const feed = journalOf(ward)
      .journalAfter(0)
      .map((change, index) => ({ ...change, position: index + 1 }));
    expect(journalOf(clinic.node).applyFeed(feed).quarantined).toBe(0);
    expect((await (await again(clinic, 'laboratory'))('GET', '/api/v1/conditions')).status).toBe(403);
    const head = await clinic.as('head');
    const body = { review: 'justified', remark: 'Bien.' };
    expect((await head('POST', `${PATH}/${access}/review`, { body })).body.code).toBe('SH-K234');
    expect((await (await again(clinic, 'laboratory'))('POST', `${PATH}/${access}/end`)).body.code).toBe('SH-K234');
    expect((await head('GET', PATH)).body.items).toMatchObject([{ id: access, isElsewhere: true, reads: null }]);
    expect((await head('GET', `${PATH}?state=waiting`)).body.items).toEqual([]);
    const { elsewhere } = (await head('GET', `/api/v1/patients/${patient}/accesses`)).body;
    const at = { who: 'laboratory Dolo', facility: 'Hôpital de Mopti', why: 'arrive sans carnet ni dossier' };
    expect(elsewhere).toMatchObject([at]);
    expect((await nurse('GET', PATH)).body.items).toEqual([]);
    // Also who asks by the record that has replaced this one.
    const present = await registered(nurse, { givenName: 'Domo' });
    clinic.store.transact({ author: null, role: 'system' }, (tx) => tx.patch(patient, { replacedBy: present }));
    expect((await head('GET', `/api/v1/patients/${present}/accesses`)).body.elsewhere).toMatchObject([at]);
  });

  it('is reviewed at the facility where it was opened, also once another node stands there', async () => {
    const { clinic, patient } = await clinicWithPatient();
    await using _ = clinic;
    await using former = await openTestStore({ node: 7, clock: clinic.clock });
    const access = former.store.transact({ author: null, role: 'physician' }, (tx) => {
      const practitioner = tx.create(practitionerType, { familyName: 'Togo', role: 'physician' });
      return tx.create(emergencyAccess, {
        ...{ patient, practitioner, reason: 'no-papers', text: 'Arrivé sans carnet', facility: clinic.facilities.own },
        ...{ from: clinic.clock.now(), until: clinic.clock.now() + HOUR_MS, reviewBy: clinic.clock.now() + HOUR_MS },
      });
    });
    const feed = journalOf(former)
      .journalAfter(0)
      .map((change, index) => ({ ...change, position: index + 1 }));
    expect(journalOf(clinic.node).applyFeed(feed).quarantined).toBe(0);
    expect(clinic.emergencies.counts()).toMatchObject({ waiting: 1 });
    const head = await clinic.as('head');
    expect((await head('GET', `${PATH}?state=waiting`)).body.items).toMatchObject([{ id: access, isElsewhere: false }]);
    const body = { review: 'justified', remark: 'Bien.' };
    expect((await head('POST', `${PATH}/${access}/review`, { body })).status).toBe(200);
  });
});

import { referral as referralType } from '@santehaggui/protocols/records/referral.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient, type TestClinic } from '../lan/testing/test-clinic.ts';
import { isPrintedNumber } from '../resources/printed-number.ts';

const form = {
  urgency: 'evacuation',
  decidedAt: '2026-01-05T07:50:00Z',
  reason: 'Convulsions, fièvre à 40',
  presumedDiagnosis: 'B50.0',
  temperature: 40.1,
  consciousness: 'pain',
};

const patientOf = async (client: TestClient): Promise<string> =>
  (await client('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName: 'Domo' } })).body.id;

/** A referral that came from another facility to this one, as the feed brings it. */
const incoming = (clinic: TestClinic, patient: string): string =>
  clinic.store.transact({ author: null, role: 'nurse' }, (tx) =>
    tx.create(referralType, {
      ...form,
      decidedAt: Date.parse(form.decidedAt),
      temperature: '40.1',
      ...{ patient, from: clinic.facilities.other, to: clinic.facilities.own, status: 'departed' },
    }),
  );

const stepOf =
  (client: TestClient, id: string) =>
  (step: string, fields: Readonly<Record<string, unknown>> = {}, key?: string) =>
    client('POST', `/api/v1/referrals/${id}/steps`, {
      body: { step, ...fields },
      ...(key === undefined ? {} : { key }),
    });

describe('a referral', () => {
  it('goes to the usual target with number, sender, requester and state filled in', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const { status, body } = await nurse('POST', '/api/v1/referrals', { body: { patient, ...form } });
    expect(status).toBe(201);
    const { own, target } = clinic.facilities;
    expect(body).toMatchObject({ patient, from: own, to: target, status: 'created', temperature: 40.1 });
    expect(clinic.store.record(body.requester)?.fields.role).toBe('nurse');
    expect(body.number).toMatch(/^R-CSCOM-SANGHA-00001-/);
    expect(isPrintedNumber(body.number.slice(2))).toBe(true);
  });

  it('goes where it is said to, but not to its own sender', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const post = (to: string) => nurse('POST', '/api/v1/referrals', { body: { patient, ...form, to } });
    expect((await post(clinic.facilities.other)).body.to).toBe(clinic.facilities.other);
    expect((await post(clinic.facilities.own)).body.errors).toMatchObject([{ field: 'to' }]);
    expect((await post(patient)).body.errors).toMatchObject([{ field: 'to' }]);
  });

  it('is refused before enrolment, saying why', async () => {
    await using clinic = await openTestClinic({ isEnrolled: false });
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const { status, body } = await nurse('POST', '/api/v1/referrals', { body: { patient, ...form } });
    expect([status, body.code]).toEqual([409, 'SH-K160']);
    expect((await nurse('GET', '/api/v1/referrals?direction=outgoing')).body).toEqual({ items: [] });
  });

  it('leaves by the sender’s steps, and the receiver’s are not for the sender to take', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const { body } = await nurse('POST', '/api/v1/referrals', { body: { patient: await patientOf(nurse), ...form } });
    const step = stepOf(nurse, body.id);
    expect((await step('notify', { calledAt: '2026-01-05T07:52:00Z' })).body.status).toBe('notified');
    const departed = await step('depart', { transport: 'ambulance', costXof: 15_000 });
    expect(departed.body).toMatchObject({ status: 'departed', departedAt: new Date(clinic.clock.now()).toISOString() });
    const arrive = await step('arrive');
    expect([arrive.status, arrive.body.code]).toEqual([403, 'SH-A160']);
    const again = await step('depart');
    expect([again.status, again.body.code]).toEqual([409, 'SH-K161']);
    const foreign = await step('cancel', { finalDiagnosis: 'A09' });
    expect(foreign.body.errors).toMatchObject([{ field: 'finalDiagnosis' }]);
    expect((await step('cancel', { cancelReason: 'Décédé avant le départ' })).body.status).toBe('cancelled');
  });

  it('arrives, is cared for and comes back as a counter-referral by the receiver’s steps', async () => {
    await using clinic = await openTestClinic();
    const physician = await clinic.as('physician');
    const patient = await patientOf(physician);
    const id = incoming(clinic, patient);
    const step = stepOf(physician, id);
    expect((await step('depart')).body.code).toBe('SH-A160');
    expect((await step('close', {})).body.code).toBe('SH-K161');
    const arrived = await step('arrive', { arrivedAt: '2026-01-05T07:58:00Z', arrivalState: 'Comateux' });
    expect(arrived.body).toMatchObject({ status: 'arrived', arrivedAt: '2026-01-05T07:58:00.000Z' });
    expect((await step('admit')).body.status).toBe('in-care');
    const closed = await step('close', {
      finalDiagnosis: 'B50.0',
      acts: 'Artésunate IV',
      outcome: 'recovered',
      instructions: 'Revoir',
      followUpOn: '2026-02-05',
    });
    expect(closed.body).toMatchObject({ status: 'closed', followUpOn: '2026-02-05' });
    expect(closed.body.closedBy).toBe(closed.body.receivedBy);
    expect((await step('arrive')).status).toBe(409);
  });

  it('takes a step once for its key', async () => {
    await using clinic = await openTestClinic();
    const physician = await clinic.as('physician');
    const step = stepOf(physician, incoming(clinic, await patientOf(physician)));
    const first = await step('arrive', {}, 'step-1');
    const again = await step('arrive', {}, 'step-1');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await step('arrive', { arrivalState: 'Calme' }, 'step-1')).body.code).toBe('SH-I131');
  });

  it('is nobody’s here who is neither sender nor receiver', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const { other, target } = clinic.facilities;
    const id = clinic.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(referralType, { patient, from: other, to: target, urgency: 'reference', status: 'created' }),
    );
    expect((await stepOf(nurse, id)('arrive')).body.code).toBe('SH-A160');
  });

  it('has its state changed by steps alone, and each part by its own side', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const { body } = await nurse('POST', '/api/v1/referrals', { body: { patient: await patientOf(nurse), ...form } });
    const patch = (fields: Readonly<Record<string, unknown>>) =>
      nurse('PATCH', `/api/v1/referrals/${body.id}`, { body: fields, headers: { 'if-match': '*' } });
    expect((await patch({ status: 'closed' })).body.errors).toEqual([{ field: 'status', message: 'champ inconnu' }]);
    expect((await patch({ outcome: 'recovered' })).body.code).toBe('SH-A160');
    expect((await patch({ pulse: 120 })).body.pulse).toBe(120);
  });

  it('is listed by direction and state', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const { body } = await nurse('POST', '/api/v1/referrals', { body: { patient, ...form } });
    const received = incoming(clinic, patient);
    const ids = async (query: string) =>
      (await nurse('GET', `/api/v1/referrals?${query}`)).body.items.map((item: { id: string }) => item.id);
    expect(await ids('direction=outgoing')).toEqual([body.id]);
    expect(await ids('direction=incoming')).toEqual([received]);
    expect(await ids('direction=incoming&status=created')).toEqual([]);
    expect(await ids(`patient=${patient}`)).toEqual([body.id, received]);
    expect((await nurse('GET', '/api/v1/referrals?status=lost')).status).toBe(422);
  });
});

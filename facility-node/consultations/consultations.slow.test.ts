import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';

const patientOf = async (client: TestClient, fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const body = { familyName: 'Dolo', givenName: 'Apomi', ...fields };
  return (await client('POST', '/api/v1/patients', { body })).body.id;
};

const malaria = (patient: string) => ({
  patient,
  start: '2026-01-05T07:30:00Z',
  reason: 'Fièvre depuis trois jours',
  observations: [
    { code: '8310-5', value: 39.25, unit: 'Cel' },
    { code: '85354-9', systolic: 110, diastolic: 70 },
    { code: '70569-9', valueCode: '10828004', effective: '2026-01-05T07:45:00Z' },
  ],
  conditions: [{ code: 'B50.9', verification: 'confirmed' }],
  prescriptions: [{ medication: 'P01BF01', dosage: '1 comprimé matin et soir, 3 jours', days: 3 }],
  immunizations: [{ vaccine: '35', dose: 2 }],
});

describe('consultations', () => {
  it('are recorded whole in one POST and read back with their parts', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const made = await nurse('POST', '/api/v1/encounters', { body: malaria(patient) });
    expect(made.status).toBe(201);
    const { id, ...parts } = made.body;
    expect(Object.values(parts).map((ids) => (ids as string[]).length)).toEqual([3, 1, 1, 1]);

    const { body, headers } = await nurse('GET', `/api/v1/encounters/${id}`);
    expect(headers.get('etag')).toBe(`"${body.version}"`);
    expect(body).toMatchObject({ patient, status: 'finished', class: 'AMB', reason: 'Fièvre depuis trois jours' });
    expect(body.observations.map((part: { id: string }) => part.id)).toEqual(parts.observations);
    expect(body.observations[0]).toMatchObject({
      ...{ patient, encounter: id, value: 39.25, status: 'final', effective: '2026-01-05T07:30:00.000Z' },
    });
    expect(body.observations[2].effective).toBe('2026-01-05T07:45:00.000Z');
    expect(body.conditions[0]).toMatchObject({ code: 'B50.9', recordedAt: '2026-01-05T07:30:00.000Z' });
    expect(body.prescriptions[0]).toMatchObject({ status: 'active', intent: 'order', days: 3 });
    expect(body.immunizations[0]).toMatchObject({ vaccine: '35', occurrence: '2026-01-05T07:30:00.000Z' });
    const listed = await nurse('GET', `/api/v1/conditions?patient=${patient}`);
    expect(listed.body.items.map((item: { id: string }) => item.id)).toEqual(parts.conditions);
    const ofEncounter = await nurse('GET', `/api/v1/observations?encounter=${id}&limit=2`);
    expect(ofEncounter.body.items).toHaveLength(2);
    expect(ofEncounter.body.nextCursor).toBeTypeOf('string');
  });

  it('are one transaction: all their changes, the author and one end', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const before = clinic.node.db.prepare('select max(position) from journal').pluck().get();
    await nurse('POST', '/api/v1/encounters', { body: malaria(patient) });
    const isLast = clinic.node.db.prepare('select is_last from journal where position > ?').pluck().all(before);
    expect(isLast).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it('leave nothing behind when one part cannot be, and name every field of every part', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse, { birthDate: '2025-06-01' });
    const count = () => clinic.node.db.prepare('select count(*) from journal').pluck().get();
    const before = count();
    const body = {
      ...malaria(patient),
      observations: [{ code: '8310-5', effective: '2031-01-01T00:00:00Z' }],
      conditions: [
        { code: 'B50.9', onset: '2027-01-01' },
        { code: 'A09', recordedAt: '2025-05-01T00:00:00Z' },
      ],
    };
    const refused = await nurse('POST', '/api/v1/encounters', { body, key: 'c-1' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'observations.0.effective',
      'conditions.0.onset',
      'conditions.1.recordedAt',
    ]);
    expect(count()).toBe(before);
    expect((await nurse('POST', '/api/v1/encounters', { body: malaria(patient), key: 'c-1' })).status).toBe(201);
  });

  it('do not begin before the patient’s birth, nor end before they began', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse, { birthDate: '2026-01-05' });
    const post = async (fields: Readonly<Record<string, unknown>>) => {
      const { body } = await nurse('POST', '/api/v1/encounters', { body: { patient, ...fields } });
      return body.errors;
    };
    expect(await post({ start: '2026-01-04T23:59:00Z' })).toMatchObject([{ field: 'start' }]);
    expect(await post({ start: '2026-01-05T07:00:00Z', end: '2026-01-05T06:59:00Z' })).toMatchObject([
      { field: 'end' },
    ]);
    const estimated = await patientOf(nurse, { birthDate: '2026~' });
    const taken = await nurse('POST', '/api/v1/encounters', {
      body: { patient: estimated, start: '2025-12-30T08:00:00Z' },
    });
    expect(taken.status).toBe(201);
  });

  it('refuse a patient who is not here, or who is no patient', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    for (const patient of ['00000000-0000-8000-8000-000000000000', clinic.facilities.own, 'key:never-used']) {
      const refused = await nurse('POST', '/api/v1/encounters', { body: malaria(patient) });
      expect(refused.body.errors).toEqual([{ field: 'patient', message: expect.stringContaining(patient) }]);
    }
  });

  it('refer to what the same person just made by its key', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const midwife = await clinic.as('midwife');
    const made = await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Yaïguéré' },
      key: 'p-7',
    });
    const own = await nurse('POST', '/api/v1/encounters', { body: malaria('key:p-7'), key: 'e-7' });
    const { body } = await nurse('GET', `/api/v1/encounters/${own.body.id}`);
    expect(body.patient).toBe(made.body.id);
    const allergy = { patient: 'key:p-7', text: 'Pénicilline', criticality: 'high' };
    expect((await nurse('POST', '/api/v1/allergy-intolerances', { body: allergy })).status).toBe(201);
    const later = { patient: 'key:p-7', encounter: 'key:e-7', code: '718-7', value: 9.5 };
    const observed = await nurse('POST', '/api/v1/observations', { body: later });
    expect(observed.body).toMatchObject({ encounter: own.body.id, effective: '2026-01-05T07:30:00.000Z' });
    expect((await midwife('POST', '/api/v1/encounters', { body: malaria('key:p-7') })).status).toBe(422);
  });
});

describe('an Idempotency-Key', () => {
  it('gives the same answer again and writes nothing', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const first = await nurse('POST', '/api/v1/encounters', { body: malaria(patient), key: 'k' });
    const count = clinic.node.db.prepare('select count(*) from journal').pluck().get();
    const again = await nurse('POST', '/api/v1/encounters', { body: malaria(patient), key: 'k' });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(clinic.node.db.prepare('select count(*) from journal').pluck().get()).toBe(count);
    await clinic.node.reopen();
    expect(clinic.node.db.prepare('select count(*) from idempotency').pluck().get()).toBe(1);
  });

  it('is refused for another body, and is another’s own on another route or of another person', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const midwife = await clinic.as('midwife');
    const body = { familyName: 'Dolo', givenName: 'Apomi' };
    expect((await nurse('POST', '/api/v1/patients', { body, key: 'k' })).status).toBe(201);
    const other = await nurse('POST', '/api/v1/patients', { body: { ...body, givenName: 'Domo' }, key: 'k' });
    expect([other.status, other.body.code]).toEqual([422, 'SH-I131']);
    const { body: theirs } = await midwife('POST', '/api/v1/patients', { body, key: 'k' });
    const elsewhere = { patient: theirs.id, start: '2026-01-05T07:30:00Z' };
    expect((await nurse('POST', '/api/v1/encounters', { body: elsewhere, key: 'k' })).status).toBe(201);
    expect((await nurse('POST', '/api/v1/patients', { body, key: 'with space' })).body.code).toBe('SH-I132');
  });

  it('is forgotten after thirty days', async () => {
    await using clinic = await openTestClinic();
    const sign = await clinic.as('nurse');
    const body = { familyName: 'Dolo', givenName: 'Apomi' };
    await sign('POST', '/api/v1/patients', { body, key: 'old' });
    clinic.node.db.prepare('update idempotency set created_at = created_at - 31 * 86400000').run();
    await sign('POST', '/api/v1/patients', { body, key: 'new' });
    expect(clinic.node.db.prepare('select key from idempotency').pluck().all()).toEqual(['new']);
  });
});

describe('amending', () => {
  it('needs the version that was read', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const path = `/api/v1/patients/${await patientOf(nurse)}`;
    const { headers } = await nurse('GET', path);
    const etag = headers.get('etag') ?? '';
    const patch = (body: unknown, ifMatch?: string) =>
      nurse('PATCH', path, { body, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } });
    expect((await patch({ village: 'Bongo' })).status).toBe(428);
    const first = await patch({ village: 'Bongo' }, etag);
    expect(first.body.village).toBe('Bongo');
    const late = await patch({ village: 'Ireli' }, etag);
    expect([late.status, late.body.code]).toEqual([412, 'SH-K130']);
    const retracted = await patch({ village: null }, first.headers.get('etag') ?? '');
    expect(retracted.body.village).toBeUndefined();
    expect((await patch({ village: 'Ireli' }, 'W/"x"')).status).toBe(412);
    expect((await patch({ number: 'X' }, '*')).body.errors).toMatchObject([{ field: 'number' }]);
  });

  it('leaves no values together that cannot both be true', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    const observations = [{ code: '85354-9', systolic: 70, diastolic: 110 }];
    const whole = await nurse('POST', '/api/v1/encounters', { body: { ...malaria(patient), observations } });
    expect(whole.body).toMatchObject({ code: 'SH-I130', errors: [{ field: 'observations.0.systolic' }] });
    const made = await nurse('POST', '/api/v1/observations', {
      body: { patient, code: '85354-9', systolic: 110, diastolic: 70 },
    });
    const patch = (body: unknown) =>
      nurse('PATCH', `/api/v1/observations/${made.body.id}`, { body, headers: { 'if-match': '*' } });
    expect((await patch({ diastolic: 130 })).body).toMatchObject({ code: 'SH-I130', errors: [{ field: 'systolic' }] });
    expect((await patch({ diastolic: 130, systolic: 190 })).status).toBe(200);
  });

  it('does not let a role that is not authorised undo a clinician’s word', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const worker = await clinic.as('community-worker');
    const path = `/api/v1/patients/${await patientOf(nurse, { birthDate: '1990-05-12' })}`;
    const refused = await worker('PATCH', path, { body: { birthDate: '1991-05-12' }, headers: { 'if-match': '*' } });
    expect([refused.status, refused.body.code]).toEqual([409, 'SH-K102']);
    expect(refused.body.errors).toEqual([{ field: 'birthDate', message: expect.stringContaining('nurse Dolo') }]);
  });

  it('answers 404 for what is not here or of another kind', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse);
    for (const id of ['00000000-0000-8000-8000-000000000000', patient]) {
      const { status, body } = await nurse('GET', `/api/v1/encounters/${id}`);
      expect([status, body.code]).toEqual([404, 'SH-N130']);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClinic } from '../lan/testing/test-clinic.ts';

const eventsOf = (clinic: TestClinic) =>
  clinic.audit.eventsAfter(0, 1000).filter(({ action }) => action !== 'sign-in' && action !== 'create');

describe('the audit trail', () => {
  it('holds every read of a person’s record: who, what, whose, from where, in which request', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const { body: patient } = await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Domo' },
    });
    const { body: made } = await nurse('POST', '/api/v1/encounters', {
      body: { patient: patient.id, start: '2026-01-05T07:30:00Z', conditions: [{ code: 'B50.9' }] },
    });
    const read = await nurse('GET', `/api/v1/conditions/${made.conditions[0]}`);
    await nurse('GET', `/api/v1/encounters/${made.id}`);
    await nurse('GET', `/api/v1/conditions?patient=${patient.id}`);
    await nurse('GET', '/api/v1/patients?search=dolo');
    const events = eventsOf(clinic);
    expect(events.map(({ action, recordType, patientId }) => [action, recordType, patientId])).toEqual([
      ['read', 'condition', patient.id],
      ['read', 'encounter', patient.id],
      ['search', 'condition', patient.id],
      ['search', 'patient', null],
    ]);
    expect(events[0]).toMatchObject({
      at: clinic.clock.now(),
      login: 'nurse',
      role: 'nurse',
      recordId: made.conditions[0],
      purpose: 'TREAT',
      decision: 'permit',
      sourceAddress: '127.0.0.1',
      requestId: read.headers.get('x-request-id'),
    });
    expect(events[3]?.detail).toEqual({ query: { search: 'dolo' }, patients: [patient.id] });
  });

  it('notes nothing of the directory of staff and facilities', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    await nurse('GET', '/api/v1/facilities');
    await nurse('GET', `/api/v1/facilities/${clinic.facilities.own}`);
    await nurse('GET', '/api/v1/practitioners');
    expect(eventsOf(clinic)).toEqual([]);
  });

  it('is written with the records or not at all', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const body = { familyName: 'Dolo', givenName: 'Domo' };
    const { body: patient } = await nurse('POST', '/api/v1/patients', { body });
    const created = clinic.audit
      .eventsAfter(0, 1000)
      .find(({ action, recordType }) => action === 'create' && recordType === 'patient');
    expect(created).toMatchObject({ login: 'nurse', recordId: patient.id, patientId: patient.id });
    clinic.node.db.exec(
      "create trigger broken before insert on audit_event begin select raise(abort, 'no space'); end",
    );
    const records = () => clinic.node.db.prepare('select count(*) from record').pluck().get();
    const before = records();
    expect((await nurse('POST', '/api/v1/patients', { body, key: 'k' })).status).toBe(500);
    expect((await nurse('GET', `/api/v1/patients/${patient.id}`)).status).toBe(500);
    expect(records()).toBe(before);
    clinic.node.db.exec('drop trigger broken');
    expect((await nurse('POST', '/api/v1/patients', { body, key: 'k' })).status).toBe(201);
  });

  it('cannot be changed nor shortened', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    expect(() => clinic.node.db.exec("update audit_event set login = 'other'")).toThrow('append-only');
    expect(() => clinic.node.db.exec('delete from audit_event')).toThrow('append-only');
  });
});

import { ROLES } from '@santehaggui/protocols/records/record-type.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic } from '../lan/testing/test-clinic.ts';
import { may, permissionsOf } from './permissions.ts';

describe('permissions', () => {
  it('let a registrar register patients but see no diagnosis', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    const made = await registrar('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName: 'Domo' } });
    expect(made.status).toBe(201);
    for (const path of ['conditions', 'encounters', 'medication-requests', 'referrals', 'reports/weekly']) {
      const { status, body } = await registrar('GET', `/api/v1/${path}`);
      expect([path, status, body.code]).toEqual([path, 403, 'SH-A002']);
    }
    const body = { patient: made.body.id, code: 'B50.9' };
    expect((await registrar('POST', '/api/v1/conditions', { body })).status).toBe(403);
    const denied = clinic.audit.eventsAfter(0, 100).filter(({ decision }) => decision === 'deny');
    expect(denied).toHaveLength(6);
    expect(denied[0]).toMatchObject({ login: 'registrar', action: 'read', recordType: 'condition' });
  });

  it('show the laboratory a consultation without its diagnoses', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const laboratory = await clinic.as('laboratory');
    const { body: patient } = await nurse('POST', '/api/v1/patients', {
      body: { familyName: 'Dolo', givenName: 'Domo' },
    });
    const body = {
      patient: patient.id,
      start: '2026-01-05T07:30:00Z',
      observations: [{ code: '8310-5', value: 38 }],
      conditions: [{ code: 'B24' }],
    };
    const { body: made } = await nurse('POST', '/api/v1/encounters', { body });
    const { body: shown } = await laboratory('GET', `/api/v1/encounters/${made.id}`);
    expect(shown.observations).toHaveLength(1);
    expect(shown.conditions).toEqual([]);
  });

  it('give the daemons’ own role nothing on the LAN and bulk export to the head alone', () => {
    expect(permissionsOf('system')).toEqual([]);
    expect(ROLES.filter((role) => may(role, 'export', 'records'))).toEqual(['head']);
  });
});

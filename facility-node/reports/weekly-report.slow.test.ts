import type { EpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import { unpackRows } from '@santehaggui/protocols/surveillance/report-counts.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';

type Row = { readonly disease: string; readonly casesUnder5: number; readonly deaths5AndOver: number };

const report = async (client: TestClient, week: string) =>
  (await client('GET', `/api/v1/reports/weekly?week=${week}`)).body;

const rowOf = (body: { readonly rows: readonly Row[] }, disease: string): Row | undefined =>
  body.rows.find((row) => row.disease === disease);

const patientOf = async (client: TestClient, birthDate?: string): Promise<string> => {
  const body = { familyName: 'Dolo', givenName: 'Domo', ...(birthDate === undefined ? {} : { birthDate }) };
  return (await client('POST', '/api/v1/patients', { body })).body.id;
};

const consult = async (
  client: TestClient,
  patient: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const { status } = await client('POST', '/api/v1/encounters', {
    body: { patient, start: '2026-01-05T07:00:00Z', ...fields },
  });
  expect(status).toBe(201);
};

describe('the weekly report', () => {
  it('reports zero for every notifiable disease when there is none', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const body = await report(nurse, '2026-W02');
    expect(body).toMatchObject({ facility: 'cscom_sangha', week: '2026-W02', encounters: 0 });
    expect(body.rows.map((row: Row) => row.disease)).toEqual(NOTIFIABLE_DISEASES.map(({ key }) => key));
    expect(JSON.stringify(body.rows)).not.toMatch(/:[1-9]/);
  });

  it('counts cases and deaths by age at the consultation', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const child = await patientOf(nurse, '2024');
    const adult = await patientOf(nurse, '1980-05-01');
    const unknown = await patientOf(nurse);
    await consult(nurse, child, { conditions: [{ code: 'B54' }] });
    await consult(nurse, adult, { conditions: [{ code: 'B50.0' }], outcome: 'died' });
    await consult(nurse, unknown, { conditions: [{ code: 'B05.9' }] });
    const body = await report(nurse, '2026-W02');
    expect(body.encounters).toBe(3);
    expect(rowOf(body, 'malaria')).toMatchObject({
      casesUnder5: 1,
      cases5AndOver: 1,
      deathsUnder5: 0,
      deaths5AndOver: 1,
    });
    expect(rowOf(body, 'malaria-severe')).toMatchObject({ casesUnder5: 0, cases5AndOver: 1, deaths5AndOver: 1 });
    expect(rowOf(body, 'measles')).toMatchObject({ casesUnder5: 0, cases5AndOver: 1 });
  });

  it('counts one case for one patient, disease and consultation, however many codes name it', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const child = await patientOf(nurse, '2024');
    await consult(nurse, child, { conditions: [{ code: 'B50.9' }, { code: 'B54' }, { code: 'J18.9' }] });
    await consult(nurse, child, { start: '2026-01-05T07:30:00Z', conditions: [{ code: 'B50.9' }] });
    expect(rowOf(await report(nurse, '2026-W02'), 'malaria')?.casesUnder5).toBe(2);
  });

  it('leaves out what was refuted, entered in error or cancelled, and what another code system says', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const child = await patientOf(nurse, '2024');
    await consult(nurse, child, {
      conditions: [
        { code: 'A00.9', verification: 'refuted' },
        { code: 'A00.1', verification: 'entered-in-error' },
        { code: 'http://snomed.info/sct|A00' },
      ],
    });
    await consult(nurse, child, { status: 'entered-in-error', conditions: [{ code: 'A00.9' }] });
    const body = await report(nurse, '2026-W02');
    expect(body.encounters).toBe(1);
    expect(rowOf(body, 'cholera')).toMatchObject({ casesUnder5: 0, cases5AndOver: 0 });
  });

  it('counts in the week when the consultation began, Monday to Sunday', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const child = await patientOf(nurse, '2024');
    await consult(nurse, child, {
      start: '2026-01-04T23:59:59Z',
      conditions: [{ code: 'A37.9', recordedAt: '2026-01-05T00:10:00Z' }],
    });
    await consult(nurse, child, { start: '2026-01-05T00:00:00Z', conditions: [{ code: 'A37.9' }] });
    expect(rowOf(await report(nurse, '2026-W01'), 'pertussis')?.casesUnder5).toBe(1);
    expect(rowOf(await report(nurse, '2026-W02'), 'pertussis')?.casesUnder5).toBe(1);
  });

  it('counts a diagnosis noted outside a consultation by its own date', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await patientOf(nurse, '2024');
    await nurse('POST', '/api/v1/conditions', { body: { patient, code: 'A80.9', recordedAt: '2025-12-31T10:00:00Z' } });
    expect(rowOf(await report(nurse, '2026-W01'), 'acute-flaccid-paralysis')?.casesUnder5).toBe(1);
  });

  it('is of the present week by default and refuses what is no week', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    expect((await nurse('GET', '/api/v1/reports/weekly')).body.week).toBe('2026-W02');
    for (const week of ['2026-W54', '2026-2', '2025-W53']) {
      const { status, body } = await nurse('GET', `/api/v1/reports/weekly?week=${week}`);
      expect([status, body.errors[0].field]).toEqual([422, 'week']);
    }
  });

  it('is recorded once a week, patched where the counts have changed, and not touched where they have not', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const head = await clinic.as('head');
    const week = '2026-W02' as EpiWeek;
    const recorded = () => clinic.store.db.prepare('select id, week, encounters, counts from aggregate_report').all();
    const changes = () => clinic.store.db.prepare('select count(*) from journal where type = 11').pluck().get();
    const child = await patientOf(nurse, '2024');
    await consult(nurse, child, { conditions: [{ code: 'B05.9' }] });
    expect(clinic.reports.record(week)).toMatchObject({ outcome: 'recorded', week, encounters: 1 });
    expect(clinic.reports.record(week).outcome).toBe('unchanged');
    expect(changes()).toBe(1);
    await consult(nurse, child, { conditions: [{ code: 'B05.9' }], outcome: 'died' });
    expect(clinic.reports.record(week).outcome).toBe('corrected');
    expect(clinic.reports.record('2026-W03' as EpiWeek).outcome).toBe('recorded');
    expect([recorded().length, changes()]).toEqual([2, 3]);
    const { items } = (await head('GET', '/api/v1/aggregate-reports')).body;
    expect(items[0]).toMatchObject({ week, encounters: 2 });
    expect(unpackRows(items[0].counts)?.find(({ disease }) => disease === 'measles')).toEqual({
      disease: 'measles',
      casesUnder5: 2,
      cases5AndOver: 0,
      deathsUnder5: 1,
      deaths5AndOver: 0,
    });
  });
});

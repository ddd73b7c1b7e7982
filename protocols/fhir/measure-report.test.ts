import { describe, expect, it } from 'vitest';
import { aggregateReport } from '../records/aggregate-report.ts';
import { consent } from '../records/consent.ts';
import { packRows } from '../surveillance/report-counts.ts';
import { toFhir } from './to-fhir.ts';

const references = { isNameOf: () => false, nameOf: (id: string) => `urn:uuid:${id}` };
const id = '0b5f5b5e-0000-8000-8000-000000000001';

describe('a weekly report as a MeasureReport', () => {
  it('has its week from Monday to Sunday and a group for each disease, zero included', () => {
    const rows = [{ disease: 'measles', casesUnder5: 38, cases5AndOver: 14, deathsUnder5: 3, deaths5AndOver: 1 }];
    const fields = { week: '2026-W47', facility: id, counts: packRows(rows) };
    const { resource } = toFhir({ id, type: aggregateReport, fields }, references);
    expect(resource).toMatchObject({
      resourceType: 'MeasureReport',
      status: 'complete',
      type: 'summary',
      period: { start: '2026-11-16', end: '2026-11-22' },
      reporter: { reference: `urn:uuid:${id}` },
    });
    const groups = resource.group as { code: { text: string }; population: { count: number }[]; stratifier: unknown }[];
    expect(groups).toHaveLength(22);
    const measles = groups.find(({ code }) => code.text === 'Rougeole');
    expect(measles?.population.map(({ count }) => count)).toEqual([52, 4]);
    expect(measles?.stratifier).toMatchObject([
      { stratum: [{ population: [{ count: 38 }, { count: 3 }] }, { population: [{ count: 14 }, { count: 1 }] }] },
    ]);
    expect(groups[0]?.population.map(({ count }) => count)).toEqual([0, 0]);
  });
});

describe('a consent as a Consent', () => {
  it('says whom, what and for how long, and a withdrawn one is inactive', () => {
    const fields = {
      patient: id,
      status: 'withdrawn',
      classes: ['Condition', 'Encounter'],
      purpose: 'TREAT',
      recipient: id,
      from: '2026-01-01',
      until: '2026-12-31',
      capture: 'thumbprint',
      guardian: 'Aminata Guindo',
    };
    expect(toFhir({ id, type: consent, fields }, references).resource).toMatchObject({
      resourceType: 'Consent',
      status: 'inactive',
      patient: { reference: `urn:uuid:${id}` },
      performer: [{ display: 'Aminata Guindo' }],
      provision: {
        type: 'permit',
        period: { start: '2026-01-01', end: '2026-12-31' },
        purpose: [{ code: 'TREAT' }],
        class: [{ code: 'Condition' }, { code: 'Encounter' }],
        actor: [{ role: { coding: [{ code: 'IRCP' }] }, reference: { reference: `urn:uuid:${id}` } }],
      },
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epiWeekBounds, epiWeekOf, parseEpiWeek } from './epi-week.ts';
import { diseasesOf, NOTIFIABLE_DISEASES } from './notifiable-diseases.ts';

describe('epidemiological weeks', () => {
  it.each([
    ['2026-11-22T23:59:59Z', '2026-W47'],
    ['2026-11-23T00:00:00Z', '2026-W48'],
    ['2021-01-03T12:00:00Z', '2020-W53'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2027-01-01T00:00:00Z', '2026-W53'],
  ])('%s falls in %s', (instant, week) => expect(epiWeekOf(Date.parse(instant))).toBe(week));

  it('hold the instants they are made of, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (instant) => {
        const { fromMs, toMs } = epiWeekBounds(epiWeekOf(instant));
        expect(instant >= fromMs && instant < toMs).toBe(true);
        expect(new Date(fromMs).getUTCDay()).toBe(1);
      }),
    );
  });

  it('are refused where the year has none', () => {
    expect(parseEpiWeek('2026-W53')).toBe('2026-W53');
    for (const text of ['2025-W53', '2026-W00', '2026-W60', '2026-47', ''])
      expect(parseEpiWeek(text), text).toBeUndefined();
  });
});

describe('notifiable diseases', () => {
  it('count an ICD-10 code by its beginning, a severe malaria as both', () => {
    expect(diseasesOf('B54')).toEqual(['malaria']);
    expect(diseasesOf('B50.0')).toEqual(['malaria', 'malaria-severe']);
    expect(diseasesOf('J06.9')).toEqual([]);
    expect(diseasesOf('http://snomed.info/sct|61462000')).toEqual([]);
  });

  it('have distinct keys and ICD-10 shapes', () => {
    expect(new Set(NOTIFIABLE_DISEASES.map(({ key }) => key)).size).toBe(NOTIFIABLE_DISEASES.length);
    for (const { icd10 } of NOTIFIABLE_DISEASES) for (const code of icd10) expect(code).toMatch(/^[A-Z]\d\d(\.\d)?$/);
  });
});

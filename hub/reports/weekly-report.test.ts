import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import { describe, expect, it } from 'vitest';
import { weeklyCsv, weeklyReport } from './weekly-report.ts';

const SCOPE = { week: '2026-W47', region: null, isExact: true };
const measles = {
  facility: 'a',
  region: 'Mopti',
  disease: 'measles',
  casesUnder5: 2,
  cases5AndOver: 1,
  deathsUnder5: 1,
  deaths5AndOver: 0,
};

describe('the weekly report of many facilities', () => {
  it('has every disease for a facility that reported, zero included, and no row for one that did not', () => {
    const facilities = [
      { code: 'a', region: 'Mopti', encounters: 4 },
      { code: 'b', region: 'Mopti', encounters: 0 },
    ];
    const report = weeklyReport(SCOPE, facilities, [measles]);
    expect(report).toMatchObject({ facilitiesExpected: 2, facilitiesReporting: 1, encounters: 4 });
    expect(report.rows.map(({ facility, disease }) => [facility, disease])).toEqual(
      NOTIFIABLE_DISEASES.map(({ key }) => ['a', key]),
    );
    expect(report.rows.find(({ disease }) => disease === 'measles')).toMatchObject({
      label: 'Rougeole',
      casesUnder5: 2,
      deathsUnder5: 1,
    });
    expect(report.rows.find(({ disease }) => disease === 'cholera')).toMatchObject({
      casesUnder5: 0,
      cases5AndOver: 0,
    });
  });

  it('hides small counts and their kin from the ministry, the same ones in a region’s part as in the whole', () => {
    const facilities = [
      { code: 'a', region: 'Mopti', encounters: 30 },
      { code: 'b', region: 'Mopti', encounters: 30 },
      { code: 'c', region: 'Ségou', encounters: 40 },
    ];
    const cases = [
      { ...measles, casesUnder5: 12, cases5AndOver: 9 },
      { ...measles, facility: 'b', casesUnder5: 14, cases5AndOver: 11, deathsUnder5: 0 },
      { ...measles, facility: 'c', region: 'Ségou', casesUnder5: 10, cases5AndOver: 8, deathsUnder5: 6 },
    ];
    const whole = weeklyReport({ ...SCOPE, isExact: false }, facilities, cases);
    const ofMeasles = whole.rows.filter(({ disease }) => disease === 'measles');
    expect(ofMeasles.map(({ casesUnder5, cases5AndOver }) => [casesUnder5, cases5AndOver])).toEqual([
      [12, 9],
      [14, 11],
      [10, 8],
    ]);
    expect(ofMeasles.map(({ deathsUnder5, deaths }) => [deathsUnder5, deaths])).not.toContainEqual([1, 1]);
    const hiddenDeaths = whole.totals
      .filter(({ deaths }) => deaths === null)
      .map(({ disease, region }) => [disease, region]);
    // Seven deaths in all could be shown, but for the region with one and so the other with six.
    expect(hiddenDeaths).toEqual([
      ['measles', 'Mopti'],
      ['measles', 'Ségou'],
    ]);
    const mopti = weeklyReport({ ...SCOPE, region: 'Mopti', isExact: false }, facilities, cases);
    expect(mopti.rows).toEqual(whole.rows.filter(({ region }) => region === 'Mopti'));
    expect(mopti.totals).toEqual(whole.totals.filter(({ region }) => region === 'Mopti'));
    expect(mopti).toMatchObject({ facilitiesExpected: 2, encounters: 60, smallestShown: 5 });
    const exact = weeklyReport(SCOPE, facilities, cases).totals.filter(({ disease }) => disease === 'measles');
    expect(exact.map(({ region, deaths }) => [region, deaths])).toEqual([
      ['Mopti', 1],
      ['Ségou', 6],
      [null, 7],
    ]);
  });

  it('quotes in CSV what needs it and disarms what a spreadsheet would run', () => {
    const region = '=cmd()|"x", y';
    const report = weeklyReport(SCOPE, [{ code: 'a', region, encounters: 1 }], [{ ...measles, region }]);
    const line = weeklyCsv(report)
      .split('\r\n')
      .find((text) => text.includes('Rougeole'));
    expect(line).toBe(`2026-W47,"'=cmd()|""x"", y",a,measles,Rougeole,2,1,1,0`);
  });
});

import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import { describe, expect, it } from 'vitest';
import { weeklyCsv, weeklyReport } from './weekly-report.ts';

const SCOPE = { week: '2026-W47', region: null };
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

  it('quotes in CSV what needs it and disarms what a spreadsheet would run', () => {
    const region = '=cmd()|"x", y';
    const report = weeklyReport(SCOPE, [{ code: 'a', region, encounters: 1 }], [{ ...measles, region }]);
    const line = weeklyCsv(report)
      .split('\r\n')
      .find((text) => text.includes('Rougeole'));
    expect(line).toBe(`2026-W47,"'=cmd()|""x"", y",a,measles,Rougeole,2,1,1,0`);
  });
});

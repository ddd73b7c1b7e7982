import { describe, expect, it } from 'vitest';
import { reportWeek, weeklyReportCsv } from './weekly-report.ts';

const SUNDAY = Date.UTC(2026, 10, 22, 23, 59);

describe('the week of a report', () => {
  it('is the one named, in either case', () => {
    expect(reportWeek('2026-W47', 0)).toBe('2026-W47');
    expect(reportWeek('2026-w47', 0)).toBe('2026-W47');
  });

  it('is the last one that is over when none is named', () => {
    expect(reportWeek(undefined, SUNDAY)).toBe('2026-W46');
    expect(reportWeek(undefined, SUNDAY + 60_000)).toBe('2026-W47');
  });

  it('must exist in its year', () => {
    for (const text of ['2026-W54', '2025-W53', '2026-W00', '2026-47', 'W47', '']) {
      expect(() => reportWeek(text, 0), text).toThrow(expect.objectContaining({ code: 'SH-I503' }));
    }
    expect(reportWeek('2026-W53', 0)).toBe('2026-W53');
  });
});

describe('a report as CSV', () => {
  it('quotes what has to be quoted', () => {
    const row = {
      disease: 'malaria',
      label: 'Paludisme, "grave"',
      casesUnder5: 3,
      cases5AndOver: 1,
      deathsUnder5: 0,
      deaths5AndOver: 0,
    };
    expect(weeklyReportCsv({ facility: 'cscom_sangha', week: '2026-W47', encounters: 9, rows: [row] })).toBe(
      'facility,week,disease,label,casesUnder5,cases5AndOver,deathsUnder5,deaths5AndOver\r\n' +
        'cscom_sangha,2026-W47,malaria,"Paludisme, ""grave""",3,1,0,0',
    );
  });
});

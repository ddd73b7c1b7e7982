import type { ConsolidatedReport, ConsolidatedRow } from '@santehaggui/protocols/api/admin-api.ts';
import { NOTIFIABLE_DISEASES } from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import type { CaseCounts, FacilityWeek } from './reports-store.ts';

/**
 * The weekly report of many facilities. Each facility that had any encounter in the week gets a row for every disease, zero
 * included; one that had none gets no row: not having reported is not zero.
 */
export function weeklyReport(
  { week, region }: { readonly week: string; readonly region: string | null },
  facilities: readonly FacilityWeek[],
  cases: readonly CaseCounts[],
): ConsolidatedReport {
  const counted = new Map(cases.map((counts) => [`${counts.facility} ${counts.disease}`, counts]));
  const withCases = new Set(cases.map(({ facility }) => facility));
  const reporting = facilities.filter(({ code, encounters }) => encounters > 0 || withCases.has(code));
  const rows = reporting.flatMap(({ code, region: ofFacility }) =>
    NOTIFIABLE_DISEASES.map(({ key, fr }): ConsolidatedRow => {
      const counts = counted.get(`${code} ${key}`);
      return {
        region: ofFacility,
        facility: code,
        disease: key,
        label: fr,
        casesUnder5: counts?.casesUnder5 ?? 0,
        cases5AndOver: counts?.cases5AndOver ?? 0,
        deathsUnder5: counts?.deathsUnder5 ?? 0,
        deaths5AndOver: counts?.deaths5AndOver ?? 0,
      };
    }),
  );
  return {
    week,
    region,
    facilitiesExpected: facilities.length,
    facilitiesReporting: reporting.length,
    encounters: facilities.reduce((sum, { encounters }) => sum + encounters, 0),
    rows,
  };
}

const COLUMNS: readonly (readonly [heading: string, value: (row: ConsolidatedRow, week: string) => string | number])[] =
  [
    ['semaine', (_row, week) => week],
    ['région', (row) => row.region],
    ['établissement', (row) => row.facility],
    ['code maladie', (row) => row.disease],
    ['maladie', (row) => row.label],
    ['cas moins de 5 ans', (row) => row.casesUnder5],
    ['cas 5 ans et plus', (row) => row.cases5AndOver],
    ['décès moins de 5 ans', (row) => row.deathsUnder5],
    ['décès 5 ans et plus', (row) => row.deaths5AndOver],
  ];

/** The report as CSV (RFC 4180): UTF-8, comma, CRLF, one line of headings. */
export function weeklyCsv(report: ConsolidatedReport): string {
  const lines = [
    COLUMNS.map(([heading]) => heading),
    ...report.rows.map((row) => COLUMNS.map(([, value]) => value(row, report.week))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number): string {
  // A spreadsheet would run a text that begins like a formula.
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

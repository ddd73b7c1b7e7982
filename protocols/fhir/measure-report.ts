import type { NamedFields } from '../records/catalogue.ts';
import { epiWeekBounds, parseEpiWeek } from '../surveillance/epi-week.ts';
import { NOTIFIABLE_DISEASES } from '../surveillance/notifiable-diseases.ts';
import { type DiseaseCounts, unpackRows } from '../surveillance/report-counts.ts';
import type { JsonObject } from './json.ts';

const CODES = 'https://santehaggui.org/codes';
const DAY_MS = 24 * 3600 * 1000;

/** What every weekly report is, of which its record says nothing. */
export const MEASURE_REPORT_MINIMUM: JsonObject = {
  status: 'complete',
  type: 'summary',
  measure: 'https://santehaggui.org/fhir/Measure/weekly-notifiable-diseases',
};

/**
 * Writes into a MeasureReport (FHIR R4) its period, Monday to Sunday, and a group for each notifiable disease: the cases and
 * deaths, and the same by age band. Zero is reported too.
 */
export function writeMeasureReport(resource: JsonObject, { week, counts }: NamedFields): void {
  const epiWeek = parseEpiWeek(String(week));
  if (epiWeek !== undefined) {
    const { fromMs, toMs } = epiWeekBounds(epiWeek);
    resource.period = { start: dayOf(fromMs), end: dayOf(toMs - DAY_MS) };
  }
  const rows = typeof counts === 'string' ? unpackRows(counts) : undefined;
  if (rows === undefined) return;
  const names = new Map(NOTIFIABLE_DISEASES.map(({ key, fr }) => [key, fr]));
  resource.group = rows.map((row) => groupOf(row, names.get(row.disease) ?? row.disease));
}

function groupOf(row: DiseaseCounts & { readonly disease: string }, text: string): JsonObject {
  const { casesUnder5, cases5AndOver, deathsUnder5, deaths5AndOver } = row;
  return {
    code: { coding: [{ system: `${CODES}/notifiable-disease`, code: row.disease }], text },
    population: populations(casesUnder5 + cases5AndOver, deathsUnder5 + deaths5AndOver),
    stratifier: [
      {
        code: [{ coding: [{ system: `${CODES}/stratifier`, code: 'age' }] }],
        stratum: [
          stratumOf('under-5', casesUnder5, deathsUnder5),
          stratumOf('5-and-over', cases5AndOver, deaths5AndOver),
        ],
      },
    ],
  };
}

function stratumOf(ageBand: string, cases: number, deaths: number): JsonObject {
  return {
    value: { coding: [{ system: `${CODES}/age-band`, code: ageBand }] },
    population: populations(cases, deaths),
  };
}

function populations(cases: number, deaths: number): JsonObject[] {
  return Object.entries({ cases, deaths }).map(([code, count]) => ({
    code: { coding: [{ system: `${CODES}/report-count`, code }] },
    count,
  }));
}

function dayOf(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10);
}

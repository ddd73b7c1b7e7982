import type {
  ConsolidatedCounts,
  ConsolidatedReport,
  ConsolidatedRow,
  ConsolidatedTotal,
} from '@santehaggui/protocols/api/admin-api.ts';
import { csvLine } from '@santehaggui/protocols/csv-line.ts';
import {
  NOTIFIABLE_DISEASES,
  type NotifiableDisease,
} from '@santehaggui/protocols/surveillance/notifiable-diseases.ts';
import type { CaseCounts, FacilityWeek } from './reports-store.ts';
import {
  type AgeCounts,
  type CellBounds,
  hideSmallCells,
  type ShownCounts,
  type ShownTable,
  SMALL_CELL_MAX,
  sumCells,
} from './small-cells.ts';

/** What a weekly report tells of. `isExact`: for those who act on each case; others see no small count. */
export type ReportScope = { readonly week: string; readonly region: string | null; readonly isExact: boolean };

type Measure = 'cases' | 'deaths';

/**
 * The weekly report of many facilities. Each facility that had any encounter in the week gets a row for every disease, zero
 * included; one that had none gets no row: not having reported is not zero. What is hidden is settled over all facilities
 * given, also where one region alone is asked for: so two reports of a week never tell more than one.
 */
export function weeklyReport(
  { week, region, isExact }: ReportScope,
  facilities: readonly FacilityWeek[],
  cases: readonly CaseCounts[],
): ConsolidatedReport {
  const withCases = new Set(cases.map(({ facility }) => facility));
  const reporting = facilities.filter(({ code, encounters }) => encounters > 0 || withCases.has(code));
  const groups = [...Map.groupBy(reporting, (facility) => facility.region)];
  const counts = new Counts(groups, cases);
  const shown = new Map(
    NOTIFIABLE_DISEASES.map((disease) => [
      disease.key,
      { cases: counts.shown(disease, 'cases', isExact), deaths: counts.shown(disease, 'deaths', isExact) },
    ]),
  );
  const isAsked = (name: string): boolean => region === null || name === region;
  const rows: ConsolidatedRow[] = groups.flatMap(([name, ofRegion], at) =>
    isAsked(name)
      ? ofRegion.flatMap(({ code }, place) =>
          NOTIFIABLE_DISEASES.map(({ key, fr }) => ({
            ...{ region: name, facility: code, disease: key, label: fr },
            ...countsOf(shown.get(key), (table) => table.regions[at]?.facilities[place]),
          })),
        )
      : [],
  );
  const totals: ConsolidatedTotal[] = NOTIFIABLE_DISEASES.flatMap(({ key, fr }) => [
    ...groups.flatMap(([name], at) =>
      isAsked(name)
        ? [{ region: name, disease: key, label: fr, ...countsOf(shown.get(key), ({ regions }) => regions[at]?.total) }]
        : [],
    ),
    ...(region === null
      ? [{ region: null, disease: key, label: fr, ...countsOf(shown.get(key), ({ total }) => total) }]
      : []),
  ]);
  return {
    week,
    region,
    facilitiesExpected: facilities.filter((facility) => isAsked(facility.region)).length,
    facilitiesReporting: reporting.filter((facility) => isAsked(facility.region)).length,
    encounters: encountersOf(facilities, { region, isExact }),
    smallestShown: isExact ? 1 : SMALL_CELL_MAX + 1,
    rows,
    totals,
  };
}

/** The counts of a week by disease and measure, and what bounds them. */
class Counts {
  readonly #groups: readonly (readonly [string, readonly FacilityWeek[]])[];
  readonly #counted: ReadonlyMap<string, CaseCounts>;

  constructor(groups: readonly (readonly [string, readonly FacilityWeek[]])[], cases: readonly CaseCounts[]) {
    this.#groups = groups;
    this.#counted = new Map(cases.map((counts) => [`${counts.facility} ${counts.disease}`, counts]));
  }

  shown(disease: NotifiableDisease, measure: Measure, isExact: boolean): ShownTable {
    const table = this.#groups.map(([region, facilities]) => ({
      region,
      facilities: facilities.map(({ code }) => this.#of(code, disease.key, measure)),
    }));
    return isExact ? sumCells(table) : hideSmallCells(table, this.#boundsOf(disease, measure));
  }

  /** Deaths are cases, and a case of one disease may always be one of another, as severe malaria is malaria. */
  #boundsOf(disease: NotifiableDisease, measure: Measure): CellBounds {
    const within = NOTIFIABLE_DISEASES.filter((other) => isKindOf(other, disease)).map(({ key }) => key);
    const around = NOTIFIABLE_DISEASES.filter((other) => isKindOf(disease, other)).map(({ key }) => key);
    return (region, facility, age) => {
      const [, facilities] = this.#groups[region] as readonly [string, readonly FacilityWeek[]];
      const { code } = facilities[facility] as FacilityWeek;
      const countAt = (key: string, of: Measure): number => this.#of(code, key, of)[age];
      const less = within.map((key) => countAt(key, measure));
      const more = around.map((key) => countAt(key, measure));
      if (measure === 'cases') less.push(countAt(disease.key, 'deaths'));
      else more.push(countAt(disease.key, 'cases'));
      return { atLeast: Math.max(0, ...less), atMost: Math.min(Number.POSITIVE_INFINITY, ...more) };
    };
  }

  #of(facility: string, disease: string, measure: Measure): AgeCounts {
    const counts = this.#counted.get(`${facility} ${disease}`);
    if (counts === undefined) return [0, 0];
    return measure === 'cases'
      ? [counts.casesUnder5, counts.cases5AndOver]
      : [counts.deathsUnder5, counts.deaths5AndOver];
  }
}

function isKindOf(special: NotifiableDisease, general: NotifiableDisease): boolean {
  if (special === general) return false;
  return special.icd10.every((code) => general.icd10.some((prefix) => code.startsWith(prefix)));
}

function countsOf(
  tables: Readonly<Record<Measure, ShownTable>> | undefined,
  pick: (table: ShownTable) => ShownCounts | undefined,
): ConsolidatedCounts {
  const none: ShownCounts = [0, 0, 0];
  const [casesUnder5, cases5AndOver, cases] = (tables === undefined ? none : pick(tables.cases)) ?? none;
  const [deathsUnder5, deaths5AndOver, deaths] = (tables === undefined ? none : pick(tables.deaths)) ?? none;
  return { casesUnder5, cases5AndOver, deathsUnder5, deaths5AndOver, cases, deaths };
}

/** Encounters of a region or of all, hidden as cases are. */
function encountersOf(
  facilities: readonly FacilityWeek[],
  { region, isExact }: Pick<ReportScope, 'region' | 'isExact'>,
): number | null {
  const groups = [...Map.groupBy(facilities, (facility) => facility.region)];
  const table = groups.map(([name, ofRegion]) => ({
    region: name,
    facilities: ofRegion.map(({ encounters }): AgeCounts => [0, encounters]),
  }));
  const { regions, total } = isExact ? sumCells(table) : hideSmallCells(table);
  if (region === null) return total[2];
  const at = groups.findIndex(([name]) => name === region);
  const found = regions[at];
  return found === undefined ? 0 : found.total[2];
}

/** What stands in CSV for a count that is hidden (« secret statistique »). */
export const HIDDEN_IN_CSV = 's';

type Column = readonly [heading: string, value: (row: ConsolidatedRow, week: string) => string | number | null];

const COLUMNS: readonly Column[] = [
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
  return lines.map((cells) => csvLine(cells.map((cell) => cell ?? HIDDEN_IN_CSV))).join('');
}

import type { DiseaseCounts } from './report-counts.ts';

/** How serious a threshold is that was passed. */
export type AlertLevel = 'warning' | 'epidemic';

/** What a threshold asks of the counts of its weeks; all that is named must be reached. */
export type ThresholdMark = {
  readonly level: AlertLevel;
  readonly cases?: number;
  readonly deaths5AndOver?: number;
  /** Cases a week for 100 000 inhabitants. */
  readonly casesPer100000?: number;
  /** Each of the last two weeks has at least twice the cases of the one before. */
  readonly isDoubling?: true;
};

/** One rule. `marks` are alternatives, the most serious first. */
export type Threshold = {
  /** Stable name. */
  readonly rule: string;
  readonly disease: string;
  /** Whose counts are added up. */
  readonly scope: 'facility' | 'district';
  /** How many weeks are added up, the reported one among them. */
  readonly weeks: number;
  /** For which populations; an unknown one counts as fewer. */
  readonly population?: { readonly from?: number; readonly below?: number };
  readonly marks: readonly ThresholdMark[];
  /** The rule in words, for the alert. */
  readonly fr: string;
};

const BELOW = 30_000;

/** Diseases of which one suspected case is an alert: AFP, tetanus, haemorrhagic fevers … of the package; the rest later practice. */
const ONE_CASE = [
  'acute-flaccid-paralysis',
  'yellow-fever',
  'neonatal-tetanus',
  'tetanus',
  'viral-haemorrhagic-fever',
  'diphtheria',
  'pertussis',
  'bloody-diarrhoea',
  'dengue',
  'rabies',
  'anthrax',
  'avian-influenza',
  'mpox',
  'dracunculiasis',
  'maternal-death',
] as const;

/**
 * The thresholds, after the WHO's DHIS2 package IDS_AGG (`docs/ids_agg-design.md`) as its table words them, not as its
 * predictors compute them: those take "more than 5" for "5". Counts are of suspected cases. Malaria has none here: its epidemic
 * channel needs years of history.
 */
export const THRESHOLDS: readonly Threshold[] = [
  {
    rule: 'measles-district-30-days',
    disease: 'measles',
    scope: 'district',
    weeks: 4,
    marks: [{ level: 'warning', cases: 5 }],
    fr: '5 cas suspects dans le district en 4 semaines',
  },
  {
    rule: 'meningitis-small-area',
    disease: 'meningitis',
    scope: 'facility',
    weeks: 1,
    population: { below: BELOW },
    marks: [
      { level: 'epidemic', cases: 5 },
      { level: 'epidemic', cases: 2, isDoubling: true },
      { level: 'warning', cases: 2 },
    ],
    fr: 'moins de 30 000 habitants : alerte à 2 cas par semaine, épidémie à 5 ou si les cas doublent trois semaines de suite',
  },
  {
    rule: 'meningitis-large-area',
    disease: 'meningitis',
    scope: 'facility',
    weeks: 1,
    population: { from: BELOW },
    marks: [
      { level: 'epidemic', casesPer100000: 10 },
      { level: 'warning', casesPer100000: 3, cases: 2 },
    ],
    fr: '30 000 habitants ou plus : alerte à 3 cas pour 100 000 par semaine (2 cas au moins), épidémie à 10',
  },
  {
    rule: 'cholera',
    disease: 'cholera',
    scope: 'facility',
    weeks: 1,
    marks: [
      { level: 'warning', cases: 2 },
      { level: 'warning', deaths5AndOver: 1 },
    ],
    fr: '2 cas suspects liés, ou un décès à 5 ans et plus',
  },
  ...ONE_CASE.map(
    (disease): Threshold => ({
      rule: `one-case-${disease}`,
      disease,
      scope: 'facility',
      weeks: 1,
      marks: [{ level: 'warning', cases: 1 }],
      fr: 'un seul cas suspect',
    }),
  ),
];

/** Whether a rule is one for a place of so many inhabitants. */
export function appliesTo({ population: range }: Threshold, population: number | undefined): boolean {
  const inhabitants = population ?? 0;
  return inhabitants >= (range?.from ?? 0) && inhabitants < (range?.below ?? Number.POSITIVE_INFINITY);
}

/** The most serious mark that the counts of successive weeks, the reported one last, reach; undefined when they reach none. */
export function markReached(
  { marks, weeks }: Threshold,
  counts: readonly DiseaseCounts[],
  population: number | undefined,
): ThresholdMark | undefined {
  const cases = counts.map(({ casesUnder5, cases5AndOver }) => casesUnder5 + cases5AndOver);
  const total = cases.slice(-weeks).reduce((sum, count) => sum + count, 0);
  const deaths = counts.slice(-weeks).reduce((sum, { deaths5AndOver }) => sum + deaths5AndOver, 0);
  return marks.find(
    (mark) =>
      total >= (mark.cases ?? 0) &&
      deaths >= (mark.deaths5AndOver ?? 0) &&
      // One division less: a rate of exactly the mark reaches it.
      (mark.casesPer100000 === undefined || total * 100_000 >= mark.casesPer100000 * (population ?? 0)) &&
      (mark.isDoubling !== true || isDoubling(cases)),
  );
}

function isDoubling(cases: readonly number[]): boolean {
  const [first = 0, second = 0, third = 0] = cases.slice(-3);
  return first >= 1 && second >= 2 * first && third >= 2 * second;
}

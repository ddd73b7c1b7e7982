import type { Bilingual } from '../bilingual.ts';
import type { NamedFields } from './catalogue.ts';

/** Two fields of one record that cannot both be true. Only the impossible is a rule: what is merely odd is taken as it is. */
export type ConsistencyRule = {
  /** The record type's name. */
  readonly record: string;
  /** The field that has to be less (or, of moments, not after the other). */
  readonly less: string;
  /** The field that is blamed. */
  readonly than: string;
  /** Whether equal values break it too. */
  readonly isStrict: boolean;
  /** By how much it may be broken all the same: the clocks of two facilities differ. */
  readonly toleranceMs: number;
  readonly message: Bilingual;
};

const DAY_MS = 24 * 3600_000;

const order = (
  record: string,
  [less, than]: readonly [string, string],
  [fr, en]: readonly [string, string],
  more: Partial<Pick<ConsistencyRule, 'isStrict' | 'toleranceMs'>> = {},
): ConsistencyRule => ({ record, less, than, isStrict: false, toleranceMs: 0, ...more, message: { fr, en } });

const pressure = (record: string): ConsistencyRule =>
  order(
    record,
    ['diastolic', 'systolic'],
    ['la tension diastolique n’est pas sous la systolique', 'the diastolic pressure is not below the systolic'],
    { isStrict: true },
  );

/** One after the other at two places, each by its own clock. */
const step = (less: string, than: string, fr: string, en: string): ConsistencyRule =>
  order('referral', [less, than], [fr, en], { toleranceMs: DAY_MS });

/** The rules between the fields of one record, which entry and changes at a node are held to (ASVS 5.0, 2.1.2 and 2.2.3). */
export const CONSISTENCY_RULES: readonly ConsistencyRule[] = [
  order('encounter', ['start', 'end'], ['la fin précède le début', 'the end is before the start']),
  order('consent', ['from', 'until'], ['la fin précède le début', 'the end is before the start']),
  pressure('observation'),
  pressure('referral'),
  step('decidedAt', 'departedAt', 'le départ précède la décision', 'the departure is before the decision'),
  step('decidedAt', 'arrivedAt', 'l’arrivée précède la décision', 'the arrival is before the decision'),
  step('departedAt', 'arrivedAt', 'l’arrivée précède le départ', 'the arrival is before the departure'),
  step('arrivedAt', 'closedAt', 'la contre-référence précède l’arrivée', 'the counter-referral is before the arrival'),
];

/** The rules that the fields of a record break, as stored; only those that speak of one of the `written` fields. */
export function brokenRules(
  record: string,
  fields: NamedFields,
  written: readonly string[],
): readonly ConsistencyRule[] {
  return CONSISTENCY_RULES.filter((rule) => {
    if (rule.record !== record || !(written.includes(rule.less) || written.includes(rule.than))) return false;
    const [low, high] = [lowestOf(fields[rule.less]), highestOf(fields[rule.than])];
    if (low === undefined || high === undefined) return false;
    return rule.isStrict ? low >= high : low > high + rule.toleranceMs;
  });
}

/** The number that a value stands for; of a date the first moment that it may mean. */
function lowestOf(value: NamedFields[string] | null | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const date = dateParts(value);
  return date === undefined ? numberOf(value) : Date.UTC(date.year, date.month ?? 0, date.day ?? 1);
}

/** The same; of a date the last moment that it may mean. */
function highestOf(value: NamedFields[string] | null | undefined): number | undefined {
  const date = typeof value === 'string' ? dateParts(value) : undefined;
  if (date === undefined) return lowestOf(value);
  const { year, month, day } = date;
  if (month === undefined) return Date.UTC(year + 1, 0, 1) - 1;
  return (day === undefined ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day + 1)) - 1;
}

type DateParts = { readonly year: number; readonly month?: number; readonly day?: number };

function dateParts(text: string): DateParts | undefined {
  const [, year, month, day, rest] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(~?)$/.exec(text) ?? [];
  if (year === undefined || rest === undefined) return undefined;
  return {
    year: Number(year),
    ...(month === undefined ? {} : { month: Number(month) - 1 }),
    ...(day === undefined ? {} : { day: Number(day) }),
  };
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { brokenRules } from '@santehaggui/protocols/records/consistency.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { EnteredFields } from './references.ts';

const DAY_MS = 24 * 3600_000;
const LONGEST_LIFE_MS = 130 * 366 * DAY_MS;
/** An appointment, and the end of a consent, are in the future by their nature. */
export const MAY_BE_FUTURE: readonly string[] = ['followUpOn', 'until'];
/** Instants at which the patient was cared for: none is before birth. */
export const CARE_INSTANTS: readonly string[] = [
  ...['start', 'effective', 'recordedAt', 'authoredOn', 'occurrence', 'decidedAt', 'deceasedAt'],
];

/** What is said of a date that cannot be true. */
export const MOMENT_RULES = {
  future: { fr: 'cette date est dans le futur', en: 'this date is in the future' },
  tooOld: { fr: 'cette date est trop ancienne', en: 'this date is too long ago' },
  beforeBirth: { fr: 'cette date précède la naissance du patient', en: 'this date is before the patient’s birth' },
} as const;

/** What an entry is judged by. */
export type SanityContext = {
  readonly nowMs: number;
  /** Of the patient concerned, as stored. */
  readonly birthDate: string | undefined;
  /** The fields that this request writes; others are not blamed. */
  readonly written: readonly string[];
};

/**
 * What cannot be true of the fields, by field. Only the impossible is refused (the future beyond a clock's error of a day,
 * care before birth, and what {@link brokenRules} tells); what is merely incomplete or odd is taken as it is.
 */
export function sanityProblems(
  type: RecordType,
  fields: EnteredFields,
  { nowMs, birthDate, written }: SanityContext,
): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const born = birthDate === undefined || birthDate.endsWith('~') ? undefined : firstMomentOf(birthDate);
  for (const name of written) {
    const value = fields[name];
    const kind = type.fields[name]?.kind;
    if (value === null || value === undefined || (kind !== 'instant' && kind !== 'date')) continue;
    const atMs = kind === 'instant' ? Number(value) : firstMomentOf(String(value));
    if (atMs > nowMs + DAY_MS && !MAY_BE_FUTURE.includes(name)) {
      problems.push({ field: name, message: MOMENT_RULES.future });
    } else if (atMs < nowMs - LONGEST_LIFE_MS) {
      problems.push({ field: name, message: MOMENT_RULES.tooOld });
    } else if (born !== undefined && CARE_INSTANTS.includes(name) && atMs < born) {
      problems.push({ field: name, message: MOMENT_RULES.beforeBirth });
    }
  }
  const broken = brokenRules(type.name, fields as NamedFields, written);
  return [...problems, ...broken.map(({ than, message }) => ({ field: than, message }))];
}

/** The first moment (ms since 1970) that a date as `FieldKind` describes it may mean. */
export function firstMomentOf(date: string): number {
  const [year = '0', month = '1', day = '1'] = date.replace('~', '').split('-');
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

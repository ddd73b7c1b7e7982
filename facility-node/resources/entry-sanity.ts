import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { EnteredFields } from './references.ts';

const DAY_MS = 24 * 3600_000;
const LONGEST_LIFE_MS = 130 * 366 * DAY_MS;
/** An appointment, and the end of a consent, are in the future by their nature. */
const MAY_BE_FUTURE = ['followUpOn', 'until'];
/** Instants at which the patient was cared for: none is before birth. */
const CARE_INSTANTS = ['start', 'effective', 'recordedAt', 'authoredOn', 'occurrence', 'decidedAt', 'deceasedAt'];

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
 * care before birth, an end before its start); what is merely incomplete or odd is taken as it is.
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
      problems.push({ field: name, message: { fr: 'cette date est dans le futur', en: 'this date is in the future' } });
    } else if (atMs < nowMs - LONGEST_LIFE_MS) {
      problems.push({ field: name, message: { fr: 'cette date est trop ancienne', en: 'this date is too long ago' } });
    } else if (born !== undefined && CARE_INSTANTS.includes(name) && atMs < born) {
      problems.push({
        field: name,
        message: { fr: 'cette date précède la naissance du patient', en: 'this date is before the patient’s birth' },
      });
    }
  }
  const { start, end } = fields;
  const isPeriodWritten = written.includes('start') || written.includes('end');
  if (isPeriodWritten && typeof start === 'number' && typeof end === 'number' && end < start) {
    problems.push({ field: 'end', message: { fr: 'la fin précède le début', en: 'the end is before the start' } });
  }
  return problems;
}

/** The first moment (ms since 1970) that a date as `FieldKind` describes it may mean. */
export function firstMomentOf(date: string): number {
  const [year = '0', month = '1', day = '1'] = date.replace('~', '').split('-');
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

import type { FieldValue } from '../records/record-type.ts';

/** The day of a moment (ms since 1970), in UTC, which is Mali's time: `2026-11-26`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Whether a first day, which may be a year or a month alone and then begins with its first day, is here. */
export function hasBegun(from: FieldValue | undefined, today: string): boolean {
  return typeof from !== 'string' || bare(from) <= today.slice(0, bare(from).length);
}

/** Whether a last day, which may be a year or a month alone and then ends with its last day, is over. */
export function hasEnded(until: FieldValue | undefined, today: string): boolean {
  return typeof until === 'string' && bare(until) < today.slice(0, bare(until).length);
}

/** The day so many years after a date of the catalogue, and so many days; undefined for what is no date. */
export function addYears(date: string, years: number, days: number): string | undefined {
  const [year, month = '01', day = '01'] = bare(date).split('-');
  const at = Date.UTC(Number(year) + years, Number(month) - 1, Number(day) + days);
  return Number.isFinite(at) ? dayOf(at) : undefined;
}

function bare(date: string): string {
  return date.replace('~', '');
}

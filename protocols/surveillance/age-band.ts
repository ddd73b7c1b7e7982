/**
 * Whether a patient born on a date (as `FieldKind` describes it) was under five at an instant (ms since 1970). A year alone
 * counts as 1 July and a month as the 15th, the middle; an unknown date counts as five and over, as the paper register does
 * with a line without an age.
 */
export function isUnderFive(birthDate: string | null, atMs: number): boolean {
  if (birthDate === null) return false;
  const [year, month, day] = birthDate.replace('~', '').split('-').map(Number);
  if (year === undefined || Number.isNaN(year)) return false;
  const born = { year, month: month ?? 7, day: day ?? (month === undefined ? 1 : 15) };
  return atMs < Date.UTC(born.year + 5, born.month - 1, born.day);
}

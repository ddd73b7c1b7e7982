/**
 * Whether a patient born on a date (as `FieldKind` describes it) was under five at an instant (ms since 1970). A year alone
 * counts as 1 July and a month as the 15th, the middle; an unknown date counts as five and over. The facilities' own reports
 * count the same way, so that the sums agree.
 */
export function isUnderFive(birthDate: string | null, atMs: number): boolean {
  if (birthDate === null) return false;
  const [year, month, day] = birthDate.replace('~', '').split('-').map(Number);
  if (year === undefined || Number.isNaN(year)) return false;
  return atMs < Date.UTC(year + 5, (month ?? 7) - 1, day ?? (month === undefined ? 1 : 15));
}

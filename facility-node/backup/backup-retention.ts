const DAY_MS = 24 * 3600_000;
const WEEK_MS = 7 * DAY_MS;

/** How long backups are kept: the last one of each of so many days, and of each of so many weeks, that have any. */
export type Retention = { readonly days: number; readonly weeks: number };

/**
 * Which of some backups (by the time each was made, any order) are no longer kept. Days and weeks without a backup do not count: a
 * node that was off for a month, or a clock that jumped ahead once, throws nothing away. The youngest always stays.
 */
export function supersededBackups<Backup extends { readonly createdAt: number }>(
  backups: readonly Backup[],
  { days, weeks }: Retention,
): readonly Backup[] {
  const youngestFirst = [...backups].sort((left, right) => right.createdAt - left.createdAt);
  const kept = new Set([
    ...youngestFirst.slice(0, 1),
    ...lastOfEach(youngestFirst, DAY_MS, days),
    ...lastOfEach(youngestFirst, WEEK_MS, weeks),
  ]);
  return youngestFirst.filter((backup) => !kept.has(backup));
}

function lastOfEach<Backup extends { readonly createdAt: number }>(
  youngestFirst: readonly Backup[],
  spanMs: number,
  count: number,
): readonly Backup[] {
  const last = new Map<number, Backup>();
  for (const backup of youngestFirst) {
    const span = Math.floor(backup.createdAt / spanMs);
    if (!last.has(span)) last.set(span, backup);
  }
  return [...last.values()].slice(0, count);
}

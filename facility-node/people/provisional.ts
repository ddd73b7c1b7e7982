/** Who was away for a long weekend can still begin. */
export const PROVISIONAL_MS = 72 * 3600_000;
/** Clocks of two facilities may differ by a day, of one that a guest's password comes from. */
const TOLERANCE_MS = 24 * 3600_000;

/** Whether the time of a provisional password is over; so it is where the clock was set back since: that must not lengthen it. */
export function isProvisionalOver(untilMs: number, nowMs: number): boolean {
  return untilMs <= nowMs || untilMs - nowMs > PROVISIONAL_MS + TOLERANCE_MS;
}

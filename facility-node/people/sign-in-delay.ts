/** The first wrong password in a row that costs a wait. */
const FIRST_THAT_WAITS = 4;
const LONGEST_DELAY_MS = 5 * 60_000;

/**
 * How long (ms) a login is not tried again from an address after so many failures in a row: nothing at first, then 1 s,
 * 2 s, 4 s … 5 minutes. Nobody is shut out for good: a colleague who types wrong passwords on purpose must not be able
 * to keep a clinician from the records.
 */
export function signInDelayMs(failures: number): number {
  if (failures < FIRST_THAT_WAITS) return 0;
  return Math.min(1000 * 2 ** (failures - FIRST_THAT_WAITS), LONGEST_DELAY_MS);
}

/** What is left (ms) of a wait; a clock that was set back cannot make it longer than the longest. */
export function remainingDelayMs(blockedUntil: number, nowMs: number): number {
  const left = blockedUntil - nowMs;
  return left > 0 && left <= LONGEST_DELAY_MS ? left : 0;
}

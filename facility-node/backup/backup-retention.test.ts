import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supersededBackups } from './backup-retention.ts';

const DAY_MS = 24 * 3600_000;
const RETENTION = { days: 7, weeks: 4 };
const onDays = (...days: readonly number[]) => days.map((day) => ({ createdAt: day * DAY_MS }));

/** What is left when backups are made one after the other and thinned out after each. */
const leftAfter = (times: readonly number[]): readonly number[] => {
  let held: readonly { readonly createdAt: number }[] = [];
  for (const createdAt of times) {
    const all = [...held, { createdAt }];
    const gone = new Set(supersededBackups(all, RETENTION));
    held = all.filter((backup) => !gone.has(backup));
  }
  return held.map(({ createdAt }) => createdAt);
};

describe('supersededBackups', () => {
  it('keeps, made every night, the last seven and the last of each week', () => {
    const nights = Array.from({ length: 70 }, (_, night) => night * DAY_MS);
    expect(leftAfter(nights).map((time) => time / DAY_MS)).toEqual([48, 55, 62, 63, 64, 65, 66, 67, 68, 69]);
  });

  it('keeps the youngest of a day, and the youngest of all however old', () => {
    expect(supersededBackups(onDays(5.1, 5.4, 3), RETENTION)).toEqual(onDays(5.1));
    expect(supersededBackups(onDays(1, 2), { days: 0, weeks: 0 })).toEqual(onDays(1));
    expect(supersededBackups([], RETENTION)).toEqual([]);
  });

  it('throws nothing away for the time that a node was off', () => {
    expect(leftAfter([0, 1, 2, 400, 401].map((day) => day * DAY_MS))).toHaveLength(5);
  });

  it('never keeps more than so many, whenever they are made', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 40, noNaN: true }), { maxLength: 80 }), (gaps) => {
        const times: number[] = [];
        for (const gap of gaps) times.push((times.at(-1) ?? 0) + gap * DAY_MS);
        const left = leftAfter(times);
        expect(left.length).toBeLessThanOrEqual(RETENTION.days + RETENTION.weeks);
        expect(left.at(-1)).toBe(times.at(-1));
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRange,
  countOf,
  coversRange,
  intersectRanges,
  NO_RANGES,
  rangesOf,
  subtractRanges,
  uniteRanges,
} from './ranges.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 });
const sorted = (set: Iterable<number>): readonly number[] => [...set].sort((a, b) => a - b);
const members = (ranges: ReturnType<typeof rangesOf>): readonly number[] =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

describe('ranges', () => {
  it('are sets of numbers: union, difference and intersection are those of the sets', () => {
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const [a, b] = [rangesOf(left), rangesOf(right)];
        expect(members(uniteRanges(a, b))).toEqual(sorted(new Set([...left, ...right])));
        expect(members(subtractRanges(a, b))).toEqual(sorted(left.filter((number) => !right.includes(number))));
        expect(members(intersectRanges(a, b))).toEqual(sorted(left.filter((number) => right.includes(number))));
        expect(countOf(a)).toBe(left.length);
        expect(uniteRanges(a, b)).toEqual(rangesOf([...left, ...right]));
      }),
    );
  });

  it('join where they touch, and cover what lies whole in one of them', () => {
    expect(
      addRange(
        [
          { from: 1, to: 3 },
          { from: 7, to: 9 },
        ],
        { from: 4, to: 6 },
      ),
    ).toEqual([{ from: 1, to: 9 }]);
    expect(addRange(NO_RANGES, { from: 5, to: 4 })).toEqual([]);
    expect(coversRange([{ from: 2, to: 5 }], { from: 3, to: 5 })).toBe(true);
    expect(coversRange([{ from: 2, to: 5 }], { from: 5, to: 6 })).toBe(false);
  });
});

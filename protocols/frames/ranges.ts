/** Consecutive numbers, both ends included: sequences of a journal or positions of a feed. */
export type Range = { readonly from: number; readonly to: number };

/** Ranges that rise, touch nowhere and overlap nowhere: what {@link addRange} makes. */
export type Ranges = readonly Range[];

/** No numbers at all. */
export const NO_RANGES: Ranges = [];

/** The numbers of `ranges` and of one more range, which may overlap or touch any of them. */
export function addRange(ranges: Ranges, { from, to }: Range): Ranges {
  if (to < from) return ranges;
  const before = ranges.filter((range) => range.to < from - 1);
  const after = ranges.filter((range) => range.from > to + 1);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const joined = { from: Math.min(from, touching[0]?.from ?? from), to: Math.max(to, touching.at(-1)?.to ?? to) };
  return [...before, joined, ...after];
}

/** The numbers of both. */
export function uniteRanges(left: Ranges, right: Ranges): Ranges {
  return right.reduce(addRange, left);
}

/** The numbers of `ranges` that are not in `taken`. */
export function subtractRanges(ranges: Ranges, taken: Ranges): Ranges {
  let rest = ranges;
  for (const { from, to } of taken) {
    rest = rest.flatMap((range) => [
      ...(range.from < from ? [{ from: range.from, to: Math.min(range.to, from - 1) }] : []),
      ...(range.to > to ? [{ from: Math.max(range.from, to + 1), to: range.to }] : []),
    ]);
  }
  return rest;
}

/** The numbers that both have. */
export function intersectRanges(left: Ranges, right: Ranges): Ranges {
  return subtractRanges(left, subtractRanges(left, right));
}

/** Whether every number of a range is among `ranges`. */
export function coversRange(ranges: Ranges, { from, to }: Range): boolean {
  return ranges.some((range) => range.from <= from && range.to >= to);
}

/** How many numbers there are. */
export function countOf(ranges: Ranges): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** The ranges of numbers in any order. */
export function rangesOf(numbers: Iterable<number>): Ranges {
  const ranges: { from: number; to: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last.to + 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  return ranges;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgeCounts, hideSmallCells, type RegionCounts, type ShownCounts, type ShownTable } from './small-cells.ts';

function nation(...regions: readonly (readonly AgeCounts[])[]): readonly RegionCounts[] {
  return regions.map((facilities, index) => ({ region: `r${index}`, facilities }));
}

/** Every table of counts that shows the same figures, hidden counts being at most one off: what a reader could have found. */
function* tablesLike(regions: readonly RegionCounts[], shown: ShownTable): Generator<readonly RegionCounts[]> {
  const cells = regions.flatMap(({ facilities }, region) =>
    facilities.flatMap((_, facility) => [0, 1].map((age) => ({ region, facility, age }))),
  );
  const guess = regions.map(({ facilities }) => facilities.map((): [number, number] => [0, 0]));
  function* from(index: number): Generator<readonly RegionCounts[]> {
    const cell = cells[index];
    if (cell === undefined) {
      const found = guess.map((facilities, region) => ({
        region: `r${region}`,
        facilities: facilities.map(([a, b]): AgeCounts => [a, b]),
      }));
      if (agrees(found, shown)) yield found;
      return;
    }
    const { region, facility, age } = cell;
    const known = shown.regions[region]?.facilities[facility]?.[age] ?? null;
    const own = regions[region]?.facilities[facility]?.[age] ?? 0;
    for (let value = known ?? Math.max(0, own - 1); value <= (known ?? own + 1); value++) {
      (guess[region]?.[facility] as [number, number])[age] = value;
      yield* from(index + 1);
    }
  }
  yield* from(0);
}

function sums(counts: readonly AgeCounts[]): ShownCounts {
  const under5 = counts.reduce((sum, [a]) => sum + a, 0);
  const from5 = counts.reduce((sum, [, b]) => sum + b, 0);
  return [under5, from5, under5 + from5];
}

function figures(regions: readonly RegionCounts[]): readonly number[] {
  return [
    ...regions.flatMap(({ facilities }) => [...facilities.map((one) => [one]), facilities]),
    regions.flatMap(({ facilities }) => facilities),
  ].flatMap((counts) => sums(counts) as readonly number[]);
}

function shownFigures(shown: ShownTable): readonly (number | null)[] {
  return [...shown.regions.flatMap(({ facilities, total }) => [...facilities, total]), shown.total].flat();
}

function agrees(regions: readonly RegionCounts[], shown: ShownTable): boolean {
  const own = figures(regions);
  return shownFigures(shown).every((figure, index) => figure === null || figure === own[index]);
}

const someNation = fc
  .array(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 3 }),
    {
      minLength: 1,
      maxLength: 2,
    },
  )
  .filter((regions) => regions.flat().length <= 3)
  .map((regions) => nation(...regions));

describe('small cells', () => {
  it('are hidden from 1 to 4, zero and five and more shown where nothing needs them', () => {
    const counts = nation(
      [
        [0, 0],
        [9, 6],
        [20, 7],
      ],
      [
        [30, 12],
        [8, 0],
      ],
    );
    expect(shownFigures(hideSmallCells(counts))).toEqual(figures(counts));
    const [one] = hideSmallCells(
      nation([
        [3, 20],
        [9, 6],
        [8, 7],
      ]),
    ).regions;
    expect(one?.facilities[0]?.[0]).toBeNull();
    expect(one?.total).toEqual([20, 33, 53]);
  });

  it('take others along, by row and by column, so that no sum gives them away', () => {
    const [one] = hideSmallCells(
      nation([
        [3, 20],
        [9, 6],
        [8, 7],
      ]),
    ).regions;
    expect(one?.facilities).toEqual([
      [null, null, 23],
      [null, null, 15],
      [8, 7, 15],
    ]);
  });

  it('are hidden in sums too', () => {
    const { total, regions } = hideSmallCells(nation([[1, 0]], [[0, 0]]));
    expect(total).toEqual([null, 0, null]);
    expect(regions[0]?.total).toEqual([null, 0, null]);
  });

  it('can be computed by no reader: of every hidden figure another value is possible', () => {
    fc.assert(
      fc.property(someNation, (counts) => {
        const shown = hideSmallCells(counts);
        const own = figures(counts);
        const hidden = shownFigures(shown).flatMap((figure, index) => (figure === null ? [index] : []));
        const open = new Set(hidden);
        expect(
          own.flatMap((value, index) => (value > 0 && value <= 4 ? [index] : [])).filter((at) => !open.has(at)),
        ).toEqual([]);
        if (open.size === 0) return;
        for (const other of tablesLike(counts, shown)) {
          const values = figures(other);
          for (const index of [...open]) if (values[index] !== own[index]) open.delete(index);
          if (open.size === 0) return;
        }
        expect([...open]).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('stay possible under what else is known: there are no more deaths than cases', () => {
    const deathsOf = (casesUnder5: readonly number[]) =>
      hideSmallCells(
        nation([
          [2, 30],
          [6, 30],
          [0, 30],
        ]),
        (_region, facility, age) => ({
          atLeast: 0,
          atMost: age === 0 ? (casesUnder5[facility] ?? 0) : 30,
        }),
      ).regions[0]?.facilities;
    // One case less in the first, one more in the third.
    expect(deathsOf([9, 9, 9])).toEqual([
      [null, 30, null],
      [6, 30, 36],
      [null, 30, null],
    ]);
    // The third had no case under five, so nobody would believe a death there.
    expect(deathsOf([9, 9, 0])).toEqual([
      [null, 30, null],
      [null, 30, null],
      [0, 30, 30],
    ]);
  });

  it('are found in a nation of 1,700 facilities with all their sums right', () => {
    const regions = nation(
      ...Array.from({ length: 17 }, (_, region) =>
        Array.from({ length: 100 }, (__, place): AgeCounts => [(place * 7 + region) % 13, (place * 5 + region) % 17]),
      ),
    );
    const shown = hideSmallCells(regions);
    expect(agrees(regions, shown)).toBe(true);
    expect(shown.total).toEqual(figures(regions).slice(-3));
    const left = shownFigures(shown).filter((figure) => figure !== null && figure > 0 && figure <= 4);
    expect(left).toEqual([]);
  });
});

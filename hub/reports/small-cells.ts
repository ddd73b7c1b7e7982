/** Counts from 1 up to this are hidden: so few people can be recognised. */
export const SMALL_CELL_MAX = 4;

/** What is counted of one facility: under five years, and from five on. */
export type AgeCounts = readonly [under5: number, from5: number];

/** The counts of one thing at every facility of every region; each list has its facilities in the same order. */
export type RegionCounts = { readonly region: string; readonly facilities: readonly AgeCounts[] };

/** Under five, from five on, and both together; null is hidden. */
export type ShownCounts = readonly [under5: number | null, from5: number | null, all: number | null];

/** What may be shown: facilities in the order given, the sums of regions, and the sum of all. */
export type ShownTable = {
  readonly regions: readonly { readonly facilities: readonly ShownCounts[]; readonly total: ShownCounts }[];
  readonly total: ShownCounts;
};

/**
 * What else is known of a cell: it counts at least `atLeast` (deaths are cases) and at most `atMost`. The reader may use
 * this, so a figure is hidden well only if another one would be possible under it too.
 */
export type CellBounds = (
  region: number,
  facility: number,
  age: 0 | 1,
) => { readonly atLeast: number; readonly atMost: number };

type Column = 0 | 1 | 2;

/** A case that one facility has more or fewer, as it changes two of its three figures. */
type Shift = { readonly columns: readonly [Column, Column]; readonly by: readonly [1 | -1, 1 | -1] };

// From one age to the other, the sum as it was; or a case more or fewer of one age, and in the sum.
const SHIFTS: readonly Shift[] = ([1, -1] as const).flatMap((by): Shift[] => [
  { columns: [0, 1], by: [by, -by as 1 | -1] },
  { columns: [0, 2], by: [by, by] },
  { columns: [1, 2], by: [by, by] },
]);

/**
 * Hides every count from 1 to 4, sums included, and as many others as it takes that none of the hidden can be computed from
 * what is shown: for each of them there is another table of counts with the same figures shown, in which it is another
 * number. Zero is shown: that nothing was seen is news.
 *
 * Each such other table is the true one with one case moved: from one facility (or age) to another of the same region, of
 * another region, or of nowhere, which changes a handful of figures by one. These figures are hidden together, so what
 * protects one protects all; the cheapest set is taken, sums being dearest.
 */
export function hideSmallCells(regions: readonly RegionCounts[], bounds: CellBounds = NO_BOUNDS): ShownTable {
  const table = new CountTable(regions, bounds);
  const small = table.small();
  for (const cell of small) table.hide(cell);
  const safe = new Set<number>();
  for (const cell of small) {
    if (safe.has(cell)) continue;
    const moved = table.cheapestMove(cell);
    // With nothing to move (no other table exists) nothing at all is shown.
    if (moved === undefined) return table.shown(true);
    for (const one of moved) {
      table.hide(one);
      safe.add(one);
    }
  }
  return table.shown(false);
}

/** The same table with nothing hidden, for those who act on each case. */
export function sumCells(regions: readonly RegionCounts[]): ShownTable {
  return new CountTable(regions, NO_BOUNDS).shown(false);
}

const NO_BOUNDS: CellBounds = () => ({ atLeast: 0, atMost: Number.POSITIVE_INFINITY });

type Line = { readonly region: number; readonly facility: number };
type Move = { readonly cells: readonly number[]; readonly cost: number };

/** Figures in lines of three: those of the facilities, then those of the regions, then those of all. */
class CountTable {
  readonly #regions: readonly RegionCounts[];
  readonly #bounds: CellBounds;
  readonly #facilities: readonly Line[];
  readonly #firstOf: readonly number[];
  readonly #values: number[] = [];
  readonly #isHidden: boolean[] = [];

  constructor(regions: readonly RegionCounts[], bounds: CellBounds) {
    this.#regions = regions;
    this.#bounds = bounds;
    this.#facilities = regions.flatMap(({ facilities }, region) =>
      facilities.map((_, facility) => ({ region, facility })),
    );
    this.#firstOf = regions.map((_, region) => this.#facilities.findIndex((line) => line.region === region));
    const all = regions.flatMap(({ facilities }) => facilities);
    for (const counts of [...all.map((one) => [one]), ...regions.map(({ facilities }) => facilities), all]) {
      const under5 = counts.reduce((sum, [value]) => sum + value, 0);
      const from5 = counts.reduce((sum, [, value]) => sum + value, 0);
      this.#values.push(under5, from5, under5 + from5);
    }
  }

  small(): readonly number[] {
    return this.#values.flatMap((value, cell) => (value > 0 && value <= SMALL_CELL_MAX ? [cell] : []));
  }

  hide(cell: number): void {
    this.#isHidden[cell] = true;
  }

  shown(isNothing: boolean): ShownTable {
    const figure = (cell: number): number | null =>
      isNothing || this.#isHidden[cell] === true ? null : (this.#values[cell] as number);
    const line = (at: number): ShownCounts => [figure(3 * at), figure(3 * at + 1), figure(3 * at + 2)];
    return {
      regions: this.#regions.map(({ facilities }, region) => ({
        facilities: facilities.map((_, facility) => line((this.#firstOf[region] as number) + facility)),
        total: line(this.#lineOfRegion(region)),
      })),
      total: line(this.#lineOfAll()),
    };
  }

  /** The figures that change in the move through a cell that costs least to hide; undefined when no move is possible. */
  cheapestMove(cell: number): readonly number[] | undefined {
    const [line, column] = [Math.floor(cell / 3), (cell % 3) as Column];
    const shifts = SHIFTS.filter(({ columns }) => columns.includes(column));
    const moves = shifts.flatMap((shift) =>
      line < this.#facilities.length ? this.#movesOfFacility(line, shift) : this.#movesOfSum(line, shift),
    );
    return cheapest(moves)?.cells;
  }

  /** Moves of a case of one facility: within its region where that is possible at all, since sums stay. */
  #movesOfFacility(line: number, shift: Shift): readonly Move[] {
    const { region } = this.#facilities[line] as Line;
    const own = this.#moveOf([line], shift);
    if (!this.#mayShift(line, shift)) return [];
    const near = this.#bestIn(region, { shift: opposite(shift), except: line });
    if (near !== undefined) return [joined(own, near)];
    return this.#movesOfSum(this.#lineOfRegion(region), shift, own);
  }

  /** Moves that change a region's sum, or that of all. */
  #movesOfSum(line: number, shift: Shift, given?: Move): readonly Move[] {
    const isOfAll = line === this.#lineOfAll();
    const here = this.#regions.flatMap((_, region) =>
      isOfAll || this.#lineOfRegion(region) === line ? [{ region, own: given ?? this.#bestIn(region, { shift }) }] : [],
    );
    return here.flatMap(({ region, own }) => {
      if (own === undefined) return [];
      const changed = joined(own, this.#moveOf([this.#lineOfRegion(region)], shift));
      const away = isOfAll ? [] : this.#fromOtherRegions(region, shift).map((other) => joined(changed, other));
      return [...away, joined(changed, this.#moveOf([this.#lineOfAll()], shift))];
    });
  }

  #fromOtherRegions(region: number, shift: Shift): readonly Move[] {
    const back = opposite(shift);
    return this.#regions.flatMap((_, other) => {
      const best = other === region ? undefined : this.#bestIn(other, { shift: back });
      return best === undefined ? [] : [joined(best, this.#moveOf([this.#lineOfRegion(other)], back))];
    });
  }

  #bestIn(region: number, { shift, except }: { readonly shift: Shift; readonly except?: number }): Move | undefined {
    const lines = (this.#regions[region] as RegionCounts).facilities.map(
      (_, at) => (this.#firstOf[region] as number) + at,
    );
    return cheapest(
      lines.filter((line) => line !== except && this.#mayShift(line, shift)).map((line) => this.#moveOf([line], shift)),
    );
  }

  #mayShift(line: number, { columns, by }: Shift): boolean {
    const { region, facility } = this.#facilities[line] as Line;
    return columns.every((column, at) => {
      if (column === 2) return true;
      const { atLeast, atMost } = this.#bounds(region, facility, column);
      const value = (this.#values[3 * line + column] as number) + (by[at] as number);
      return value >= Math.max(0, atLeast) && value <= atMost;
    });
  }

  #moveOf(lines: readonly number[], { columns }: Shift): Move {
    const cells = lines.flatMap((line) => columns.map((column) => 3 * line + column));
    return { cells, cost: cells.reduce((sum, cell) => sum + this.#costOf(cell), 0) };
  }

  #costOf(cell: number): number {
    if (this.#isHidden[cell] === true) return 0;
    const line = Math.floor(cell / 3);
    const weight = line < this.#facilities.length ? 1 : line === this.#lineOfAll() ? 100 : 10;
    return ((this.#values[cell] as number) + 1) * weight;
  }

  #lineOfRegion(region: number): number {
    return this.#facilities.length + region;
  }

  #lineOfAll(): number {
    return this.#facilities.length + this.#regions.length;
  }
}

function opposite({ columns, by: [one, other] }: Shift): Shift {
  return { columns, by: [-one as 1 | -1, -other as 1 | -1] };
}

function joined(left: Move, right: Move): Move {
  return { cells: [...left.cells, ...right.cells], cost: left.cost + right.cost };
}

function cheapest(moves: readonly Move[]): Move | undefined {
  return moves.reduce<Move | undefined>(
    (best, move) => (best === undefined || move.cost < best.cost ? move : best),
    undefined,
  );
}

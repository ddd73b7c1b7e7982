import { dataCodewords, type QrVersion, withErrorCorrection } from './qr-codewords.ts';

/** ISO/IEC 18004:2015, tables 7, 9 and E.1. */
const VERSIONS: readonly QrVersion[] = [
  { number: 1, totalCodewords: 26, correctionPerBlock: 7, blocks: 1, alignment: [] },
  { number: 2, totalCodewords: 44, correctionPerBlock: 10, blocks: 1, alignment: [6, 18] },
  { number: 3, totalCodewords: 70, correctionPerBlock: 15, blocks: 1, alignment: [6, 22] },
  { number: 4, totalCodewords: 100, correctionPerBlock: 20, blocks: 1, alignment: [6, 26] },
  { number: 5, totalCodewords: 134, correctionPerBlock: 26, blocks: 1, alignment: [6, 30] },
  { number: 6, totalCodewords: 172, correctionPerBlock: 18, blocks: 2, alignment: [6, 34] },
  { number: 7, totalCodewords: 196, correctionPerBlock: 20, blocks: 2, alignment: [6, 22, 38] },
  { number: 8, totalCodewords: 242, correctionPerBlock: 24, blocks: 2, alignment: [6, 24, 42] },
  { number: 9, totalCodewords: 292, correctionPerBlock: 30, blocks: 2, alignment: [6, 26, 46] },
  { number: 10, totalCodewords: 346, correctionPerBlock: 18, blocks: 4, alignment: [6, 28, 50] },
];

/** Mode and length of byte mode (§7.4.1): 4 + 8 bits up to version 9, 4 + 16 in 10. */
function capacityBytes({ number, totalCodewords, correctionPerBlock, blocks }: QrVersion): number {
  return totalCodewords - correctionPerBlock * blocks - (number < 10 ? 2 : 3);
}

/** The mask conditions (§7.8.2): true where a module of the encoding region is inverted. */
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_row, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** A symbol while it is drawn: `isFixed` marks function patterns, which carry no data and are not masked. */
class Grid {
  readonly size: number;
  readonly dark: boolean[][];
  readonly isFixed: boolean[][];

  constructor(size: number) {
    this.size = size;
    this.dark = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
    this.isFixed = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  }

  fix(row: number, column: number, isDark: boolean): void {
    const line = this.dark[row];
    const fixed = this.isFixed[row];
    if (line === undefined || fixed === undefined || column < 0 || column >= this.size) return;
    line[column] = isDark;
    fixed[column] = true;
  }

  flip(row: number, column: number): void {
    const line = this.dark[row];
    if (line !== undefined && this.isFixed[row]?.[column] === false) line[column] = line[column] !== true;
  }
}

function drawFinder(grid: Grid, row: number, column: number): void {
  for (let dy = -4; dy <= 4; dy += 1) {
    for (let dx = -4; dx <= 4; dx += 1) {
      const ring = Math.max(Math.abs(dy), Math.abs(dx));
      grid.fix(row + dy, column + dx, ring !== 2 && ring !== 4);
    }
  }
}

function drawAlignment(grid: Grid, row: number, column: number): void {
  for (let dy = -2; dy <= 2; dy += 1) {
    for (let dx = -2; dx <= 2; dx += 1) grid.fix(row + dy, column + dx, Math.max(Math.abs(dy), Math.abs(dx)) !== 1);
  }
}

function drawFunctionPatterns(grid: Grid, { number, alignment }: QrVersion): void {
  const { size } = grid;
  for (let index = 0; index < size; index += 1) {
    grid.fix(6, index, index % 2 === 0);
    grid.fix(index, 6, index % 2 === 0);
  }
  drawFinder(grid, 3, 3);
  drawFinder(grid, 3, size - 4);
  drawFinder(grid, size - 4, 3);
  for (const row of alignment) {
    for (const column of alignment) {
      const isAtFinder = (row === 6 && (column === 6 || column === size - 7)) || (row === size - 7 && column === 6);
      if (!isAtFinder) drawAlignment(grid, row, column);
    }
  }
  drawFormat(grid, 0);
  if (number >= 7) drawVersion(grid, number);
}

/** Remainder of a Bose–Chaudhuri–Hocquenghem code, appended to its data (annexes C and D). */
function withRemainder(data: number, generator: number, bits: number): number {
  let remainder = data;
  for (let index = 0; index < bits; index += 1) {
    remainder = (remainder << 1) ^ ((remainder >>> (bits - 1)) * generator);
  }
  return (data << bits) | remainder;
}

/** Level L is 01 (§7.9.1). */
function drawFormat(grid: Grid, mask: number): void {
  const bits = withRemainder((1 << 3) | mask, 0x537, 10) ^ 0x5412;
  const { size } = grid;
  const bit = (index: number): boolean => ((bits >>> index) & 1) !== 0;
  for (let index = 0; index < 6; index += 1) grid.fix(index, 8, bit(index));
  grid.fix(7, 8, bit(6));
  grid.fix(8, 8, bit(7));
  grid.fix(8, 7, bit(8));
  for (let index = 9; index < 15; index += 1) grid.fix(8, 14 - index, bit(index));
  for (let index = 0; index < 8; index += 1) grid.fix(8, size - 1 - index, bit(index));
  for (let index = 8; index < 15; index += 1) grid.fix(size - 15 + index, 8, bit(index));
  grid.fix(size - 8, 8, true);
}

function drawVersion(grid: Grid, number: number): void {
  const bits = withRemainder(number, 0x1f25, 12);
  for (let index = 0; index < 18; index += 1) {
    const isDark = ((bits >>> index) & 1) !== 0;
    const far = grid.size - 11 + (index % 3);
    const near = Math.floor(index / 3);
    grid.fix(far, near, isDark);
    grid.fix(near, far, isDark);
  }
}

/** Two columns at a time from the right, up and down in turn, leaving out the timing column (§7.7.3). */
function drawCodewords(grid: Grid, codewords: Uint8Array): void {
  const { size } = grid;
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (const column of [right, right - 1]) {
        const isUpward = ((right + 1) & 2) === 0;
        const row = isUpward ? size - 1 - step : step;
        if (grid.isFixed[row]?.[column] === true || next >= codewords.length * 8) continue;
        const isDark = (((codewords[next >>> 3] ?? 0) >>> (7 - (next & 7))) & 1) !== 0;
        if (isDark) grid.flip(row, column);
        next += 1;
      }
    }
  }
}

function applyMask(grid: Grid, mask: number): void {
  for (let row = 0; row < grid.size; row += 1) {
    for (let column = 0; column < grid.size; column += 1) {
      if (MASKS[mask]?.(row, column) === true) grid.flip(row, column);
    }
  }
}

/** The penalty of a masked symbol (§7.8.3.1): runs, squares, patterns like a finder's, and an unequal share of dark. */
function penaltyOf({ dark, size }: Grid): number {
  const columns = Array.from({ length: size }, (_, index) => dark.map((line) => line[index] === true));
  const lines = [...dark, ...columns].map((line) => line.map((isDark) => (isDark ? '1' : '0')).join(''));
  let penalty = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) penalty += run.length - 2;
    for (const pattern of [/(?=10111010000)/g, /(?=00001011101)/g]) penalty += 40 * [...line.matchAll(pattern)].length;
  }
  for (let row = 0; row + 1 < size; row += 1) {
    for (let column = 0; column + 1 < size; column += 1) {
      const corner = dark[row]?.[column];
      const isSquare = [dark[row]?.[column + 1], dark[row + 1]?.[column], dark[row + 1]?.[column + 1]];
      if (isSquare.every((module) => module === corner)) penalty += 3;
    }
  }
  const share = dark.flat().filter(Boolean).length / (size * size);
  return penalty + Math.floor(Math.abs(share - 0.5) * 20) * 10;
}

/**
 * The QR code of some bytes (ISO/IEC 18004:2015, byte mode, level L), without its quiet zone: rows of modules, true where dark.
 * Throws RangeError for more than 271 bytes.
 */
export function qrModules(bytes: Uint8Array): readonly (readonly boolean[])[] {
  const version = VERSIONS.find((candidate) => bytes.length <= capacityBytes(candidate));
  if (version === undefined) throw new RangeError(`${bytes.length} bytes are too many for a QR code of version 10`);
  const codewords = withErrorCorrection(dataCodewords(bytes, version), version);
  const drawn = MASKS.map((_, mask) => {
    const grid = new Grid(17 + 4 * version.number);
    drawFunctionPatterns(grid, version);
    drawCodewords(grid, codewords);
    applyMask(grid, mask);
    drawFormat(grid, mask);
    return { grid, penalty: penaltyOf(grid) };
  });
  const best = drawn.reduce((least, candidate) => (candidate.penalty < least.penalty ? candidate : least));
  return best.grid.dark;
}

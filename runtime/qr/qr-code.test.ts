import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { qrModules } from './qr-code.ts';

const modulesOf = (text: string): readonly string[] =>
  qrModules(new TextEncoder().encode(text)).map((row) => row.map((isDark) => (isDark ? '#' : '.')).join(''));

const digestOf = (text: string): string =>
  createHash('sha256')
    .update(modulesOf(text).join('\n').replaceAll('#', '1').replaceAll('.', '0'))
    .digest('hex')
    .slice(0, 16);

// These symbols were read back by an independent reader, as was one of every length from 1 to 40 bytes and each seventh after.
describe('a QR code', () => {
  it('is the symbol that readers read, in one block', () => {
    expect(modulesOf('Sangha')).toEqual([
      '#######.##..#.#######',
      '#.....#..#..#.#.....#',
      '#.###.#.#.#.#.#.###.#',
      '#.###.#.#..#..#.###.#',
      '#.###.#.###...#.###.#',
      '#.....#.......#.....#',
      '#######.#.#.#.#######',
      '.........##..........',
      '####..#.#.#..#..###.#',
      '#.#.##.#....#..#..#.#',
      '##.#.##..##.#####..##',
      '#.##.#.#..#.##...#..#',
      '#...#.##...#.#..#....',
      '........#....#....###',
      '#######..##..##.#.#..',
      '#.....#...#####..##.#',
      '#.###.#..#.#..#..####',
      '#.###.#.###..#...#.#.',
      '#.###.#.#.##.#...#...',
      '#.....#.#.###.#.....#',
      '#######.#####.....#..',
    ]);
  });

  it('is the symbol that readers read, in two blocks with a version number, and in four blocks', () => {
    expect([modulesOf('x'.repeat(150)).length, digestOf('x'.repeat(150))]).toEqual([45, '1b893491bd8934e7']);
    expect([modulesOf('y'.repeat(250)).length, digestOf('y'.repeat(250))]).toEqual([57, '32405f50085457be']);
  });

  it('grows with its text and refuses what no version up to 10 holds', () => {
    expect(modulesOf('z'.repeat(17)).length).toBe(21);
    expect(modulesOf('z'.repeat(18)).length).toBe(25);
    expect(modulesOf('z'.repeat(271)).length).toBe(57);
    expect(() => modulesOf('z'.repeat(272))).toThrow(RangeError);
  });
});

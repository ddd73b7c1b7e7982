import { describe, expect, it } from 'vitest';
import { createPaint, widthOf } from './paint.ts';
import { barOf, type Column, describedLines, pairLines, tableLines } from './table.ts';

const none = createPaint(false);

describe('a table', () => {
  type Row = { readonly name: string; readonly count: number };
  const columns: readonly Column<Row>[] = [
    { header: 'Nom', cell: ({ name }) => name },
    { header: 'Nb', cell: ({ count }) => String(count), align: 'right' },
  ];

  it('aligns its columns under their headers, words left and numbers right', () => {
    const rows = [
      { name: 'Sangha', count: 7 },
      { name: 'Djenné', count: 1200 },
    ];
    expect(tableLines(columns, rows, none)).toEqual(['Nom       Nb', '──────  ────', 'Sangha     7', 'Djenné  1200']);
  });

  it('is as wide with colours as without, and with accents written either way', () => {
    const painted = createPaint(true);
    expect(widthOf(painted.red('été'))).toBe(3);
    expect(widthOf('e\u0301te\u0301')).toBe(3);
    const coloured = [
      { header: 'A', cell: (text: string) => painted.green(text) },
      { header: 'B', cell: () => 'x' },
    ];
    const [, , line] = tableLines(coloured, ['été'], none);
    expect(line).toBe(`${painted.green('été')}  x`);
  });

  it('keeps a name with a line end on its own line', () => {
    const one = [{ header: 'Nom', cell: (name: string) => name }];
    expect(tableLines(one, ['Dolo\n✓ intègre'], none).slice(2)).toEqual(['Dolo␊✓ intègre']);
    expect(pairLines([['nom', 'Dolo\n✓ intègre']], none)).toEqual(['nom  Dolo\n     ✓ intègre']);
  });

  it('shows headers alone when there is nothing', () => {
    expect(tableLines(columns, [], none)).toEqual(['Nom  Nb', '───  ──']);
  });

  it('writes pairs with the values under each other', () => {
    expect(
      pairLines(
        [
          ['a', '1'],
          ['long', '2'],
        ],
        none,
      ),
    ).toEqual(['a     1', 'long  2']);
  });
});

describe('described labels', () => {
  it('stand beside what they are, in lines no wider than the terminal', () => {
    const lines = describedLines([['--all', 'un deux trois quatre cinq six sept huit']], 40, none);
    expect(lines).toEqual(['--all  un deux trois quatre cinq six', '       sept huit']);
  });

  it('stand above it where one is long, broken between its alternatives', () => {
    const role = '--role registrar|nurse|midwife|physician|head';
    expect(
      describedLines(
        [
          [role, 'sa fonction'],
          ['--a', 'b'],
        ],
        30,
        none,
      ),
    ).toEqual(['--role registrar|nurse|', '  midwife|physician|head', '    sa fonction', '--a', '    b']);
  });
});

describe('a bar', () => {
  it('fills its share, in eighths, and never more than its width', () => {
    expect(barOf(0, 8)).toBe('');
    expect(barOf(1, 8)).toBe('████████');
    expect(barOf(0.5, 8)).toBe('████');
    expect(barOf(1 / 16, 8)).toBe('▌');
    expect(barOf(7, 4)).toBe('████');
  });
});

describe('paint', () => {
  it('writes no escape where colour is not wanted', () => {
    expect(none.bold(none.red('x'))).toBe('x');
    expect(createPaint(true).red('x')).toBe('\u001b[31mx\u001b[39m');
  });
});

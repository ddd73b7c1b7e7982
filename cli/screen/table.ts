import type { Paint } from './paint.ts';
import { widthOf } from './paint.ts';

/** One column of a table. */
export type Column<Row> = {
  readonly header: string;
  readonly cell: (row: Row) => string;
  /** Default: left. */
  readonly align?: 'left' | 'right';
};

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const filling = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? filling + text : text + filling;
}

/** A table as lines: headers, a rule, one line a row; columns as wide as their widest cell, two spaces between them. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paint: Paint,
): readonly string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row).replaceAll('\n', '␊')));
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.header), ...cells.map((line) => widthOf(line[index] ?? ''))),
  );
  const line = (parts: readonly string[]): string =>
    columns
      .map((column, index) => pad(parts[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [
    paint.bold(line(columns.map(({ header }) => header))),
    paint.dim(widths.map((width) => '─'.repeat(width)).join('  ')),
    ...cells.map(line),
  ];
}

/** Pairs of a label and a value as lines, the values under each other, and the lines of one value too. */
export function pairLines(
  pairs: readonly (readonly [label: string, value: string])[],
  paint: Paint,
): readonly string[] {
  const width = Math.max(0, ...pairs.map(([label]) => widthOf(label)));
  const below = `\n${' '.repeat(width + 2)}`;
  return pairs.map(([label, value]) => `${paint.dim(pad(label, width, 'left'))}  ${value.replaceAll('\n', below)}`);
}

/** A horizontal bar of `share` (0 to 1) of `width` columns, in eighths of a column. */
export function barOf(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '';
  return '█'.repeat(Math.floor(eighths / 8)) + partial;
}

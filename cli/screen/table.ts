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

const LONGEST_LABEL = 34;

/**
 * Labels and what they stand for, in lines of at most `columns`, broken between words (and alternatives): under each other, or, where a
 * label is longer than a third of a screen, each below its label.
 */
export function describedLines(
  pairs: readonly (readonly [label: string, told: string])[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const widest = Math.max(0, ...pairs.map(([label]) => widthOf(label)));
  const isBeside = !Number.isFinite(columns) || (widest <= LONGEST_LABEL && columns - widest > 30);
  const indent = isBeside ? widest + 2 : 4;
  const below = ' '.repeat(indent);
  return pairs.flatMap(([label, told]) => {
    const [first = '', ...rest] = wrapped(told, columns - indent);
    if (isBeside) return [`${paint.dim(pad(label, widest, 'left'))}  ${first}`, ...rest.map((line) => below + line)];
    const labels = wrapped(label, columns - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
    return [...labels.map((line) => paint.dim(line)), ...[first, ...rest].map((line) => below + line)];
  });
}

/** A text in lines of at most `columns`, broken between words and after the bars of alternatives; a longer word stands alone. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )|(?<=\|)/)) {
    if (line !== '' && widthOf(line + word.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

/** A horizontal bar of `share` (0 to 1) of `width` columns, in eighths of a column. */
export function barOf(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '';
  return '█'.repeat(Math.floor(eighths / 8)) + partial;
}

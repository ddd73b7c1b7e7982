import { qrModules } from '@santehaggui/runtime/qr/qr-code.ts';

const QUIET = 2;

/** A QR code as lines for a terminal, two modules a character; light on dark and dark on light terminals both read. */
export function qrLines(text: string): readonly string[] {
  const modules = qrModules(new TextEncoder().encode(text));
  const size = modules.length;
  const isLight = (row: number, column: number): boolean => modules[row]?.[column] !== true;
  const lines: string[] = [];
  for (let row = -QUIET; row < size + QUIET; row += 2) {
    let line = '';
    for (let column = -QUIET; column < size + QUIET; column += 1) {
      const isUpperLight = isLight(row, column);
      const isLowerLight = row + 1 >= size + QUIET ? false : isLight(row + 1, column);
      line += isUpperLight ? (isLowerLight ? '█' : '▀') : isLowerLight ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines;
}

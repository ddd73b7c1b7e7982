import { describe, expect, it } from 'vitest';
import { csvLine } from './csv-line.ts';

describe('a line of CSV', () => {
  it('quotes what has to be quoted, leaves out what is undefined, joins members', () => {
    expect(csvLine(['a', undefined, null, ['x', 'y'], 'dit "Kuli", 2', 7])).toBe('a,,,x;y,"dit ""Kuli"", 2",7\r\n');
  });

  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['@SUM(1)', "'@SUM(1)"],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['\t=1', "'\t=1"],
    ['=1,2', '"\'=1,2"'],
  ])('gives a spreadsheet no formula: %s', (name, cell) => {
    expect(csvLine([name])).toBe(`${cell}\r\n`);
  });

  it('leaves numbers with a sign as they are', () => {
    expect(csvLine(['+22376123456', '-3.5', -4])).toBe('+22376123456,-3.5,-4\r\n');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyJson, exactNumber, isSameJson, type Json, numberText, parseJson } from './json.ts';
import { jsonProblem } from './json-problem.ts';

const printed = (text: string): string => JSON.stringify(parseJson(text));

describe('JSON with exact decimals', () => {
  it.each([
    '1.50',
    '0',
    '-0',
    '-0.0',
    '1e3',
    '1E-7',
    '0.0000001',
    '12345678901234567890',
    '0.10000000000000001',
    '83.14531190501731',
  ])('keeps the number %s as it was written', (number) =>
    expect(printed(`{"value":${number}}`)).toBe(`{"value":${number}}`),
  );

  it('tells a decimal from the same one with another precision', () => {
    expect(isSameJson(parseJson('{"a":1.50}'), parseJson('{"a":1.5}'))).toBe(false);
    expect(isSameJson(parseJson('{"a":1.50}'), parseJson('{"a":1.50}'))).toBe(true);
    expect(numberText(exactNumber('37.50'))).toBe('37.50');
    expect(exactNumber('37.5')).toBe(37.5);
  });

  it('copies and compares any JSON, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseJson(text);
        expect(JSON.stringify(parsed)).toBe(text);
        expect(isSameJson(copyJson(parsed), parsed)).toBe(true);
        if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
          const reversed = Object.fromEntries(Object.entries(parsed).reverse()) as Json;
          expect(isSameJson(reversed, parsed)).toBe(true);
        }
      }),
    );
  });
});

describe('where a text stops being JSON', () => {
  it.each([
    ['{\n  "a": 1,\n  "b" 2\n}', 3, 7, '":" is expected after a member name'],
    ['{"a": [1, 2', 1, 12, 'the text ends before "]"'],
    ['{"a": 1,}', 1, 9, 'a member name is expected'],
    ['{"a": tru}', 1, 7, 'a value is expected'],
    ['{"a": "x\ny"}', 1, 9, 'a character that a string cannot hold'],
    ['{"a": "x', 1, 9, 'the text ends inside a string'],
    ['{} {}', 1, 4, 'something follows the end of the value'],
    ['', 1, 1, 'the text ends where a value is expected'],
    ['{"a": 01}', 1, 7, 'a value is expected'],
  ])('is said by line and column: %j', (text, line, column, reason) => {
    expect(jsonProblem(text)).toEqual({ line, column, reason });
  });

  it('is found exactly when JSON.parse refuses the text', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '}', ']', ',', '\\', '0', 'e', '\u0001'))
      .map(([text, at, by]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + by + text.slice(index + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(jsonProblem(text) === undefined).toBe(isJson);
      }),
      { numRuns: 1000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacter, compactNumber, isPrintedNumber, printedNumber } from './printed-number.ts';

const ALPHABET = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const numbers = fc
  .array(fc.constantFrom(...ALPHABET), { minLength: 1, maxLength: 20 })
  .map((characters) => characters.join(''));

describe('printed numbers', () => {
  it('have the check character of the example of ISO 7064 users (GRid A1-2425G-ABC1234002-M)', () => {
    expect(checkCharacter('A12425GABC1234002')).toBe('M');
  });

  it('carry the facility, the counter and the check character', () => {
    const number = printedNumber('cscom_sangha', 42);
    expect(number).toMatch(/^CSCOM-SANGHA-00042-[0-9A-Z]$/);
    expect(isPrintedNumber(number)).toBe(true);
    expect(isPrintedNumber(number.toLowerCase().replaceAll('-', ' '))).toBe(true);
  });

  it('show every single wrong character', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.constantFrom(...ALPHABET), (text, where, other) => {
        const index = where % text.length;
        const wrong = text.slice(0, index) + other + text.slice(index + 1);
        expect(checkCharacter(wrong) === checkCharacter(text)).toBe(wrong === text);
      }),
    );
  });

  it('show two neighbours that changed places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.nat(), (counter, where) => {
        const compact = compactNumber(printedNumber('csref_djenne', counter));
        const index = where % (compact.length - 1);
        const swapped = compact.slice(0, index) + compact[index + 1] + compact[index] + compact.slice(index + 2);
        expect(isPrintedNumber(swapped)).toBe(swapped === compact);
      }),
    );
  });

  it('refuse characters that are not in the alphabet', () => {
    expect(() => checkCharacter('é')).toThrow(RangeError);
  });
});

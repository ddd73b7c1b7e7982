import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTypeNamed } from './catalogue.ts';
import { parseMaliPhone } from './phone.ts';
import { createSchema, decimalOf, patchSchema, toApiFields } from './schema.ts';
import { fromCborValue, isDateText, isDecimalText, toCborValue } from './value-codec.ts';

const patient = recordTypeNamed('patient');
const observation = recordTypeNamed('observation');

describe('the schema of a record', () => {
  it('takes what a registrar types and stores it in one form', () => {
    const taken = createSchema(patient).parse({
      familyName: ' Traoré ',
      givenName: 'Awa',
      phone: '76 12 34 56',
      birthDate: '1987~',
    });
    expect(taken).toEqual({ familyName: 'Traoré', givenName: 'Awa', phone: '+22376123456', birthDate: '1987~' });
  });

  it('names each field that is wrong, and refuses what it does not know', () => {
    const result = createSchema(patient).safeParse({
      familyName: '',
      birthDate: '1987-02-30',
      sex: 'F',
      colour: 'blue',
    });
    const paths = result.error?.issues.map(({ path, code }) => path.join('.') || code).sort();
    expect(paths).toEqual(['birthDate', 'familyName', 'givenName', 'sex', 'unrecognized_keys']);
  });

  it('retracts with null, but neither a required field nor one written once', () => {
    const schema = patchSchema(patient);
    expect(schema.parse({ phone: null })).toEqual({ phone: null });
    expect(schema.safeParse({ familyName: null }).success).toBe(false);
    expect(schema.safeParse({ number: 'X' }).success).toBe(false);
  });

  it('keeps decimals exact and shows them as numbers, instants as RFC 3339', () => {
    const stored = createSchema(observation).parse({
      patient: 'key:abc',
      code: '8310-5',
      value: 38.5,
      effective: '2026-11-20T08:30:00Z',
    });
    expect(stored).toMatchObject({ value: '38.5', effective: Date.UTC(2026, 10, 20, 8, 30) });
    expect(toApiFields(observation, stored as never)).toMatchObject({
      value: 38.5,
      effective: '2026-11-20T08:30:00.000Z',
    });
  });

  it('accepts a foreign code with its system beside a closed list', () => {
    const schema = createSchema(patient);
    const base = { familyName: 'A', givenName: 'B' };
    expect(schema.safeParse({ ...base, sex: 'female' }).success).toBe(true);
    expect(schema.safeParse({ ...base, sex: 'urn:x|F' }).success).toBe(true);
  });
});

describe('values', () => {
  it('come back from CBOR as they were', () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }), fc.nat(9))
      .map(([digits, scale]) => {
        const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
        const sign = digits < 0n ? '-' : '';
        return scale === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
      });
    fc.assert(
      fc.property(decimal, (text) => fromCborValue(toCborValue('decimal', text)) === text && isDecimalText(text)),
    );
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
        (number) => Number(decimalOf(number)) === number || Math.abs(Number(decimalOf(number)) - number) < 1e-17,
      ),
    );
    for (const text of [
      '0',
      '-0.000000000000000001',
      '000123456789012345678',
      '123456789.012345678',
      '0.123456789012345678',
    ])
      expect(isDecimalText(text), text).toBe(true);
    for (const text of ['1'.repeat(19), '1234567890.123456789', '1.', '.5', '1.2.3', '0.0000000000000000001', ''])
      expect(isDecimalText(text), text).toBe(false);
    for (const date of ['1987', '1987~', '1987-02', '1987-02~', '2024-02-29', '0999-12-31~'])
      expect(fromCborValue(toCborValue('date', date))).toBe(date);
    for (const text of ['2023-02-29', '1987-13', '87', '1987-1', '']) expect(isDateText(text), text).toBe(false);
  });
});

describe('phones of Mali', () => {
  it.each([
    ['76 12 34 56', '+22376123456'],
    ['+223 76.12.34.56', '+22376123456'],
    ['00223-66-12-34-56', '+22366123456'],
    ['22376123456', '+22376123456'],
    ['20 22 27 12', '+22320222712'],
    ['+33 6 12 34 56 78', '+33612345678'],
  ])('reads %s', (typed, e164) => expect(parseMaliPhone(typed)).toBe(e164));

  it.each(['12 34 56 78', '7612345', '761234567', '+0123', 'inconnu'])('does not make up a number from %s', (typed) =>
    expect(parseMaliPhone(typed)).toBeUndefined(),
  );
});

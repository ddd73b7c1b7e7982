import { describe, expect, it } from 'vitest';
import { errorCodes } from './error-catalogue.ts';
import { errorCodesPage } from './error-codes-page.ts';
import { hasCode } from './haggui-error.ts';
import { runtimeErrors } from './runtime-errors.ts';

const lent = {
  title: { fr: 'Livre déjà prêté', en: 'Book already lent' },
  remedy: { fr: 'Attendez son retour.', en: 'Wait for its return.' },
};

describe('errorCodes', () => {
  it('makes errors that carry what their definition says and what the place that failed knew', () => {
    const { fail } = errorCodes({
      'SH-K900': { kind: 'conflict', ...lent },
      'SH-I900': { kind: 'input', status: 400, ...lent },
    });
    const cause = new Error('inner');
    const error = fail('SH-K900', { what: { fr: 'Quoi', en: 'What' }, why: 'because', cause });
    expect(error).toMatchObject({ kind: 'conflict', code: 'SH-K900', status: 409, message: 'Quoi', cause });
    expect(error.tell('en')).toEqual({
      what: 'What',
      why: 'because',
      remedy: 'Wait for its return.',
      fields: [],
      code: 'SH-K900',
    });
    expect(fail('SH-I900')).toMatchObject({ status: 400, message: 'Livre déjà prêté' });
  });

  it('is checked by the compiler: the letter agrees with the kind, and fail takes only codes that exist', () => {
    const codes = errorCodes({ 'SH-T900': { kind: 'transient', ...lent } });
    // @ts-expect-error: no such code in this catalogue
    expect(() => codes.fail('SH-T901')).toThrow(TypeError);
    // @ts-expect-error: T is for transient errors
    errorCodes({ 'SH-T900': { kind: 'input', ...lent } });
    // @ts-expect-error: there is no range Z
    expect(() => errorCodes({ 'SH-Z900': { kind: 'input', ...lent } })).toThrow(TypeError);
  });

  it('lets exchange codes be of any kind', () => {
    const codes = errorCodes({ 'SH-X900': { kind: 'transient', ...lent }, 'SH-X901': { kind: 'input', ...lent } });
    expect([codes.fail('SH-X900').status, codes.fail('SH-X901').status]).toEqual([503, 422]);
  });

  it('refuses a code that has not three digits', () => {
    expect(() => errorCodes({ 'SH-T1': { kind: 'transient', ...lent } })).toThrow('SH-T1');
  });

  it('tells errors apart by code', () => {
    expect(hasCode(runtimeErrors.fail('SH-N001'), 'SH-N001')).toBe(true);
    expect(hasCode(runtimeErrors.fail('SH-N001'), 'SH-N002')).toBe(false);
    expect(hasCode(new Error('SH-N001'), 'SH-N001')).toBe(false);
  });
});

describe('errorCodesPage', () => {
  it('draws a table a range, codes in order, whatever the order of the catalogues', () => {
    const one = errorCodes({ 'SH-T902': { kind: 'transient', ...lent } });
    const two = errorCodes({
      'SH-T901': { kind: 'transient', status: 429, ...lent },
      'SH-C900': { kind: 'config', ...lent },
    });
    const page = errorCodesPage([one, two]);
    expect(page).toBe(errorCodesPage([two, one]));
    expect(page.match(/SH-[A-Z]\d{3}/g)).toEqual(['SH-C900', 'SH-T901', 'SH-T902']);
    expect(page).toContain(
      '| SH-T901 | Livre déjà prêté | Attendez son retour. | Book already lent | Wait for its return. | 429 |',
    );
  });

  it('refuses two catalogues that define one code', () => {
    const one = errorCodes({ 'SH-T902': { kind: 'transient', ...lent } });
    expect(() => errorCodesPage([one, one])).toThrow('SH-T902');
  });
});

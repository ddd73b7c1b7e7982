import { describe, expect, it } from 'vitest';
import { isUnderFive } from './age-band.ts';

const at = (text: string): number => Date.parse(`${text}T12:00:00Z`);

describe('the age band', () => {
  it.each([
    ['2021-01-06', '2026-01-05', true],
    ['2021-01-05', '2026-01-05', false],
    ['2021-01-05~', '2026-01-05', false],
    ['2020-02-29', '2025-02-28', true],
    ['2020-02-29', '2025-03-01', false],
    ['2021', '2026-06-30', true],
    ['2021', '2026-07-01', false],
    ['2021-03', '2026-03-14', true],
    ['2021-03', '2026-03-15', false],
  ])('of somebody born %s is under five on %s: %s', (birthDate, day, expected) => {
    expect(isUnderFive(birthDate, at(day))).toBe(expected);
  });

  it('of somebody whose birth date nobody knows is five and over', () => {
    expect(isUnderFive(null, at('2026-01-05'))).toBe(false);
  });
});

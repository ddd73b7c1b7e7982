import { describe, expect, it } from 'vitest';
import { NOTIFIABLE_DISEASES } from './notifiable-diseases.ts';
import { appliesTo, markReached, THRESHOLDS, type Threshold } from './thresholds.ts';

const week = (cases: number, deaths5AndOver = 0) => ({
  casesUnder5: Math.floor(cases / 2),
  cases5AndOver: cases - Math.floor(cases / 2),
  deathsUnder5: 0,
  deaths5AndOver,
});

/** What the rules of a disease make of cases in successive weeks. */
function levels(disease: string, cases: readonly number[], population?: number): readonly (string | undefined)[] {
  return THRESHOLDS.filter((rule) => rule.disease === disease && appliesTo(rule, population)).map(
    (rule) =>
      markReached(
        rule,
        cases.map((count) => week(count)),
        population,
      )?.level,
  );
}

describe('the thresholds', () => {
  it.each([
    ['measles', [1, 1, 1, 1], undefined],
    ['measles', [2, 1, 1, 1], 'warning'],
    ['measles', [9, 1, 1, 1, 1], undefined],
    ['meningitis', [1], undefined],
    ['meningitis', [2], 'warning'],
    ['meningitis', [4], 'warning'],
    ['meningitis', [5], 'epidemic'],
    ['meningitis', [1, 2, 4], 'epidemic'],
    ['meningitis', [0, 2, 4], 'warning'],
    ['cholera', [1], undefined],
    ['cholera', [2], 'warning'],
    ['rabies', [1], 'warning'],
    ['pertussis', [0], undefined],
  ])('of %s make of %j cases in successive weeks: %s', (disease, cases, level) =>
    expect(levels(disease, cases)).toEqual([level]),
  );

  it('of meningitis go by the rate where many live, and by the number where few do', () => {
    expect(levels('meningitis', [2], 29_999)).toEqual(['warning']);
    expect(levels('meningitis', [2], 66_666)).toEqual(['warning']);
    expect(levels('meningitis', [2], 66_667)).toEqual([undefined]);
    expect(levels('meningitis', [1], 30_000)).toEqual([undefined]);
    expect(levels('meningitis', [10], 100_000)).toEqual(['epidemic']);
  });

  it('of cholera take one death of five and over', () => {
    const [cholera] = THRESHOLDS.filter(({ disease }) => disease === 'cholera') as [Threshold];
    expect(markReached(cholera, [week(1, 1)], undefined)?.level).toBe('warning');
  });

  it('name each rule once, and diseases that are reported', () => {
    expect(new Set(THRESHOLDS.map(({ rule }) => rule)).size).toBe(THRESHOLDS.length);
    const keys = NOTIFIABLE_DISEASES.map(({ key }) => key);
    for (const { disease } of THRESHOLDS) expect(keys).toContain(disease);
  });
});

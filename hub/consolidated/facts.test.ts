import { isUnderFive } from '@santehaggui/protocols/surveillance/age-band.ts';
import { describe, expect, it } from 'vitest';
import { drawFacts, factSource } from './facts.ts';

const AT = Date.UTC(2026, 10, 18);
const patients = new Map([['p', { birthDate: '2023-11', sex: 'female' }]]);
const encounter = (fields: object = {}) => ({ id: 'e', fields: { patient: 'p', start: AT, ...fields } });
const condition = (id: string, fields: object = {}) => ({
  id,
  fields: { patient: 'p', encounter: 'e', code: 'B05.9', ...fields },
});

function diseases(facts: ReturnType<typeof drawFacts>): readonly string[] {
  return facts.map(({ disease, epiWeek, ageBand }) => [disease, epiWeek, ageBand].join(' '));
}

describe('facts', () => {
  it('are one for the encounter and one for each disease in it, however many codes name it', () => {
    const facts = drawFacts({
      encounters: [encounter()],
      conditions: [condition('c1'), condition('c2'), condition('c3', { code: 'B50.0' })],
      patients,
    });
    expect(diseases(facts)).toEqual([
      ' 2026-W47 under-5',
      'measles 2026-W47 under-5',
      'malaria 2026-W47 under-5',
      'malaria-severe 2026-W47 under-5',
    ]);
    expect(facts.every(({ source }) => Buffer.compare(source, factSource('e')) === 0)).toBe(true);
  });

  it('leave out what did not happen or was refuted', () => {
    for (const status of ['entered-in-error', 'cancelled']) {
      expect(drawFacts({ encounters: [encounter({ status })], conditions: [condition('c')], patients })).toEqual([]);
    }
    for (const verification of ['refuted', 'entered-in-error']) {
      const facts = drawFacts({ encounters: [encounter()], conditions: [condition('c', { verification })], patients });
      expect(diseases(facts)).toEqual([' 2026-W47 under-5']);
    }
  });

  it('count a diagnosis outside any encounter once a week and patient', () => {
    const alone = [0, 3, 9].map((days, index) => ({
      id: `c${index}`,
      fields: { patient: 'p', code: 'A00', recordedAt: AT + days * 86_400_000 },
    }));
    const facts = drawFacts({ encounters: [], conditions: alone, patients });
    expect(diseases(facts)).toEqual(['cholera 2026-W47 under-5', 'cholera 2026-W48 under-5']);
  });

  it('count no foreign code, and an unknown patient as five and over', () => {
    const conditions = [
      condition('c1', { code: 'http://snomed.info/sct|14189004' }),
      condition('c2', { patient: 'nobody' }),
    ];
    const facts = drawFacts({ encounters: [encounter({ outcome: 'died' })], conditions, patients: new Map() });
    expect(facts.map(({ disease, ageBand, sex, isDeath }) => [disease, ageBand, sex, isDeath])).toEqual([
      ['', '5-and-over', 'unknown', true],
      ['measles', '5-and-over', 'unknown', true],
    ]);
  });
});

describe('the age band', () => {
  it('changes on the fifth birthday, of an incomplete date on the middle of what is known', () => {
    const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
    expect(isUnderFive('2021-11-18', day('2026-11-17'))).toBe(true);
    expect(isUnderFive('2021-11-18', day('2026-11-18'))).toBe(false);
    expect(isUnderFive('2021-11~', day('2026-11-14'))).toBe(true);
    expect(isUnderFive('2021-11~', day('2026-11-15'))).toBe(false);
    expect(isUnderFive('2021', day('2026-06-30'))).toBe(true);
    expect(isUnderFive('2021', day('2026-07-01'))).toBe(false);
    expect(isUnderFive(null, day('2026-07-01'))).toBe(false);
  });
});

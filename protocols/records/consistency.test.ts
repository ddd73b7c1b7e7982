import { describe, expect, it } from 'vitest';
import { recordTypeNamed } from './catalogue.ts';
import { brokenRules, CONSISTENCY_RULES } from './consistency.ts';

const HOUR = 3600_000;
const NOON = Date.UTC(2026, 10, 27, 12);

/** The fields that are blamed when all of these are written. */
const blamed = (record: string, fields: Readonly<Record<string, string | number>>): readonly string[] =>
  brokenRules(record, fields, Object.keys(fields)).map(({ than }) => than);

describe('rules between the fields of a record', () => {
  it('speak of fields that there are, of one kind each', () => {
    for (const { record, less, than } of CONSISTENCY_RULES) {
      const { fields } = recordTypeNamed(record as 'patient') as { fields: Readonly<Record<string, { kind: string }>> };
      expect([fields[less]?.kind, fields[than]?.kind], `${record}: ${less}, ${than}`).toEqual([
        fields[than]?.kind,
        expect.any(String),
      ]);
    }
  });

  it('let no end stand before its start, and a date mean all of its days', () => {
    expect(blamed('encounter', { start: NOON, end: NOON - 1 })).toEqual(['end']);
    expect(blamed('encounter', { start: NOON, end: NOON })).toEqual([]);
    expect(blamed('consent', { from: '2026-11-27', until: '2026-11-26' })).toEqual(['until']);
    for (const until of ['2026-11-27', '2026-11', '2026', '2026~'])
      expect(blamed('consent', { from: '2026-11-27', until })).toEqual([]);
  });

  it('let no diastolic pressure reach the systolic one', () => {
    expect(blamed('observation', { systolic: '70', diastolic: '110' })).toEqual(['systolic']);
    expect(blamed('referral', { systolic: 90, diastolic: 90 })).toEqual(['systolic']);
    expect(blamed('observation', { systolic: '110', diastolic: '70.5' })).toEqual([]);
  });

  it('keep the steps of a referral in order, as far as two clocks can tell', () => {
    const decided = { decidedAt: NOON };
    expect(blamed('referral', { ...decided, departedAt: NOON - 25 * HOUR })).toEqual(['departedAt']);
    expect(blamed('referral', { ...decided, departedAt: NOON - 23 * HOUR })).toEqual([]);
    expect(blamed('referral', { arrivedAt: NOON, closedAt: NOON - 48 * HOUR })).toEqual(['closedAt']);
  });

  it('blame nothing that was not written, and nothing that is missing', () => {
    expect(brokenRules('encounter', { start: NOON, end: NOON - 1 }, ['reason'])).toEqual([]);
    expect(blamed('encounter', { end: NOON })).toEqual([]);
  });
});

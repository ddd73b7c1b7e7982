import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import { type LoadRecord, loadOrder } from './load-order.ts';

const typed = (name: string): number => recordTypeNamed(name).number;
let position = 0;
const record = (id: string, name: string, more: Partial<LoadRecord> = {}): LoadRecord => ({
  ...{ id, type: typed(name), patient: null, atMs: 1000, isEncounter: name === 'encounter', isOpen: false },
  position: ++position,
  ...more,
});
const idsOf = (records: readonly LoadRecord[]): readonly string[] => loadOrder(records).map(({ record: id }) => id);

describe('the order in which a node is filled', () => {
  it('begins with staff, then patients with a referral under way, then whoever was last seen; each patient together', () => {
    const records = [
      record('report', 'aggregateReport'),
      record('old', 'patient', { patient: 'old' }),
      record('old-visit', 'encounter', { patient: 'old', atMs: 100 }),
      record('recent', 'patient', { patient: 'recent' }),
      record('referred', 'patient', { patient: 'referred' }),
      record('recent-visit', 'encounter', { patient: 'recent', atMs: 900 }),
      record('referred-visit', 'encounter', { patient: 'referred', atMs: 50 }),
      record('referral', 'referral', { patient: 'referred', isOpen: true }),
      record('nurse', 'practitioner'),
      record('recent-condition', 'condition', { patient: 'recent' }),
    ];
    expect(idsOf(records)).toEqual([
      'nurse',
      ...['referred', 'referred-visit', 'referral'],
      ...['recent', 'recent-visit', 'recent-condition'],
      ...['old', 'old-visit'],
      'report',
    ]);
  });

  it('puts the patient before whatever came before the patient', () => {
    const records = [
      record('visit', 'encounter', { patient: 'p' }),
      record('condition', 'condition', { patient: 'p' }),
      record('p', 'patient', { patient: 'p' }),
    ];
    expect(idsOf(records)).toEqual(['p', 'visit', 'condition']);
  });

  it('counts a patient who was never seen by the last change', () => {
    const records = [
      record('a', 'patient', { patient: 'a', atMs: 10 }),
      record('b', 'patient', { patient: 'b', atMs: 30 }),
    ];
    expect(idsOf(records)).toEqual(['b', 'a']);
  });
});

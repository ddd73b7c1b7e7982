import { describe, expect, it } from 'vitest';
import { countReferrals } from './demo-referrals.ts';
import { type DemoNodeResult, isWhole } from './demo-result.ts';

const node: DemoNodeResult = {
  facility: 'cscom_sangha',
  recordedChanges: 12,
  changesAtHub: 12,
  converged: true,
  digest: '00',
  bytesSent: 1,
  bytesReceived: 1,
  exchanges: 1,
  quarantined: 0,
};

describe('the result of a demonstration', () => {
  it('is whole only if the hub holds every change and every node verifies', () => {
    expect(isWhole([node, node])).toBe(true);
    expect(isWhole([node, { ...node, changesAtHub: 11 }])).toBe(false);
    expect(isWhole([{ ...node, converged: false }, node])).toBe(false);
    expect(isWhole([])).toBe(false);
  });
});

describe('the count of referrals', () => {
  const first = { id: '1', from: 'sangha', to: 'djenne', status: 'closed' };
  const second = { id: '2', from: 'djenne', to: 'mopti', status: 'closed', basedOn: '1' };
  const lost = { id: '3', from: 'sangha', to: 'mopti', status: 'notified' };

  it('takes the sender’s word for what was sent and countered, the receiver’s for what arrived', () => {
    const seen = new Map([
      ['sangha', [first, lost]],
      ['djenne', [{ ...first, status: 'in-care' }, second]],
      ['mopti', [second, { ...first, status: 'created' }]],
    ]);
    expect(countReferrals(seen)).toEqual({ sent: 3, delivered: 2, countered: 2, secondLevel: 1 });
  });

  it('does not count as countered what only the receiver knows to be closed', () => {
    const seen = new Map([
      ['sangha', [{ ...first, status: 'departed' }]],
      ['djenne', [first]],
    ]);
    expect(countReferrals(seen)).toEqual({ sent: 1, delivered: 1, countered: 0, secondLevel: 0 });
  });
});

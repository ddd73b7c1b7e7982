import { describe, expect, it } from 'vitest';
import { routeOf } from './routing-rules.ts';

describe('the route of a referral', () => {
  it('names where it goes and what goes with it', () => {
    const fields = {
      patient: 'p',
      from: 'f',
      to: 't',
      requester: 'n',
      closedBy: 'm',
      basedOn: 'r',
      reason: 'x',
      urgency: 'evacuation',
    };
    expect(routeOf(fields)).toEqual({
      destination: 't',
      patient: 'p',
      companions: ['p', 'n', 'm'],
      facilities: ['f', 't'],
      basedOn: 'r',
    });
  });

  it('is nowhere without a target', () => {
    expect(routeOf({ patient: 'p' })).toMatchObject({ destination: null, basedOn: null, facilities: [] });
  });
});

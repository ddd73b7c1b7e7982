import { describe, expect, it } from 'vitest';
import { accountRouteOf, isUnderWay, patientOfAllergy, routeOf } from './routing-rules.ts';

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

describe('the route of an account', () => {
  const there = '00000000-0000-8000-8000-00000000000a';
  const wrong = '00000000-0000-8000-8000-00000000000b';

  it('goes to the facilities where it is valid, in a role that a share can give', () => {
    const places = [`${there} nurse`, `${wrong} head`, `${wrong} nurse too`, wrong, 'elsewhere nurse', ''];
    expect(accountRouteOf({ practitioner: 'n', home: 'h', login: 'awa', places })).toEqual({
      home: 'h',
      practitioner: 'n',
      destinations: [there],
    });
    expect(accountRouteOf({ login: 'awa' })).toEqual({ home: null, practitioner: null, destinations: [] });
  });
});

describe('the route of an allergy', () => {
  it('follows its patient’s referrals until they are closed or cancelled', () => {
    expect(patientOfAllergy({ patient: 'p', text: 'pénicilline' })).toBe('p');
    expect(patientOfAllergy({ text: 'pénicilline' })).toBeNull();
    for (const status of ['created', 'notified', 'departed', 'arrived', 'in-care', 'not-arrived'])
      expect(isUnderWay({ status })).toBe(true);
    expect(isUnderWay({})).toBe(true);
    for (const status of ['closed', 'cancelled']) expect(isUnderWay({ status })).toBe(false);
  });
});

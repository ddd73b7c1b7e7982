import { describe, expect, it } from 'vitest';
import type { NamedFields } from '../records/catalogue.ts';
import { type Disclosure, isInForce, judgeDisclosure } from './consent-decision.ts';

const at = Date.UTC(2026, 10, 26, 12);
const asked: Disclosure = {
  classes: ['Condition', 'Encounter'],
  purpose: 'TREAT',
  recipient: { kind: 'facility', id: 'csref', isInDistrict: true },
  country: 'ML',
  atMs: at,
};
const permit = { status: 'active', purpose: 'TREAT', recipient: 'csref', classes: ['Condition'] };
const verdict = (consents: readonly NamedFields[], to: Partial<Disclosure> = {}) => {
  const { allowed, because } = judgeDisclosure(
    consents.map((fields, index) => ({ id: String(index), fields })),
    { ...asked, ...to },
  );
  return { allowed: [...allowed], why: because.get('Condition') };
};

describe('what may leave', () => {
  it('is nothing without a consent, and with one the classes that it names', () => {
    expect(verdict([])).toEqual({ allowed: [], why: 'no-consent' });
    expect(verdict([permit])).toEqual({ allowed: ['Condition'], why: 'permitted' });
    expect(verdict([{ ...permit, recipient: 'csref', classes: ['Encounter'] }])).toEqual({
      allowed: ['Encounter'],
      why: 'not-of-that-class',
    });
  });

  it('is nothing once it is withdrawn, before it begins and after its last day, be that a day, a month or a year', () => {
    expect(verdict([{ ...permit, status: 'withdrawn' }]).why).toBe('withdrawn');
    for (const until of ['2026-11-25', '2026-10', '2025']) expect(verdict([{ ...permit, until }]).why).toBe('ended');
    for (const until of ['2026-11-26', '2026-11', '2026~'])
      expect(verdict([{ ...permit, until }]).why).toBe('permitted');
    expect(verdict([{ ...permit, from: '2026-11-27' }]).why).toBe('ended');
    expect(verdict([{ ...permit, from: '2026-11' }]).why).toBe('permitted');
  });

  it('is for the recipient alone that is named, and the district is the facility’s own', () => {
    const other = { kind: 'facility', id: 'hospital', isInDistrict: false } as const;
    expect(verdict([permit], { recipient: other }).why).toBe('other-recipient');
    const wide = { status: 'active', purpose: 'TREAT', isForDistrict: true, classes: ['Condition'] };
    expect(verdict([wide]).why).toBe('permitted');
    expect(verdict([wide], { recipient: other }).why).toBe('other-recipient');
    expect(verdict([{ status: 'active', purpose: 'TREAT', classes: ['Condition'] }]).why).toBe('other-recipient');
    const insurer = { ...permit, purpose: 'HPAYMT', recipient: undefined, recipientName: 'Institut national (INPS)' };
    const { recipient: _none, ...named } = insurer;
    const ask = (name: string) =>
      verdict([named as NamedFields], { purpose: 'HPAYMT', recipient: { kind: 'organisation', name } }).why;
    expect(ask('institut NATIONAL, inps')).toBe('permitted');
    expect(ask('CANAM')).toBe('other-recipient');
  });

  it('is for the purpose that is named; care is one purpose', () => {
    expect(verdict([permit], { purpose: 'ETREAT' }).why).toBe('permitted');
    expect(verdict([permit], { purpose: 'HRESCH' }).why).toBe('other-purpose');
    expect(verdict([{ ...permit, purpose: 'HRESCH' }]).why).toBe('other-purpose');
  });

  it('leaves the country only for a consent that names it, and stays there', () => {
    const abroad = { ...permit, country: 'FR' };
    expect(verdict([permit], { country: 'FR' }).why).toBe('other-country');
    expect(verdict([abroad], { country: 'FR' }).why).toBe('permitted');
    expect(verdict([abroad], { country: 'SN' }).why).toBe('other-country');
    expect(verdict([abroad]).why).toBe('other-country');
  });

  it('is denied by any denial, whichever came first, and by what a permit itself refuses', () => {
    const denial = { status: 'active', decision: 'deny', purpose: 'TREAT', classes: ['Condition'] };
    for (const consents of [
      [permit, denial],
      [denial, permit],
    ])
      expect(verdict(consents).why).toBe('denied');
    expect(verdict([permit, { ...denial, recipient: 'csref' }]).why).toBe('denied');
    expect(verdict([permit, { ...denial, recipient: 'hospital' }]).why).toBe('permitted');
    expect(verdict([permit, { ...denial, classes: ['Encounter'] }]).why).toBe('permitted');
    expect(verdict([permit, { ...denial, status: 'withdrawn' }]).why).toBe('permitted');
    expect(verdict([permit, { ...denial, country: 'FR' }]).why).toBe('permitted');
    expect(verdict([permit, { ...permit, refused: ['Condition'] }]).why).toBe('denied');
  });

  it('is a guardian’s to give until the child is of age, and then nobody’s until the patient says so', () => {
    const guarded = { ...permit, guardian: 'Awa Dolo', guardianRelation: 'MTH' };
    expect(verdict([guarded], { birthDate: '2008-11-27' }).why).toBe('permitted');
    expect(verdict([guarded], { birthDate: '2008-11-26' }).why).toBe('of-age');
    expect(verdict([guarded], { birthDate: '2008~' }).why).toBe('of-age');
    expect(verdict([guarded]).why).toBe('permitted');
    expect(verdict([permit], { birthDate: '2008-11-26' }).why).toBe('permitted');
    expect(isInForce(guarded, at, '2008-11-27')).toBe(true);
  });
});

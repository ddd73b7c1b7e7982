import { describe, expect, it } from 'vitest';
import { referral } from './referral.ts';
import {
  REFERRAL_STEPS,
  type ReferralSide,
  type ReferralStatus,
  type ReferralStep,
  stepBetween,
  takeReferralStep,
} from './referral-machine.ts';

const STATUSES = referral.fields.status.values as readonly ReferralStatus[];
const STEPS = Object.keys(REFERRAL_STEPS) as ReferralStep[];

describe('the referral machine', () => {
  it('takes a referral there and back', () => {
    let status: ReferralStatus = 'created';
    for (const [step, side] of [
      ['notify', 'sender'],
      ['depart', 'sender'],
      ['arrive', 'receiver'],
      ['admit', 'receiver'],
      ['close', 'receiver'],
    ] as [ReferralStep, ReferralSide][]) {
      const result = takeReferralStep(status, step, side);
      if (!result.ok) throw new Error(`${step} from ${status}`);
      expect(stepBetween(status, result.status)).toBe(step);
      status = result.status;
    }
    expect(status).toBe('closed');
  });

  it('has no step out of closed and cancelled, and never lets one side act for the other', () => {
    for (const step of STEPS) {
      for (const status of STATUSES) {
        const wrong: ReferralSide = REFERRAL_STEPS[step].side === 'sender' ? 'receiver' : 'sender';
        expect(takeReferralStep(status, step, wrong)).toEqual({ ok: false, reason: 'wrong-side' });
        if (status === 'closed' || status === 'cancelled')
          expect(takeReferralStep(status, step, REFERRAL_STEPS[step].side).ok).toBe(false);
      }
    }
  });

  it('knows only states that the record knows', () => {
    for (const { from, to } of Object.values(REFERRAL_STEPS))
      expect(STATUSES).toEqual(expect.arrayContaining([...from, to]));
  });
});

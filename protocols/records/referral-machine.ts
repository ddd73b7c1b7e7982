import type { Role } from './record-type.ts';

/**
 * The steps of a référence or évacuation (domain: créée → notifiée → partie → arrivée → prise en charge → close, or non
 * arrivée, or annulée) and which side takes each:
 *
 * | from | step | to | side |
 * |---|---|---|---|
 * | created | notify | notified | sender |
 * | created, notified | depart | departed | sender |
 * | created, notified, departed, not-arrived | arrive | arrived | receiver |
 * | arrived | admit | in-care | receiver |
 * | arrived, in-care | close | closed | receiver |
 * | created, notified, departed | report-absent | not-arrived | receiver |
 * | created, notified, departed, not-arrived | cancel | cancelled | sender |
 *
 * A patient may arrive before anyone noted the departure: the receiver's word is enough.
 */
export const REFERRAL_STEPS = {
  notify: { from: ['created'], to: 'notified', side: 'sender' },
  depart: { from: ['created', 'notified'], to: 'departed', side: 'sender' },
  arrive: { from: ['created', 'notified', 'departed', 'not-arrived'], to: 'arrived', side: 'receiver' },
  admit: { from: ['arrived'], to: 'in-care', side: 'receiver' },
  close: { from: ['arrived', 'in-care'], to: 'closed', side: 'receiver' },
  'report-absent': { from: ['created', 'notified', 'departed'], to: 'not-arrived', side: 'receiver' },
  cancel: { from: ['created', 'notified', 'departed', 'not-arrived'], to: 'cancelled', side: 'sender' },
} as const;

/** A step of {@link REFERRAL_STEPS}. */
export type ReferralStep = keyof typeof REFERRAL_STEPS;

/** A state of a referral. */
export type ReferralStatus =
  | 'created'
  | 'notified'
  | 'departed'
  | 'arrived'
  | 'in-care'
  | 'closed'
  | 'not-arrived'
  | 'cancelled';

/** Which end of the referral acts. */
export type ReferralSide = 'sender' | 'receiver';

/** The state after a step, or why it cannot be taken (`wrong-state` or `wrong-side`). */
export function takeReferralStep(
  status: ReferralStatus,
  step: ReferralStep,
  side: ReferralSide,
):
  | { readonly ok: true; readonly status: ReferralStatus }
  | { readonly ok: false; readonly reason: 'wrong-state' | 'wrong-side' } {
  const rule = REFERRAL_STEPS[step];
  if (rule.side !== side) return { ok: false, reason: 'wrong-side' };
  const from: readonly ReferralStatus[] = rule.from;
  return from.includes(status) ? { ok: true, status: rule.to } : { ok: false, reason: 'wrong-state' };
}

/** The step that leads from one state to another, for a client that writes the target state; undefined when none does. */
export function stepBetween(from: ReferralStatus, to: ReferralStatus): ReferralStep | undefined {
  const steps = Object.keys(REFERRAL_STEPS) as ReferralStep[];
  return steps.find((step) => {
    const sources: readonly ReferralStatus[] = REFERRAL_STEPS[step].from;
    return REFERRAL_STEPS[step].to === to && sources.includes(from);
  });
}

/** The roles that decide a referral or receive one. */
export const REFERRAL_ROLES: readonly Role[] = ['nurse', 'midwife', 'physician', 'head'];

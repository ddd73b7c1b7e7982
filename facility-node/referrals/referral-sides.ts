import type { ReferralSide } from '@santehaggui/protocols/records/referral-machine.ts';

/** What the form's second and third parts hold: written where the patient arrives. The rest is the sender's. */
export const RECEIVER_FIELDS: readonly string[] = [
  'arrivedAt',
  'arrivalState',
  'receivedBy',
  'finalDiagnosis',
  'acts',
  'outcome',
  'dischargeTreatment',
  'instructions',
  'followUpOn',
  'closedAt',
  'closedBy',
];

/** Which end of a referral a facility is; undefined for a third, which only reads. */
export function sideOf(
  { from, to }: { readonly from?: unknown; readonly to?: unknown },
  facilityId: string | null,
): ReferralSide | undefined {
  if (facilityId === null) return undefined;
  if (from === facilityId) return 'sender';
  return to === facilityId ? 'receiver' : undefined;
}

/** The fields among these that the other side writes. */
export function fieldsOfOtherSide(names: readonly string[], side: ReferralSide): readonly string[] {
  return names.filter((name) => RECEIVER_FIELDS.includes(name) !== (side === 'receiver'));
}

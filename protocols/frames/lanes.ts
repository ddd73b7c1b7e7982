import type { RecordChange } from '../journal/change.ts';
import { type NumberedFields, recordTypeNamed } from '../records/catalogue.ts';

/**
 * How soon a change leaves. This table is all there is to it:
 *
 * | lane | what | when |
 * |---|---|---|
 * | `urgent` | an évacuation: that it was made, and each step of it; that a consent was withdrawn, or something denied; that a record was opened in an emergency | before any long queue, on any carrier, with what it refers to |
 * | – | what people record | in the journal's order |
 * | `late` | what was imported | when nothing else waits; the hub's feed does not wait for it |
 */
export type Lane = 'urgent' | 'late';

const REFERRAL = recordTypeNamed('referral');
const URGENCY = String(REFERRAL.fields.urgency?.number);
const CONSENT = recordTypeNamed('consent');
const EMERGENCY = recordTypeNamed('emergencyAccess').number;
const CONSENT_STATUS = String(CONSENT.fields.status?.number);
const CONSENT_DECISION = String(CONSENT.fields.decision?.number);

/** Whether a change leaves before all others. `heldFields` gives the fields of its record after it, by number. */
export function isUrgent(change: RecordChange, heldFields: () => NumberedFields): boolean {
  if (change.recordType === CONSENT.number) {
    const fields = heldFields();
    return fields[CONSENT_STATUS] === 'withdrawn' || fields[CONSENT_DECISION] === 'deny';
  }
  if (change.recordType === EMERGENCY) return change.isCreate;
  return change.recordType === REFERRAL.number && heldFields()[URGENCY] === 'evacuation';
}

/** The records that a change refers to, which whoever gets it alone needs as well. */
export function referencesOf(change: RecordChange): readonly string[] {
  const ids = Object.values(change.writes).flatMap((write) =>
    write.kind === 'register' && typeof write.value === 'string' && UUID.test(write.value) ? [write.value] : [],
  );
  return change.author === null ? ids : [...ids, change.author];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';

/** A record of a facility's register, as far as its place in a load depends on it. */
export type LoadRecord = {
  readonly id: string;
  readonly type: number;
  /** The patient whose record it is; null for what belongs to nobody. */
  readonly patient: string | null;
  /** When the patient was seen, of an encounter; else when the record last changed here, in milliseconds since 1970. */
  readonly atMs: number;
  readonly isEncounter: boolean;
  /** A referral under way. */
  readonly isOpen: boolean;
  /** Where its first change stands in the journal: what it refers to stands before. */
  readonly position: number;
};

/** A record in its place. */
export type LoadItem = { readonly record: string; readonly patient: string | null };

/** What everything else refers to, and what everybody must know. */
const FIRST: ReadonlySet<number> = new Set(
  ['facility', 'practitioner', 'staffAccount', 'alert', 'rolePolicy', 'facilityRights'].map(
    (name) => recordTypeNamed(name).number,
  ),
);

/**
 * The order in which a node that has nothing is given a register, so that whatever it has so far can be worked with:
 *
 * | what | in which order |
 * |---|---|
 * | facilities, staff and their accounts, permissions, alerts | as they were recorded |
 * | patients with a referral under way, each with all records | last seen first |
 * | all other patients, each with all records | last seen first |
 * | what belongs to no patient: reports | the newest first |
 *
 * A patient's own record comes first and the others as they were recorded, so that what they refer to is there. A patient who was
 * never seen counts by the last change.
 */
export function loadOrder(records: readonly LoadRecord[]): readonly LoadItem[] {
  const byPosition = [...records].sort((left, right) => left.position - right.position);
  const first = byPosition.filter(({ type }) => FIRST.has(type));
  const others = byPosition.filter(({ type, patient }) => patient === null && !FIRST.has(type)).reverse();
  const patients = Map.groupBy(
    byPosition.filter(({ type, patient }) => patient !== null && !FIRST.has(type)),
    ({ patient }) => patient as string,
  );
  const ranked = [...patients].map(([patient, theirs]) => ({ patient, theirs, ...rankOf(theirs) }));
  ranked.sort((left, right) => Number(right.isOpen) - Number(left.isOpen) || right.seenMs - left.seenMs);
  const ofPatients = ranked.flatMap(({ patient, theirs }) => [
    ...theirs.filter(({ id }) => id === patient),
    ...theirs.filter(({ id }) => id !== patient),
  ]);
  return [...first, ...ofPatients, ...others].map(({ id, patient }) => ({ record: id, patient }));
}

function rankOf(records: readonly LoadRecord[]): { readonly isOpen: boolean; readonly seenMs: number } {
  const seen = records.filter(({ isEncounter }) => isEncounter);
  const told = seen.length > 0 ? seen : records;
  return { isOpen: records.some(({ isOpen }) => isOpen), seenMs: told.reduce((ms, { atMs }) => Math.max(ms, atMs), 0) };
}

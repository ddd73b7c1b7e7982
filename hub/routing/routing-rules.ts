import { type NamedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { placesIn } from '@santehaggui/protocols/records/staff-account.ts';

/**
 * What is routed, where to, and what goes with it. This table is all there is to it:
 *
 * | a change of a … | goes to | and with it go |
 * |---|---|---|
 * | referral | the facility of `to`, and whoever holds it | its minimum data set: the `patient`, all records of that person, with the allergies; the practitioners `requester`, `receivedBy`, `closedBy`, the facilities `from` and `to`, the referral `basedOn` with its practitioners and facilities, and the documents that name the referral |
 * | allergy of a patient whom a referral under way concerns | all who hold that referral | nothing |
 * | patient of whom `replacedBy` changes | whoever would have it if what is said of the person were said now: referrals under way, consents, denials | as with those |
 * | consent that permits and holds | the facility of `recipient`; `isForDistrict`: every facility of the district | the `patient` with the allergies, and the patient's records of its `classes` with the practitioners that they name |
 * | consent that denies | whoever holds the patient, or is given it later | nothing |
 * | emergency access that asks for what others hold, and is open | the facility that asks; to those who gave, the access itself | all records of the patient of the types that a consent may speak of, wherever they are held, but for what a denial speaks of, with the patient, the allergies and the practitioners that they name |
 * | document that names a referral | all who hold that referral | its author |
 * | encounter, observation, condition, prescription, dose, allergy, document of a patient whose consent holds and names that class | all whom the consent names | the `patient` with the allergies, the practitioners that it names |
 * | account of staff (`staffAccount`) | the facilities of its `places` | the `practitioner`, the facilities that it names |
 * | any record that more than one facility holds | all who hold it | nothing |
 * | facility (written by the hub) | every facility of the same region | nothing |
 * | rolePolicy (written by the hub) | every facility, or every one of its district: `hub/policies/` | nothing |
 * | alert (written by the hub) | the facility that it concerns, and every facility of its district | nothing |
 *
 * Patient means person here: all patients' records that `replacedBy` connects, whichever of them a referral or a consent names. What is
 * given goes only by what the giving facility's own nodes have connected (`person-service.ts`); what is denied, and what is kept of
 * copies, by what anybody has. A referral is under way until it is closed or cancelled. A consent holds while it is active, for care, within its
 * dates, and as far as no denial of the same patient speaks of it: `judgeDisclosure` in `protocols/consents/consent-decision.ts`
 * says so, here as at the nodes. A record goes with all its changes. Without consent encounters, observations, conditions, prescriptions, doses and documents
 * that go with no referral stay where they were made. A copy ends (`Release`) when nothing of this table asks for it any more: see
 * `copies-service.ts`.
 */
export const ROUTED_TYPE = recordTypeNamed('referral').number;

/** The type of the records that go with a referral's patient. */
export const ALLERGY_TYPE = recordTypeNamed('allergyIntolerance').number;

/** The type of the records that go with the referral they name. */
export const DOCUMENT_TYPE = recordTypeNamed('documentReference').number;

/** The type of the records that let a patient's others go. */
export const CONSENT_TYPE = recordTypeNamed('consent').number;

/** The type of the records that open a patient's in an emergency. */
export const EMERGENCY_TYPE = recordTypeNamed('emergencyAccess').number;
/** The type of the accounts that travel. */
export const ACCOUNT_TYPE = recordTypeNamed('staffAccount').number;

/** The types that a consent may speak of, by the names of their resources. */
export const SHARED_TYPES: ReadonlyMap<string, number> = new Map(
  [
    ...(['encounter', 'observation', 'condition', 'allergyIntolerance', 'medicationRequest', 'immunization'] as const),
    'documentReference',
  ]
    .map(recordTypeNamed)
    .map(({ fhirType, number }) => [fhirType, number]),
);

/** The fields of a referral that name records which go with it. */
const COMPANIONS = ['patient', 'requester', 'receivedBy', 'closedBy'] as const;
const FACILITIES = ['from', 'to'] as const;

const ENDED: ReadonlySet<unknown> = new Set(['closed', 'cancelled']);
/** What routing sends consents' data for: care goes on elsewhere. The other purposes are asked for, and never sent by routing. */
export const ROUTED_PURPOSE = 'TREAT';

/** The patient of an allergy; null when it names none. */
export function patientOfAllergy(fields: NamedFields): string | null {
  return reference(fields, 'patient');
}

/** What a document names that decides where it goes, and with what: its referral and its author. */
export function namedByDocument(fields: NamedFields): {
  readonly referral: string | null;
  readonly author: string | null;
} {
  return { referral: reference(fields, 'referral'), author: reference(fields, 'author') };
}

/** Whether whoever holds a referral is to hear of its patient's allergies. */
export function isUnderWay(referral: NamedFields): boolean {
  return !ENDED.has(referral.status);
}

/** The facility records that a consent names itself; undefined for one that permits nothing. */
export function recipientIn(fields: NamedFields): string | null | undefined {
  return fields.decision === 'deny' ? undefined : reference(fields, 'recipient');
}

/** Whether a consent refuses something: then whoever holds the patient is to know. */
export function isDenial(fields: NamedFields): boolean {
  return fields.decision === 'deny';
}

/** What a referral's fields say about where it goes and with what. */
export type ReferralRoute = {
  /** Record id of the facility it goes to. */
  readonly destination: string | null;
  readonly patient: string | null;
  /** Records of the sender's register that go with it. */
  readonly companions: readonly string[];
  /** Facility records, which the hub's registry has. */
  readonly facilities: readonly string[];
  readonly basedOn: string | null;
};

/** Reads the route of a referral from its fields. */
export function routeOf(fields: NamedFields): ReferralRoute {
  return {
    destination: reference(fields, 'to'),
    patient: reference(fields, 'patient'),
    companions: COMPANIONS.flatMap((name) => reference(fields, name) ?? []),
    facilities: FACILITIES.flatMap((name) => reference(fields, name) ?? []),
    basedOn: reference(fields, 'basedOn'),
  };
}

/** What an account's fields say about where it goes: records of facilities, and of the practitioner who goes along. */
export type AccountRoute = {
  readonly home: string | null;
  readonly practitioner: string | null;
  readonly destinations: readonly string[];
};

/** Reads the route of an account from its fields. */
export function accountRouteOf(fields: NamedFields): AccountRoute {
  return {
    home: reference(fields, 'home'),
    practitioner: reference(fields, 'practitioner'),
    destinations: placesIn(fields.places).map(({ facility }) => facility),
  };
}

function reference(fields: NamedFields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' ? value : null;
}

import type { NamedFields } from '../records/catalogue.ts';
import { addYears, dayOf, hasBegun, hasEnded } from './consent-period.ts';

/** The country that data are in unless a consent names another (ISO 3166-1 alpha-2). */
export const HOME_COUNTRY = 'ML';

/** Mali: majority is at 18 (Code des personnes et de la famille, 2011, art. 609). */
export const MAJORITY_YEARS = 18;

/** To whom data would go. */
export type Recipient =
  /** A facility of the network, by the id of its record. */
  | { readonly kind: 'facility'; readonly id: string; readonly isInDistrict: boolean }
  /** Somebody else: an insurer, a university, a ministry of another country. */
  | { readonly kind: 'organisation'; readonly name: string };

/** Data of one patient that would leave. */
export type Disclosure = {
  /** FHIR names of the classes: `Encounter`, `Condition` … */
  readonly classes: readonly string[];
  /** v3-PurposeOfUse. */
  readonly purpose: string;
  readonly recipient: Recipient;
  /** Where the recipient is (ISO 3166-1 alpha-2). */
  readonly country: string;
  readonly atMs: number;
  /** Of the patient, where it is known: a guardian's word ends at majority. */
  readonly birthDate?: string | undefined;
};

/** Why a class may leave, or what comes closest to why it may not. */
export type ConsentReason =
  | 'permitted'
  | 'denied'
  | 'withdrawn'
  | 'ended'
  | 'of-age'
  | 'other-country'
  | 'other-recipient'
  | 'other-purpose'
  | 'not-of-that-class'
  | 'no-consent';

/** What consents say of a disclosure: the classes that may leave, and why, class by class. */
export type ConsentVerdict = {
  readonly allowed: ReadonlySet<string>;
  readonly because: ReadonlyMap<string, ConsentReason>;
  /** The consents that the answer rests on. */
  readonly consents: readonly string[];
};

/** A consent as it is judged. */
export type JudgedConsent = { readonly id: string; readonly fields: NamedFields };

/** Care, ordinary or urgent, is one purpose: who treats somebody does not ask which of the two it is. */
const CARE: ReadonlySet<unknown> = new Set(['TREAT', 'ETREAT']);

/** From what says most of a refusal to what says least. */
const TELLING: readonly ConsentReason[] = [
  'denied',
  'withdrawn',
  'of-age',
  'ended',
  'not-of-that-class',
  'other-country',
  'other-recipient',
  'other-purpose',
];

/**
 * What may leave, by all consents of one patient: nothing that no `permit` gives, and nothing that a `deny` speaks of, whichever
 * came first. A recipient, a purpose and a country are given only by name. Pure; node and hub ask this one function.
 */
export function judgeDisclosure(consents: readonly JudgedConsent[], disclosure: Disclosure): ConsentVerdict {
  const allowed = new Set<string>();
  const because = new Map<string, ConsentReason>();
  const basis = new Set<string>();
  for (const dataClass of disclosure.classes) {
    const judged = consents.map(({ id, fields }) => ({ id, reason: reasonOf(fields, dataClass, disclosure) }));
    const denying = judged.filter(({ reason }) => reason === 'denied');
    const permitting = judged.filter(({ reason }) => reason === 'permitted');
    const reason: ConsentReason =
      denying.length > 0
        ? 'denied'
        : permitting.length > 0
          ? 'permitted'
          : (TELLING.find((candidate) => judged.some((one) => one.reason === candidate)) ?? 'no-consent');
    because.set(dataClass, reason);
    if (reason === 'permitted') allowed.add(dataClass);
    for (const { id } of denying.length > 0 ? denying : permitting) basis.add(id);
  }
  return { allowed, because, consents: [...basis] };
}

/** Whether a consent has effect at a moment: active, begun, not ended, and a guardian's only while the patient is a child. */
export function isInForce(fields: NamedFields, atMs: number, birthDate?: string): boolean {
  return standing(fields, atMs, birthDate) === 'permitted';
}

/** The last day on which a guardian's word counts; undefined for an unreadable date. An estimated year counts from its first day. */
export function lastDayOfMinority(birthDate: string): string | undefined {
  return addYears(birthDate, MAJORITY_YEARS, -1);
}

/** Whether somebody born then is a child at a moment; undefined where the date says nothing. */
export function isMinor(birthDate: string | undefined, atMs: number): boolean | undefined {
  const last = birthDate === undefined ? undefined : lastDayOfMinority(birthDate);
  return last === undefined ? undefined : dayOf(atMs) <= last;
}

/** Whether what one consent denies or permits is meant for a purpose. */
export function isForPurpose(fields: NamedFields, purpose: string): boolean {
  return fields.purpose === purpose || (CARE.has(fields.purpose) && CARE.has(purpose));
}

function reasonOf(fields: NamedFields, dataClass: string, disclosure: Disclosure): ConsentReason {
  const state = standing(fields, disclosure.atMs, disclosure.birthDate);
  const isDenial = fields.decision === 'deny';
  const matches = matching(fields, disclosure, isDenial);
  const isRefused = setOf(fields.refused).has(dataClass);
  const speaksOf = setOf(fields.classes).has(dataClass) || isRefused;
  // A denial that has no effect, or is of something else, says nothing; nor is it why anything is refused.
  if (isDenial) return state === 'permitted' && matches === 'permitted' && speaksOf ? 'denied' : 'no-consent';
  if (matches !== 'permitted') return matches;
  if (!speaksOf) return 'not-of-that-class';
  if (state !== 'permitted') return state;
  return isRefused ? 'denied' : 'permitted';
}

function standing(fields: NamedFields, atMs: number, birthDate: string | undefined): ConsentReason {
  if (fields.status !== 'active') return 'withdrawn';
  const today = dayOf(atMs);
  if (!hasBegun(fields.from, today) || hasEnded(fields.until, today)) return 'ended';
  const isOfGuardian = fields.guardian !== undefined || fields.guardianRelation !== undefined;
  return isOfGuardian && isMinor(birthDate, atMs) === false ? 'of-age' : 'permitted';
}

/** A denial that names nobody, or no country, is meant for all. */
function matching(fields: NamedFields, disclosure: Disclosure, isDenial: boolean): ConsentReason {
  const { purpose, recipient, country } = disclosure;
  if (!isForPurpose(fields, purpose)) return 'other-purpose';
  const namesNobody =
    fields.recipient === undefined && fields.recipientName === undefined && fields.isForDistrict !== true;
  if (!(isDenial && namesNobody) && !isRecipient(fields, recipient)) return 'other-recipient';
  const isAnyCountry = isDenial && fields.country === undefined;
  return isAnyCountry || (fields.country ?? HOME_COUNTRY) === country ? 'permitted' : 'other-country';
}

function isRecipient(fields: NamedFields, recipient: Recipient): boolean {
  if (recipient.kind === 'facility')
    return fields.recipient === recipient.id || (fields.isForDistrict === true && recipient.isInDistrict);
  return typeof fields.recipientName === 'string' && folded(fields.recipientName) === folded(recipient.name);
}

function folded(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function setOf(value: NamedFields[string] | undefined): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? (value as readonly string[]) : []);
}

import { fieldNumbered, recordTypeNumbered } from '../records/catalogue.ts';
import { consent } from '../records/consent.ts';
import { documentReference } from '../records/document-reference.ts';
import { emergencyAccess } from '../records/emergency-access.ts';
import { facility } from '../records/facility.ts';
import { practitioner } from '../records/practitioner.ts';
import type { FieldDeclaration } from '../records/record-type.ts';
import { rolePolicy } from '../records/role-policy.ts';
import { storedValueProblem } from '../records/schema.ts';
import { staffAccount } from '../records/staff-account.ts';
import type { RecordChange, RegisterWrite, SetWrite } from './change.ts';
import type { RefusalCode } from './refusals.ts';

/** Why a change is refused: the code to acknowledge it with, and what was wrong, without any value. */
export type Refusal = { readonly code: RefusalCode; readonly detail: string };

/** What is known of the record that a change is about: its type, or undefined when the node's register lacks it. */
export type HeldType = number | undefined;

/**
 * Whose node wrote a change: its facility by the record, whether one of that facility's nodes made the record that it changes, whether
 * the facility holds it, and whether an account that it makes is for a practitioner whom another facility made.
 */
export type Writer = {
  readonly facility: string;
  readonly isHome: boolean;
  readonly isHolder: boolean;
  readonly isForOthersStaff?: boolean;
};

/** The types of which not everything is every holder's to write: {@link checkChange} then asks for the writer. */
export const OWNED_TYPES: ReadonlySet<number> = new Set(
  [practitioner, staffAccount, emergencyAccess, documentReference, consent].map(({ number }) => number),
);

// The years 1 to 9999. to_timestamp() of PostgreSQL throws far outside of them, and with it every query of the view.
const MIN_INSTANT_MS = -62_135_596_800_000;
const MAX_INSTANT_MS = Date.UTC(9999, 11, 31);

/**
 * Whether a record change can be merged; undefined when it can. A type or field of a newer catalogue is no reason to
 * refuse: such values are kept by number and forwarded. Facilities are patched by the hub's registry alone, which alone writes the permissions of all. Of staff and their accounts the home says
 * who is active and where, of an emergency access everything, of a document which content it has, of a consent all but that it is withdrawn: without `writer` that is not looked at.
 */
export function checkChange(change: RecordChange, held: HeldType, writer?: Writer): Refusal | undefined {
  if (!change.isCreate) {
    if (held === undefined) return { code: 'SH-X304', detail: 'no such record in this register' };
    if (held !== change.recordType)
      return { code: 'SH-X304', detail: `the record is of type ${held}, not ${change.recordType}` };
    if (change.recordType === facility.number) return { code: 'SH-X305', detail: 'facility' };
  }
  // What the hub itself wrote comes back from nodes after it was restored (docs/protocol.md 7).
  if (change.recordType === rolePolicy.number && change.origin.node !== 0)
    return { code: 'SH-X305', detail: 'rolePolicy' };
  if (writer !== undefined && !isOwners(change, writer))
    return { code: 'SH-X305', detail: recordTypeNumbered(change.recordType)?.name ?? '' };
  if (!isStorable(change.role)) return { code: 'SH-X303', detail: 'role' };
  const type = recordTypeNumbered(change.recordType);
  for (const [key, write] of Object.entries(change.writes)) {
    const declaration = type === undefined ? undefined : fieldNumbered(type, Number(key));
    const problem = writeProblem(write, declaration);
    if (problem !== undefined)
      return { code: 'SH-X303', detail: `${type?.name ?? change.recordType}.${key}: ${problem}` };
  }
  return undefined;
}

const HOME = String(staffAccount.fields.home.number);
const VERIFIERS = String(staffAccount.fields.verifiers.number);
const EMPLOYER = String(practitioner.fields.facility.number);
const ACTIVE = String(practitioner.fields.active.number);
const ROLE = String(practitioner.fields.role.number);
const OPENED_AT = String(emergencyAccess.fields.facility.number);
const { contentType, size, hash } = documentReference.fields;
const { status, withdrawnAt, versions } = consent.fields;
const WITHDRAWAL: ReadonlySet<string> = new Set([status, withdrawnAt, versions].map(({ number }) => String(number)));
const CONTENT = [contentType, size, hash].map(({ number }) => String(number));

/** Whether a change leaves to the home of a record what is the home's. */
function isOwners({ recordType, isCreate, writes }: RecordChange, writer: Writer): boolean {
  const { facility, isHome, isHolder, isForOthersStaff = false } = writer;
  if (recordType === staffAccount.number && isCreate) {
    const home = writes[HOME];
    // Whoever signs in with it writes as its practitioner.
    return home?.kind === 'register' && home.value === facility && !isForOthersStaff;
  }
  if (recordType === emergencyAccess.number && isCreate) {
    const at = writes[OPENED_AT];
    return at === undefined || (at.kind === 'register' && at.value === facility);
  }
  if (isCreate || isHome) return true;
  if (recordType === emergencyAccess.number) return false;
  // Another content would put away the one that is here.
  if (recordType === documentReference.number) return CONTENT.every((key) => writes[key] === undefined);
  if (recordType === consent.number) return isWithdrawal(writes);
  // Whose copy has ended changes no password any more.
  if (recordType === staffAccount.number) return isHolder && Object.keys(writes).every((key) => key === VERIFIERS);
  return recordType !== practitioner.number || ![ACTIVE, EMPLOYER, ROLE].some((key) => writes[key] !== undefined);
}

/** Whether all that is written of a consent is that it ends: whoever meets the patient takes that down, and nobody else's node gives more. */
function isWithdrawal(writes: RecordChange['writes']): boolean {
  const state = writes[String(status.number)];
  const isEnded = state === undefined || (state.kind === 'register' && state.value === 'withdrawn');
  return isEnded && Object.keys(writes).every((key) => WITHDRAWAL.has(key));
}

function writeProblem(write: RegisterWrite | SetWrite, declaration: FieldDeclaration | undefined): string | undefined {
  if (declaration !== undefined && (declaration.merge === 'set') !== (write.kind === 'set'))
    return `a ${write.kind} write`;
  if (write.kind === 'set') {
    return [...write.add, ...write.remove.map(({ member }) => member)].every(isStorable)
      ? undefined
      : 'text that cannot be stored';
  }
  const { value } = write;
  if (value === null) return undefined;
  if (typeof value === 'string' && !isStorable(value)) return 'text that cannot be stored';
  if (declaration === undefined) return undefined;
  if (declaration.kind === 'instant' && ((value as number) < MIN_INSTANT_MS || (value as number) > MAX_INSTANT_MS)) {
    return 'an instant out of range';
  }
  return storedValueProblem(declaration, value);
}

// PostgreSQL's jsonb holds neither U+0000 nor half a surrogate pair (PostgreSQL 15 §8.14).
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

import { aggregateReport } from './aggregate-report.ts';
import { alert } from './alert.ts';
import { allergyIntolerance } from './allergy-intolerance.ts';
import { condition } from './condition.ts';
import { consent } from './consent.ts';
import { documentReference } from './document-reference.ts';
import { emergencyAccess } from './emergency-access.ts';
import { encounter } from './encounter.ts';
import { facility } from './facility.ts';
import { facilityRights } from './facility-rights.ts';
import { immunization } from './immunization.ts';
import { medicationRequest } from './medication-request.ts';
import { observation } from './observation.ts';
import { patient } from './patient.ts';
import { practitioner } from './practitioner.ts';
import type { FieldDeclaration, FieldValue, RecordType } from './record-type.ts';
import { referral } from './referral.ts';
import { rolePolicy } from './role-policy.ts';
import { staffAccount } from './staff-account.ts';

/** Every record type of this release, in the order of their numbers. */
export const RECORD_TYPES: readonly RecordType[] = [
  patient,
  practitioner,
  facility,
  encounter,
  observation,
  condition,
  allergyIntolerance,
  medicationRequest,
  immunization,
  referral,
  aggregateReport,
  consent,
  alert,
  rolePolicy,
  facilityRights,
  emergencyAccess,
  documentReference,
  staffAccount,
];

const BY_NAME: ReadonlyMap<string, RecordType> = new Map(RECORD_TYPES.map((type) => [type.name, type]));
const BY_NUMBER: ReadonlyMap<number, RecordType> = new Map(RECORD_TYPES.map((type) => [type.number, type]));

type FieldIndex = ReadonlyMap<number, FieldDeclaration>;
const FIELDS: ReadonlyMap<RecordType, FieldIndex> = new Map(RECORD_TYPES.map((type) => [type, indexOf(type)]));

type FieldName = { readonly name: string; readonly number: string };
const NAMES: ReadonlyMap<RecordType, readonly FieldName[]> = new Map(RECORD_TYPES.map((type) => [type, namesOf(type)]));

/** The declaration of a type by its name; throws a RangeError for a name that the catalogue lacks. */
export function recordTypeNamed(name: string): RecordType {
  const type = BY_NAME.get(name);
  if (type === undefined) throw new RangeError(`no record type ${JSON.stringify(name)}`);
  return type;
}

/** The declaration of a type by its number; undefined for one of a newer catalogue. */
export function recordTypeNumbered(number: number): RecordType | undefined {
  return BY_NUMBER.get(number);
}

/** A record's fields by number, as stored: unknown numbers of a newer catalogue stay where they are. */
export type NumberedFields = Readonly<Record<string, FieldValue>>;

/** A record's fields by name. */
export type NamedFields = Readonly<Record<string, FieldValue>>;

/** Fields by name; those that the catalogue lacks are left out. */
export function namedFields(type: RecordType, fields: NumberedFields): NamedFields {
  const named: Record<string, FieldValue> = {};
  for (const { name, number } of NAMES.get(type) ?? namesOf(type)) {
    const value = fields[number];
    if (value !== undefined) named[name] = value;
  }
  return named;
}

/** The declaration of a field by name; throws a RangeError for a name that the type lacks. */
export function fieldNamed(type: RecordType, name: string): FieldDeclaration {
  const declaration = type.fields[name];
  if (declaration === undefined) throw new RangeError(`${type.name} has no field ${JSON.stringify(name)}`);
  return declaration;
}

/** The declaration of a field by number; undefined for one of a newer catalogue. */
export function fieldNumbered(type: RecordType, number: number): FieldDeclaration | undefined {
  return (FIELDS.get(type) ?? indexOf(type)).get(number);
}

function namesOf(type: RecordType): readonly FieldName[] {
  return Object.entries(type.fields).map(([name, { number }]) => ({ name, number: String(number) }));
}

function indexOf(type: RecordType): FieldIndex {
  return new Map(Object.values(type.fields).map((declaration) => [declaration.number, declaration]));
}

import type { FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { EnteredFields } from './references.ts';

/** What FHIR R4 requires and nobody types: the ordinary case of each type. */
const ORDINARY: Readonly<Record<string, Readonly<Record<string, FieldValue>>>> = {
  encounter: { class: 'AMB', status: 'finished' },
  observation: { status: 'final' },
  medicationRequest: { status: 'active', intent: 'order' },
  immunization: { status: 'completed' },
  consent: { status: 'active' },
  documentReference: { status: 'current' },
};

/** When it happened, by type: the field that takes the consultation's start when it is left out. */
const TIME_FIELD: Readonly<Record<string, string>> = {
  observation: 'effective',
  condition: 'recordedAt',
  allergyIntolerance: 'recordedAt',
  medicationRequest: 'authoredOn',
  immunization: 'occurrence',
  consent: 'givenAt',
  documentReference: 'recordedAt',
};

/** The fields of a new record with what is left out: the ordinary status and, when it happened, `atMs`. */
export function withDefaults(type: RecordType, fields: EnteredFields, atMs: number): EnteredFields {
  const timeField = TIME_FIELD[type.name];
  const whole: Record<string, EnteredFields[string]> = { ...ORDINARY[type.name] };
  if (timeField !== undefined) whole[timeField] = atMs;
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) whole[name] = value;
  return whole;
}

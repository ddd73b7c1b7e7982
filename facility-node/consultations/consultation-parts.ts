import { condition } from '@santehaggui/protocols/records/condition.ts';
import { immunization } from '@santehaggui/protocols/records/immunization.ts';
import { medicationRequest } from '@santehaggui/protocols/records/medication-request.ts';
import { observation } from '@santehaggui/protocols/records/observation.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';

/** The lists of a consultation, as its request and its answers name them, and what each holds. */
export const CONSULTATION_PARTS = {
  observations: observation,
  conditions: condition,
  prescriptions: medicationRequest,
  immunizations: immunization,
} as const satisfies Readonly<Record<string, RecordType>>;

/** One of the lists of {@link CONSULTATION_PARTS}. */
export type PartName = keyof typeof CONSULTATION_PARTS;

/** The names of the lists, in the order in which they are recorded. */
export const PART_NAMES = Object.keys(CONSULTATION_PARTS) as readonly PartName[];

import type { RecordState } from '@santehaggui/protocols/journal/merge.ts';
import type { Stamp } from '@santehaggui/protocols/journal/stamp.ts';
import type { NamedFields, NumberedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { namedFields, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';

/** A record as it is here. */
export type StoredRecord = {
  readonly id: string;
  readonly type: RecordType;
  readonly fields: NamedFields;
  /** By field number: who wrote what stands. */
  readonly stamps: RecordState['stamps'];
  /** The stamp of the last change to the record here: its ETag. */
  readonly lastStamp: Stamp;
  /** Where its first change stands in the journal: the key of lists in order of age. */
  readonly createdPosition: number;
};

/** A row of `record`, decoded. `conflictCount`: how many of its conflicts are open. */
export type HeldRecord = {
  readonly id: string;
  readonly typeNumber: number;
  readonly fields: NumberedFields;
  readonly stamps: RecordState['stamps'];
  readonly lastStamp: Stamp;
  readonly createdPosition: number;
  readonly conflictCount: number;
};

/** The record by its names; undefined for a type of a newer catalogue, which is kept but cannot be read here. */
export function storedRecord(held: Omit<HeldRecord, 'conflictCount'>): StoredRecord | undefined {
  const type = recordTypeNumbered(held.typeNumber);
  if (type === undefined) return undefined;
  const { id, fields, stamps, lastStamp, createdPosition } = held;
  return { id, type, fields: namedFields(type, fields), stamps, lastStamp, createdPosition };
}

/** Whose health a record concerns; undefined for staff and facilities. */
export function patientOf({ type, id, fields }: Pick<StoredRecord, 'type' | 'id' | 'fields'>): string | undefined {
  if (type.name === 'patient') return id;
  return typeof fields.patient === 'string' ? fields.patient : undefined;
}

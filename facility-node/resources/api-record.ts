import type { FieldDeclaration, FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { z } from 'zod';
import type { ShownRecord } from '../access/shown-record.ts';

/** A record as the LAN API shows it: `id`, `version` (its ETag without quotes), then its fields. */
export type ApiRecord = { readonly id: string; readonly version: string } & Readonly<Record<string, FieldValue>>;

/** What a foreign system sent beyond our fields: of use to an export, too long for a screen. */
const HIDDEN = ['source'];

/** A record as the LAN API shows it, as far as it is for whoever asks. */
export function apiRecord({ id, type, fields, lastStamp }: ShownRecord): ApiRecord {
  const shown = Object.fromEntries(Object.entries(fields).filter(([name]) => !HIDDEN.includes(name)));
  return { ...toApiFields(type, shown), id, version: lastStamp };
}

/** The entity tag (RFC 9110 §8.8.3) of a version. */
export function entityTag(version: string): string {
  return `"${version}"`;
}

/** The schema of {@link ApiRecord} for one type, for the documentation. */
export function apiRecordSchema(type: RecordType): z.ZodObject {
  const fields = Object.entries(type.fields).filter(([name]) => !HIDDEN.includes(name));
  return z.object({
    id: z.string(),
    version: z.string(),
    ...Object.fromEntries(fields.map(([name, declaration]) => [name, shownSchema(declaration).optional()])),
  });
}

function shownSchema({ kind, label, unit }: FieldDeclaration): z.ZodType {
  const description = unit === undefined ? label.fr : `${label.fr} (${unit})`;
  return schemaOfKind(kind).describe(description);
}

function schemaOfKind(kind: FieldDeclaration['kind']): z.ZodType {
  if (kind === 'integer') return z.int();
  if (kind === 'decimal') return z.number();
  if (kind === 'boolean') return z.boolean();
  if (kind === 'set') return z.array(z.string());
  if (kind === 'instant') return z.iso.datetime();
  return z.string();
}

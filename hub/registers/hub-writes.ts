import type { FieldWrites, RegisterWrite } from '@santehaggui/protocols/journal/change.ts';
import type { RegisterStamp } from '@santehaggui/protocols/journal/merge.ts';
import { fieldNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { RecordRow } from './record-row.ts';

/**
 * What the hub writes of a record so that its fields have these values (null takes one back): each write names the one it replaces in
 * `present`, and what has its value already is left out.
 */
export function hubWrites(
  type: RecordType,
  values: Readonly<Record<string, RegisterWrite['value']>>,
  present?: Pick<RecordRow, 'fields'> & { readonly stamps: Readonly<Record<string, unknown>> },
): FieldWrites {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const number = String(fieldNamed(type, name).number);
      if ((present?.fields[number] ?? null) === value) return [];
      const base = (present?.stamps[number] as RegisterStamp | undefined)?.stamp ?? null;
      return [[number, { kind: 'register', value, base, authorised: true } as const]];
    }),
  );
}

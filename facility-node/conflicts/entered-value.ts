import type { RegisterWrite } from '@santehaggui/protocols/journal/change.ts';
import { fieldNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { fieldSchema } from '@santehaggui/protocols/records/schema.ts';
import { failResource } from '../resources/resource-errors.ts';

/** What only its own steps change: a third value would jump over them. */
const BY_STEPS: Readonly<Record<string, readonly string[]>> = { referral: ['status'] };

/** The value that a clinician decided on, as stored. Throws SH-I130 when the field cannot take it. */
export function enteredValue(type: RecordType, fieldName: string, value: unknown): RegisterWrite['value'] {
  const declaration = fieldNamed(type, fieldName);
  if (BY_STEPS[type.name]?.includes(fieldName)) {
    throw refused({ fr: 'gardez l’une des deux valeurs', en: 'keep one of the two values' });
  }
  if (value === null) {
    if (declaration.required) throw refused({ fr: 'une valeur est obligatoire', en: 'a value is required' });
    return null;
  }
  const parsed = fieldSchema(declaration).safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues[0]?.message ?? 'valeur refusée');
  return parsed.data as RegisterWrite['value'];
}

function refused(message: string | { readonly fr: string; readonly en: string }) {
  return failResource('SH-I130', { fields: [{ field: 'value', message }] });
}

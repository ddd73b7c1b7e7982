import type { RegisterWrite, SetWrite } from '@santehaggui/protocols/journal/change.ts';
import { fieldNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldDeclaration, FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { storedValueProblem } from '@santehaggui/protocols/records/schema.ts';
import { fromCborValue, type ScalarValue, toCborValue } from '@santehaggui/protocols/records/value-codec.ts';
import { failStore } from './store-errors.ts';

/** A field about to be written, by its name and declaration. */
export type FieldOf = { readonly name: string; readonly declaration: FieldDeclaration };

/** The declaration of a type's field. Throws SH-I101 for a name that the type lacks. */
export function fieldOf(type: RecordType, name: string): FieldOf {
  try {
    return { name, declaration: fieldNamed(type, name) };
  } catch (cause) {
    throw failStore('SH-I101', {
      fields: [{ field: name, message: { fr: 'champ inconnu', en: 'unknown field' } }],
      cause,
    });
  }
}

/**
 * The one form of a value that encoding and decoding leave as it is, so that writer and receiver hold the same: NFC text
 * without NUL (which PostgreSQL cannot store) or half characters, sorted sets, decimals and dates as their codec spells them.
 * Throws SH-I101 when the field cannot hold the value.
 */
export function canonicalValue({ name, declaration }: FieldOf, value: FieldValue): FieldValue {
  const problem = storedValueProblem(declaration, value);
  if (problem !== undefined) {
    throw failStore('SH-I101', {
      fields: [{ field: name, message: { fr: problemInFrench[problem] ?? problem, en: problem } }],
    });
  }
  if (declaration.kind === 'set') return [...new Set((value as readonly string[]).map(canonicalText))].sort();
  if (declaration.kind === 'decimal') return fromCborValue(toCborValue('decimal', value as ScalarValue));
  // Of references and dates there is one spelling.
  const isText = typeof value === 'string' && declaration.kind !== 'ref' && declaration.kind !== 'date';
  return isText ? canonicalText(value) : value;
}

/** The write of a register field or of a set's first members. */
export function firstWrite(
  declaration: FieldDeclaration,
  value: FieldValue,
  authorised: boolean,
): RegisterWrite | SetWrite {
  return declaration.kind === 'set'
    ? { kind: 'set', add: value as readonly string[], remove: [], authorised }
    : { kind: 'register', value: value as ScalarValue, base: null, authorised };
}

const problemInFrench: Readonly<Record<string, string>> = {
  'not a record id': 'un identifiant d’enregistrement est attendu',
  'not a date': 'une date est attendue',
  'not a decimal': 'un nombre décimal est attendu',
  'not an integer': 'un nombre entier est attendu',
  'not a boolean': 'oui ou non est attendu',
  'not a set': 'une liste est attendue',
  'not a text': 'un texte est attendu',
};

// No keyboard writes them, no text of FHIR may hold them (R4 §2.24.0.1), PostgreSQL holds no zero: an import would refuse what was exported.
const UNWRITABLE = /[\p{Cc}--[\t\n\r\x7f-\x9f]]/gv;

function canonicalText(text: string): string {
  return text.replace(UNWRITABLE, '').toWellFormed().normalize('NFC');
}

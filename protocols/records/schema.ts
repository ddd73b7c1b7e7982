import { z } from 'zod';
import { parseMaliPhone } from './phone.ts';
import type { FieldDeclaration, FieldValue, RecordType } from './record-type.ts';
import { isDateText, isDecimalText } from './value-codec.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHA_256 = /^[0-9a-f]{64}$/;

/** A record id or another UUID, lower case. */
export const uuidText = z.string().regex(UUID, 'un identifiant UUID est attendu');

/** A reference in a request: a record's id, or `key:<Idempotency-Key>` of the POST that made it. */
export const referenceText = z
  .string()
  .regex(
    /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|key:[\x21-\x7e]{1,100})$/,
    'un identifiant, ou key:<Idempotency-Key>, est attendu',
  );

/** The SHA-256 of content. */
const hashText = z.string().regex(SHA_256, 'un SHA-256 en hexadécimal est attendu');

const MAX_TEXT = 4000;
const MAX_SOURCE = 1_000_000;

/** The zod schema of one field as the API takes it; its output is the value as stored (see `FieldKind`). */
export function fieldSchema(declaration: FieldDeclaration): z.ZodType<FieldValue> {
  switch (declaration.kind) {
    case 'ref':
      return referenceText;
    case 'code':
      return codeSchema(declaration);
    case 'name':
      return z.string().trim().min(1, 'ne peut pas être vide').max(120).transform(nfc);
    case 'text':
      return z
        .string()
        .trim()
        .min(1, 'ne peut pas être vide')
        .max(declaration.number === 61 ? MAX_SOURCE : MAX_TEXT)
        .transform(nfc);
    case 'phone':
      return z
        .string()
        .trim()
        .min(3, 'numéro trop court')
        .max(30)
        .transform((text) => parseMaliPhone(text) ?? text);
    case 'date':
      return z
        .string()
        .refine(isDateText, 'une date AAAA, AAAA-MM ou AAAA-MM-JJ est attendue (« ~ » final si estimée)');
    case 'instant':
      return z.iso
        .datetime({ offset: true, error: 'une date et heure RFC 3339 est attendue' })
        .transform((text) => Date.parse(text));
    case 'boolean':
      return z.boolean();
    case 'integer':
      return z
        .int()
        .min(declaration.min ?? Number.MIN_SAFE_INTEGER)
        .max(declaration.max ?? Number.MAX_SAFE_INTEGER);
    case 'decimal':
      return decimalSchema(declaration);
    case 'attachment':
      return hashText;
    case 'set':
      return z.array(memberSchema(declaration)).max(200).transform(sortedSet);
  }
}

/** The body that creates a record: required fields must be there, unknown ones are refused. */
export function createSchema(type: RecordType): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(type.fields).map(([name, declaration]) => {
        const schema = fieldSchema(declaration);
        return [name, declaration.required ? schema : schema.optional()];
      }),
    ),
  );
}

/** The body that changes a record: any fields but those written once; null retracts a value. */
export function patchSchema(type: RecordType): z.ZodObject {
  const changeable = Object.entries(type.fields).filter(([, { merge }]) => merge !== 'once');
  return z.strictObject(
    Object.fromEntries(
      changeable.map(([name, declaration]) => {
        const schema = fieldSchema(declaration);
        return [name, (declaration.required ? schema : schema.nullable()).optional()];
      }),
    ),
  );
}

/** Stored values as the API shows them: instants as RFC 3339 text, decimals as numbers; the rest as it is. */
export function toApiFields(type: RecordType, named: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const shown: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(named)) {
    const kind = type.fields[name]?.kind;
    if (kind === 'instant') shown[name] = new Date(value as number).toISOString();
    else if (kind === 'decimal') shown[name] = Number(value);
    else shown[name] = value;
  }
  return shown;
}

/** What is wrong with a stored value that came from elsewhere, in words; undefined when the field can hold it. */
export function storedValueProblem(declaration: FieldDeclaration, value: FieldValue): string | undefined {
  const isText = typeof value === 'string';
  switch (declaration.kind) {
    case 'ref':
      return isText && UUID.test(value) ? undefined : 'not a record id';
    case 'date':
      return isText && isDateText(value) ? undefined : 'not a date';
    case 'decimal':
      return isText && isDecimalText(value) ? undefined : 'not a decimal';
    case 'instant':
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : 'not an integer';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'not a boolean';
    case 'attachment':
      return isText && SHA_256.test(value) ? undefined : 'not a hash';
    case 'set':
      return Array.isArray(value) ? undefined : 'not a set';
    default:
      return isText && value.length <= MAX_SOURCE ? undefined : 'not a text';
  }
}

function codeSchema(declaration: FieldDeclaration): z.ZodType<string> {
  const token = z.string().trim().min(1, 'ne peut pas être vide').max(300);
  const { values } = declaration;
  if (values === undefined) return token;
  return token.refine(
    (code) => code.includes('|') || values.includes(code),
    `une de ces valeurs est attendue : ${values.join(', ')}`,
  );
}

function memberSchema({ values }: FieldDeclaration): z.ZodType<string> {
  const member = z.string().trim().min(1).max(500).transform(nfc);
  if (values === undefined) return member;
  return member.refine((text) => values.includes(text), `une de ces valeurs est attendue : ${values.join(', ')}`);
}

function decimalSchema(declaration: FieldDeclaration): z.ZodType<string> {
  const { min, max } = declaration;
  const inBounds = (text: string): boolean =>
    (min === undefined || Number(text) >= min) && (max === undefined || Number(text) <= max);
  return z
    .union([z.number().transform(decimalOf), z.string().trim()])
    .refine(isDecimalText, 'un nombre décimal est attendu')
    .refine(inBounds, `une valeur entre ${min ?? '−∞'} et ${max ?? '+∞'} est attendue`);
}

/** The shortest exact text of a number, without an exponent. */
export function decimalOf(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(18).replace(/\.?0+$/, '') : text;
}

function nfc(text: string): string {
  return text.normalize('NFC');
}

function sortedSet(members: readonly string[]): string[] {
  return [...new Set(members)].sort();
}

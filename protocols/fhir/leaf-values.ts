import { parseMaliPhone } from '../records/phone.ts';
import type { FieldDeclaration, FieldValue } from '../records/record-type.ts';
import { isDateText, isDecimalText } from '../records/value-codec.ts';
import { type Alternative, EXTENSION_BASE, type FieldMapping } from './field-mapping.ts';
import { exactNumber, isJsonObject, type Json, type JsonObject, numberText } from './json.ts';
import { FhirProblem, type Found, type Place } from './path.ts';

/** The system of units (FHIR R4 §4.3.5). */
export const UCUM = 'http://unitsofmeasure.org';

/** The extension on `_birthDate` and the like that says that a date is an estimate. */
export const ESTIMATED = `${EXTENSION_BASE}/estimated`;

const DATE_TIME =
  /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(T(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;
const CONTROL = /[\p{Cc}--[\t\n\r\x7f-\x9f]]/v;
const MAX_CODE = 300;

// What people write for the units that fields declare (UCUM codes), lower case.
const UNIT_WORDS: Readonly<Record<string, readonly string[]>> = {
  'mm[Hg]': ['mmhg', 'mm hg', 'mm[hg]'],
  d: ['d', 'day', 'days', 'jour', 'jours', 'j'],
};

/** Where a value was found and how it is said there. */
export type Leaf = { readonly mapping: FieldMapping; readonly alternative: Alternative; readonly found: Found };

/**
 * The value of a leaf as a record holds it; of a reference its text. Undefined when it is well formed but says nothing
 * that the field can hold: then it stays in the resource only. Throws a {@link FhirProblem} when it is of a wrong type.
 */
export function leafValue(leaf: Leaf): FieldValue | undefined {
  const { mapping, found } = leaf;
  const { at } = lastPlace(found);
  const { declaration } = mapping;
  switch (declaration.kind) {
    case 'ref':
      return text(found.value, at, 'a reference is expected');
    case 'code':
      return codeOf(leaf);
    case 'set':
      return memberOf(leaf);
    case 'phone': {
      const typed = cleanText(found.value, at);
      return typed === undefined ? undefined : (parseMaliPhone(typed) ?? typed);
    }
    case 'text':
    case 'name':
      return cleanText(found.value, at);
    case 'date':
      return dateOf(found);
    case 'instant':
      return instantOf(found.value, at);
    case 'boolean':
      if (typeof found.value !== 'boolean') throw new FhirProblem(at, 'true or false is expected');
      return found.value;
    case 'integer':
      return integerOf(declaration, found);
    case 'decimal':
      return decimalValue(declaration, found);
  }
}

/** The JSON that says a value at a plain leaf. */
export function plainJson({ kind }: FieldDeclaration, value: FieldValue): Json {
  if (kind === 'instant') return dateTimeText(value as number);
  if (kind === 'decimal') return exactNumber(value as string);
  if (kind === 'date') return (value as string).replace('~', '');
  return value as string | number | boolean;
}

/** Code and system of a stored code as the resource says them; the system undefined where the code has none. */
export function codeParts(
  { declaration, codes }: FieldMapping,
  value: string,
): { readonly code: string; readonly system: string | undefined } {
  const bar = value.indexOf('|');
  if (bar < 0) return { code: codes.find(([, ours]) => ours === value)?.[0] ?? value, system: declaration.system };
  return { code: value.slice(bar + 1), system: bar === 0 ? undefined : value.slice(0, bar) };
}

/** Whether a code beside a system is that of a Quantity's unit (UCUM), whose word `unit` then says the same. */
export function isUnitCode({ declaration }: FieldMapping, system: string | undefined): boolean {
  return system === UCUM || declaration.system === UCUM;
}

/** Whether a Quantity is in the field's own unit, as its code says, or its word where it has no code. */
export function isInUnit(quantity: JsonObject, unit: string): boolean {
  if (quantity.code !== undefined) return quantity.code === unit;
  if (quantity.unit === undefined) return true;
  const word = typeof quantity.unit === 'string' ? quantity.unit.trim().toLowerCase() : '';
  return word === unit.toLowerCase() || (UNIT_WORDS[unit] ?? []).includes(word);
}

/** The object that holds a leaf. */
export function holderOf(found: Found): JsonObject {
  return lastPlace(found).holder as JsonObject;
}

/** Where the leaf stands. */
export function lastPlace(found: Found): Place {
  return found.trail.at(-1) as Place;
}

/** RFC 3339 text of an instant, in UTC, with milliseconds only where there are some. */
function dateTimeText(ms: number): string {
  return new Date(ms).toISOString().replace(/(\.000)?Z$/, '+00:00');
}

function codeOf({ mapping, alternative, found }: Leaf): string | undefined {
  const { at } = lastPlace(found);
  const code = cleanText(found.value, at, 'a code is expected');
  if (code === undefined || code.length > MAX_CODE) return undefined;
  if (alternative.form === 'unit-word') return `|${code}`;
  const { system: own } = mapping.declaration;
  if (alternative.form === 'plain') return ownCode(mapping, code);
  const { system } = holderOf(found);
  if (system === undefined || system === null) return `|${code}`;
  const text = cleanText(system, `${parentPath(at)}system`, 'a system (URI) is expected');
  if (text === own) return ownCode(mapping, code);
  return text === undefined ? `|${code}` : `${text}|${code}`;
}

function ownCode({ declaration, codes }: FieldMapping, code: string): string {
  const word = codes.find(([theirs]) => theirs === code)?.[1] ?? code;
  const isListed = declaration.values?.includes(word) ?? !word.includes('|');
  return isListed ? word : `${declaration.system}|${code}`;
}

function memberOf({ alternative, found }: Leaf): string | undefined {
  const { at } = lastPlace(found);
  const value = cleanText(found.value, at);
  if (value === undefined || alternative.form !== 'with-system') return value;
  const { system } = holderOf(found);
  if (system === undefined || system === null) return `|${value}`;
  return `${cleanText(system, `${parentPath(at)}system`, 'a system (URI) is expected') ?? ''}|${value}`;
}

function dateOf(found: Found): string | undefined {
  const { at, key } = lastPlace(found);
  const date = dateTimeParts(found.value, at).date;
  return isMarkedEstimated(holderOf(found)[`_${key}`]) ? `${date}~` : date;
}

/** Whether the sibling `_birthDate` of a date carries the mark of an estimate. */
export function isMarkedEstimated(sibling: Json | undefined): boolean {
  const extensions = isJsonObject(sibling) ? sibling.extension : undefined;
  return (
    Array.isArray(extensions) &&
    extensions.some((one) => isJsonObject(one) && one.url === ESTIMATED && one.valueBoolean === true)
  );
}

function instantOf(value: Json, at: string): number | undefined {
  const { date, time, zone } = dateTimeParts(value, at);
  // A leap second (FHIR R4 §2.24.0.1 allows :60) is told as the second before; a time without zone is taken as UTC, Mali's.
  const clock =
    time === undefined ? '' : `${time.replace(/^(T\d\d:\d\d):60/, '$1:59')}${zone === undefined ? 'Z' : ''}`;
  const ms = Date.parse(`${time === undefined ? date : date.padEnd(10, '-01')}${clock}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function dateTimeParts(value: Json, at: string): { date: string; time: string | undefined; zone: string | undefined } {
  const match = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  const date = match?.[1];
  const hasDay = date?.length === 10;
  if (match === null || date === undefined || !isDateText(date) || (match[2] !== undefined && !hasDay)) {
    throw new FhirProblem(at, 'a date is expected: YYYY, YYYY-MM, YYYY-MM-DD, or with a time');
  }
  return { date, time: match[2], zone: match[3] };
}

function integerOf(declaration: FieldDeclaration, found: Found): number | undefined {
  const { at, key } = lastPlace(found);
  const value = Number(numberOf(found.value, at));
  if (Number.isSafeInteger(value)) return isForeignUnit(declaration, found) ? undefined : value;
  // `value` is a decimal in FHIR (Quantity, Duration): 2.5 days are well formed, but no integer.
  if (key === 'value') return undefined;
  throw new FhirProblem(at, 'an integer is expected');
}

function decimalValue(declaration: FieldDeclaration, found: Found): string | undefined {
  const written = numberOf(found.value, lastPlace(found).at);
  if (isForeignUnit(declaration, found)) return undefined;
  const decimal = isDecimalText(written) ? written : withoutExponent(Number(written));
  // The journal's decimals have mantissas of 64 bits (CBOR tag 4, RFC 8949 §3.4.4).
  const digits = decimal.replace(/\D/g, '').replace(/^0+/, '').length;
  return isDecimalText(decimal) && digits <= 18 ? decimal : undefined;
}

function withoutExponent(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(18).replace(/\.?0+$/, '') : text;
}

function isForeignUnit({ unit }: FieldDeclaration, found: Found): boolean {
  return unit !== undefined && lastPlace(found).key === 'value' && !isInUnit(holderOf(found), unit);
}

function numberOf(value: Json, at: string): string {
  const written = numberText(value);
  if (written === undefined) throw new FhirProblem(at, 'a number is expected');
  return written;
}

function cleanText(value: Json, at: string, expected = 'a text is expected'): string | undefined {
  const clean = text(value, at, expected).toWellFormed().normalize('NFC').trim();
  if (CONTROL.test(clean)) throw new FhirProblem(at, 'a control character, which FHIR texts cannot hold');
  return clean === '' ? undefined : clean;
}

function text(value: Json, at: string, expected: string): string {
  if (typeof value !== 'string') throw new FhirProblem(at, expected);
  return value;
}

function parentPath(at: string): string {
  return at.slice(0, at.lastIndexOf('.') + 1);
}

import { asCborDecimal, cborDecimal } from '../cbor.ts';
import { fromUuid, toUuid } from '../crypto/bytes.ts';
import type { FieldKind } from './record-type.ts';

/** A field's value in memory, sets aside; see `FieldKind`. */
export type ScalarValue = string | number | boolean;

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)$/;
// At most 18 significant digits and 18 places: the mantissa then fits 64 bits (RFC 8949 §3.4.4 with §3.1).
const DECIMAL = /^(-?)(?=0*(?:\.0*)?(?:\d\.?){0,18}$)(\d{1,30})(?:\.(\d{1,18}))?$/;

/**
 * The CBOR form of a value. It tells its kind by itself (references are 16 bytes, dates arrays, decimals tag 4), so that a
 * receiver with an older catalogue still decodes it.
 */
export function toCborValue(kind: FieldKind, value: ScalarValue): unknown {
  if (kind === 'ref') return fromUuid(value as string);
  if (kind === 'decimal') return decimalToCbor(value as string);
  if (kind === 'date') return dateToCbor(value as string);
  return typeof value === 'string' ? value.normalize('NFC') : value;
}

/** The value that {@link toCborValue} encoded; throws a RangeError on anything it cannot have made. */
export function fromCborValue(encoded: unknown): ScalarValue {
  if (typeof encoded === 'string' || typeof encoded === 'boolean') return encoded;
  if (typeof encoded === 'number' && Number.isSafeInteger(encoded)) return encoded;
  if (encoded instanceof Uint8Array) return toUuid(encoded);
  if (Array.isArray(encoded)) return dateFromCbor(encoded);
  const decimal = asCborDecimal(encoded);
  if (decimal !== undefined) return decimalText(decimal.mantissa, decimal.exponent);
  throw new RangeError('no field value');
}

/** Whether a text is a date as `FieldKind` describes it, and exists in the calendar. */
export function isDateText(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [, , month, day] = match;
  if (month === undefined) return true;
  if (Number(month) < 1 || Number(month) > 12) return false;
  return day === undefined || (Number(day) >= 1 && Number(day) <= daysIn(Number(match[1]), Number(month)));
}

/** Whether a text is an exact decimal: at most 18 significant digits, and 18 places after the point. */
export function isDecimalText(text: string): boolean {
  return DECIMAL.test(text);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function dateToCbor(text: string): unknown {
  const match = DATE.exec(text);
  if (match === null) throw new RangeError(`not a date: ${JSON.stringify(text)}`);
  const parts: (number | boolean)[] = [match[1], match[2], match[3]].filter((part) => part !== undefined).map(Number);
  if (match[4] === '~') parts.push(true);
  return parts;
}

function dateFromCbor(parts: readonly unknown[]): string {
  const isEstimated = parts.at(-1) === true;
  const numbers = isEstimated ? parts.slice(0, -1) : parts;
  const widths = [4, 2, 2];
  const text = numbers.map((part, index) => String(part).padStart(widths[index] ?? 2, '0')).join('-');
  const date = isEstimated ? `${text}~` : text;
  if (!isDateText(date)) throw new RangeError('no date');
  return date;
}

function decimalToCbor(text: string): unknown {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`not a decimal: ${JSON.stringify(text)}`);
  const fraction = match[3] ?? '';
  const mantissa = BigInt(`${match[1]}${match[2]}${fraction}`);
  const isSafe = mantissa >= BigInt(Number.MIN_SAFE_INTEGER) && mantissa <= BigInt(Number.MAX_SAFE_INTEGER);
  // "-0.0" would lose its sign and "1.50" its precision as a number: the exponent keeps the precision, zero has no sign.
  return cborDecimal({ exponent: 0 - fraction.length || 0, mantissa: isSafe ? Number(mantissa) : mantissa });
}

function decimalText(mantissa: number | bigint, exponent: number): string {
  if (exponent > 0 || exponent < -18) throw new RangeError('decimal exponent out of range');
  const digits = (mantissa < 0 ? -BigInt(mantissa) : BigInt(mantissa)).toString().padStart(1 - exponent, '0');
  const whole = digits.slice(0, digits.length + exponent);
  const text = exponent === 0 ? whole : `${whole}.${digits.slice(digits.length + exponent)}`;
  return mantissa < 0 ? `-${text}` : text;
}

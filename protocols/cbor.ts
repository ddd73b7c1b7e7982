import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';

/** A decimal fraction, RFC 8949 §3.4.4: mantissa × 10^exponent. */
export type CborDecimal = { readonly exponent: number; readonly mantissa: number | bigint };

/** The deterministic encoding of a value (RFC 8949 §4.2.1); Maps keep integer keys. */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** Wraps a decimal fraction for {@link encodeCbor}. */
export function cborDecimal(decimal: CborDecimal): unknown {
  return new Tagged(4, [decimal.exponent, decimal.mantissa]);
}

/** The decimal fraction in a decoded value, or undefined when it is something else. */
export function asCborDecimal(value: unknown): CborDecimal | undefined {
  if (!(value instanceof Tagged) || !Array.isArray(value.value)) return undefined;
  const [exponent, mantissa] = value.value as unknown[];
  if (!Number.isSafeInteger(exponent)) return undefined;
  if (typeof mantissa !== 'bigint' && !Number.isSafeInteger(mantissa)) return undefined;
  return { exponent: exponent as number, mantissa: mantissa as number | bigint };
}

/**
 * Decodes bytes that a stranger may have sent: maps become Maps, and duplicate keys, non-minimal integers, indefinite
 * lengths, other tags and trailing bytes throw.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decode(bytes, STRICT);
}

const STRICT = {
  useMaps: true,
  strict: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowNaN: false,
  allowInfinity: false,
  tags: Tagged.preserve(4),
};

/** An array; these four throw a RangeError on anything else, which makes a frame malformed. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new RangeError('not an array');
  return value;
}

/** A whole number that is not negative. */
export function natural(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new RangeError('not a natural number');
  return value as number;
}

/** A text. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new RangeError('not a text');
  return value;
}

/** Bytes, as many as given. */
export function bytes(value: unknown, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new RangeError('not bytes');
  if (length !== undefined && value.length !== length) throw new RangeError(`not ${length} bytes`);
  return value;
}

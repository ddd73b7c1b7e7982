/** Lower-case hexadecimal of bytes. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** Bytes of a hexadecimal text; throws a RangeError on anything else. */
export function fromHex(hex: string): Uint8Array {
  // It ends at the first character that is no digit.
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length * 2 !== hex.length) throw new RangeError('not hexadecimal');
  return new Uint8Array(bytes);
}

/** Lower-case UUID text of 16 bytes. */
export function toUuid(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError('a UUID has 16 bytes');
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID text; throws a RangeError on anything else. */
export function fromUuid(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  if (hex.length !== 32) throw new RangeError(`not a UUID: ${JSON.stringify(uuid)}`);
  return fromHex(hex);
}

import { keyedHash } from '../crypto/sodium.ts';

// CBOR of a byte string of 32 bytes (RFC 8949 §3.1). The fields of a change are a map, so nobody can take one for the other.
const BYTE_STRING_OF_32 = [0x58, 0x20] as const;
const LENGTH = 34;

/** What stands for the fields of a change of one's own once they are erased: the keyed hash that the chain commits to. */
export function erasedFields(fields: Uint8Array, journalKey: Uint8Array): Uint8Array {
  return isErased(fields) ? fields : Uint8Array.of(...BYTE_STRING_OF_32, ...keyedHash(journalKey, fields));
}

/** Whether fields were erased. */
export function isErased(fields: Uint8Array): boolean {
  return fields.length === LENGTH && BYTE_STRING_OF_32.every((byte, at) => fields[at] === byte);
}

/** The hash of fields that the chain commits to, be they here or erased. */
export function fieldsHash(fields: Uint8Array, journalKey: Uint8Array): Uint8Array {
  return isErased(fields) ? fields.subarray(BYTE_STRING_OF_32.length) : keyedHash(journalKey, fields);
}

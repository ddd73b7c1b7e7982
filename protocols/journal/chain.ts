import { sha256 } from '../crypto/hash.ts';
import type { EncodedChange } from './change-codec.ts';
import { fieldsHash } from './erased-fields.ts';

/** The chain head before a node's first change. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/**
 * The chain head after a change: SHA-256(previous ‖ metadata ‖ BLAKE2b(journal key, fields)). It commits to the fields
 * without giving them away: once they are erased, only the holder of the journal key could have guessed them, and the hash that
 * is left in their place gives the same head.
 */
export function chainHead(previous: Uint8Array, encoded: EncodedChange, journalKey: Uint8Array): Uint8Array {
  return sha256(previous, encoded.meta, fieldsHash(encoded.fields, journalKey));
}

import { createHash } from 'node:crypto';
import type { Origin } from '../journal/stamp.ts';
import { fromHex, toUuid } from './bytes.ts';

/** SHA-256 (FIPS 180-4) of the pieces, one after the other: 32 bytes. */
export function sha256(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return new Uint8Array(hash.digest());
}

/**
 * The id of the record that a change creates: SHA-256("SH1" ‖ node ‖ incarnation ‖ sequence)[0..16], marked UUIDv8
 * (RFC 9562 §5.8). It costs nothing on the wire and cannot collide between nodes.
 */
export function deriveRecordId(origin: Origin, sequence: number): string {
  const numbers = Buffer.alloc(12);
  numbers.writeUInt32BE(origin.node, 0);
  numbers.writeBigUInt64BE(BigInt(sequence), 4);
  const id = sha256('SH1', numbers.subarray(0, 4), fromHex(origin.incarnation), numbers.subarray(4)).slice(0, 16);
  id[6] = ((id[6] as number) & 0x0f) | 0x80;
  id[8] = ((id[8] as number) & 0x3f) | 0x80;
  return toUuid(id);
}

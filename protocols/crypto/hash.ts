import { hash } from 'node:crypto';
import type { Origin } from '../journal/stamp.ts';
import { toUuid } from './bytes.ts';

/** SHA-256 (FIPS 180-4) of the pieces, one after the other: 32 bytes. */
export function sha256(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const [first = ''] = pieces;
  const whole = pieces.length <= 1 ? first : Buffer.concat(pieces.map((piece) => bytesOf(piece)));
  return new Uint8Array(hash('sha256', whole, 'buffer'));
}

function bytesOf(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/**
 * The id of the record that a change creates: SHA-256("SH1" ‖ node ‖ incarnation ‖ sequence)[0..16], marked UUIDv8
 * (RFC 9562 §5.8). It costs nothing on the wire and cannot collide between nodes.
 */
export function deriveRecordId(origin: Origin, sequence: number): string {
  const name = Buffer.alloc(21);
  name.write('SH1', 0, 'latin1');
  name.writeUInt32BE(origin.node, 3);
  if (name.write(origin.incarnation, 7, 'hex') !== 6) throw new RangeError('not an incarnation');
  name.writeUInt32BE(Math.floor(sequence / 2 ** 32), 13);
  name.writeUInt32BE(sequence >>> 0, 17);
  const id = sha256(name).subarray(0, 16);
  id[6] = ((id[6] as number) & 0x0f) | 0x80;
  id[8] = ((id[8] as number) & 0x3f) | 0x80;
  return toUuid(id);
}

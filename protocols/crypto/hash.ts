import { hash } from 'node:crypto';
import type { Origin } from '../journal/stamp.ts';

/** SHA-256 (FIPS 180-4) of the pieces, one after the other: 32 bytes. */
export function sha256(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const [first = ''] = pieces;
  const whole = pieces.length <= 1 ? first : Buffer.concat(pieces.map((piece) => bytesOf(piece)));
  // Node takes three times as long to give bytes as to give a text.
  return new Uint8Array(Buffer.from(hash('sha256', whole, 'latin1'), 'latin1'));
}

function bytesOf(piece: Uint8Array | string): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

/** What the id of a created record is the hash of; filled in anew for each. */
const CREATION = Buffer.from('SH1'.padEnd(21, '\0'), 'latin1');

/**
 * The id of the record that a change creates: SHA-256("SH1" ‖ node ‖ incarnation ‖ sequence)[0..16], marked UUIDv8
 * (RFC 9562 §5.8). It costs nothing on the wire and cannot collide between nodes.
 */
export function deriveRecordId(origin: Origin, sequence: number): string {
  CREATION.writeUInt32BE(origin.node, 3);
  if (CREATION.write(origin.incarnation, 7, 'hex') !== 6) throw new RangeError('not an incarnation');
  CREATION.writeUInt32BE(Math.floor(sequence / 2 ** 32), 13);
  CREATION.writeUInt32BE(sequence >>> 0, 17);
  const id = hash('sha256', CREATION, 'hex');
  const variant = ((Number.parseInt(id.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-8${id.slice(13, 16)}-${variant}${id.slice(17, 20)}-${id.slice(20, 32)}`;
}

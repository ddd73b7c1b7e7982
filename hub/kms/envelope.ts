import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** What a sealed text is tied to; another place opens nothing. */
export type SealedPlace = { readonly label: string; readonly parts: readonly string[] };

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals bytes under a key of 32 bytes: format 1 · nonce 12 · ciphertext · tag 16 (AES-256-GCM, NIST SP 800-38D). `nonce` is
 * random: a key seals at most a few thousand texts.
 */
export function sealBytes(
  key: Uint8Array,
  plain: Uint8Array,
  { nonce, place }: { readonly nonce: Uint8Array; readonly place: SealedPlace },
): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError('not a nonce');
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(placeBytes(place));
  const sealed = Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(sealed);
}

/** Opens what {@link sealBytes} sealed; undefined when the key or the place is another one, or a byte was changed. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, place: SealedPlace): Uint8Array | undefined {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== FORMAT) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(placeBytes(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const body = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** A key for one object, from the key of whom it belongs to: HMAC-SHA-256 (RFC 5869's expand step, one block). */
export function keyFor(key: Uint8Array, place: SealedPlace): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(placeBytes(place)).update(Buffer.of(1)).digest());
}

/** Each part after its length, so that no two places have the same bytes. */
function placeBytes({ label, parts }: SealedPlace): Buffer {
  return Buffer.concat(
    [label, ...parts].flatMap((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

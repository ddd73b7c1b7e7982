import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * Fingerprints of 197,500 passwords of eight characters and more that were most often found in breaches (SecLists): sorted, each as
 * its distance from the one before, seven bits a byte with the last byte's highest bit clear. Made by `npm run known-passwords`.
 */
const FILE = new URL('./known-passwords.bin', import.meta.url);

/** Of 6,000 other passwords one is taken for a known one, and its owner asked for another. */
const FINGERPRINT_BITS = 30;

/** A password as it is compared: capitals and forms of Unicode make no other one. */
export function foldedPassword(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** What stands in the list for a password: the first 30 bits of the SHA-256 of {@link foldedPassword}. */
export function passwordFingerprint(password: string): number {
  return createHash('sha256').update(foldedPassword(password)).digest().readUInt32BE(0) >>> (32 - FINGERPRINT_BITS);
}

/** Whether one of these is among the passwords that whoever guesses tries first. The list (400 kB) is read for each call, in some milliseconds, and kept by nobody. */
export async function areKnownPasswords(passwords: readonly string[]): Promise<boolean> {
  const wanted = new Set(passwords.map(passwordFingerprint));
  const packed = await readFile(FILE);
  let fingerprint = 0;
  let distance = 0;
  for (const byte of packed) {
    distance = distance * 128 + (byte & 127);
    if (byte >= 128) continue;
    fingerprint += distance;
    distance = 0;
    if (wanted.has(fingerprint)) return true;
  }
  return false;
}

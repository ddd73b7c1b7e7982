import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const GOOD_FOR_MS = 10 * 60_000;
const MAX_ATTEMPTS = 5;

/** What is kept of a code: who reads it learns none that is still good. Times in milliseconds since 1970. */
export type KeptCode = {
  readonly salt: Uint8Array;
  /** SHA-256 of salt and code. */
  readonly codeHash: Uint8Array;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly attempts: number;
};

/** A random code of six digits, good for ten minutes and five attempts, and what to keep of it. */
export function newOneTimeCode(nowMs: number): { readonly code: string; readonly kept: KeptCode } {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const salt = randomBytes(16);
  const codeHash = codeHashOf(salt, code);
  return { code, kept: { salt, codeHash, createdAt: nowMs, expiresAt: nowMs + GOOD_FOR_MS, attempts: 0 } };
}

/** Whether this is the code, and it is still good; takes as long for a wrong one. The caller counts the attempt. */
export function isRightCode(
  { salt, codeHash, createdAt, expiresAt, attempts }: KeptCode,
  code: string,
  nowMs: number,
): boolean {
  const isSame = timingSafeEqual(codeHash, codeHashOf(salt, code));
  // A clock that was set back must not lengthen a code's life.
  return isSame && attempts < MAX_ATTEMPTS && nowMs < expiresAt && nowMs >= createdAt;
}

/** SHA-256 of a salt, a code, and what else it is bound to. */
export function codeHashOf(salt: Uint8Array, ...pieces: readonly string[]): Buffer {
  const hash = createHash('sha256').update(salt);
  for (const piece of pieces) hash.update(piece, 'utf8');
  return hash.digest();
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../time/clock.ts';

const GOOD_FOR_MS = 5 * 60_000;
const NONCE_BYTES = 8;
const TIME_BYTES = 8;
const PROOF_BYTES = 16;

/**
 * Numbers that nobody foresees, handed out to be signed: each for one purpose, once, within five minutes. What is handed out is remembered by
 * nobody, so that who asks for any number of them puts away none of another's: they carry when they were made, and a proof of it
 * (HMAC-SHA-256 under a key of this process). Those that were used are kept in memory.
 */
export class ChallengeBook {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** Until when (by the monotonic clock) they would be good, in the order in which they were used. */
  readonly #used = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new one: 32 bytes, base64url. */
  open(purpose: string): string {
    const head = Buffer.alloc(NONCE_BYTES + TIME_BYTES);
    randomBytes(NONCE_BYTES).copy(head);
    head.writeDoubleBE(this.#clock.monotonic(), NONCE_BYTES);
    return Buffer.concat([head, this.#proofOf(purpose, head)]).toString('base64url');
  }

  /** Whether it was handed out for that and not used yet; it is used now. */
  take(purpose: string, challenge: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== NONCE_BYTES + TIME_BYTES + PROOF_BYTES) return false;
    const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES);
    if (!timingSafeEqual(bytes.subarray(head.length), this.#proofOf(purpose, head))) return false;
    const now = this.#clock.monotonic();
    const until = head.readDoubleBE(NONCE_BYTES) + GOOD_FOR_MS;
    // However it is spelt.
    const known = bytes.toString('base64url');
    if (now >= until || this.#used.has(known)) return false;
    for (const [old, oldUntil] of this.#used) {
      if (oldUntil > now) break;
      this.#used.delete(old);
    }
    this.#used.set(known, until);
    return true;
  }

  #proofOf(purpose: string, head: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(head).update(purpose, 'utf8').digest().subarray(0, PROOF_BYTES);
  }
}

import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { consentTexts } from '@santehaggui/protocols/consents/short-texts.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ConsentCodeStore } from './consent-code-store.ts';
import { failConsent } from './consent-errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GOOD_FOR_MS = 10 * MINUTE_MS;
const MAX_ATTEMPTS = 5;
const MAX_AN_HOUR = 3;
const MAX_A_DAY = 6;
const KEPT_MS = 30 * 24 * HOUR_MS;

/** What the service is made of; without a messenger no code can be sent. */
export type ConsentCodeOptions = {
  readonly db: RecordStore['db'];
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly messenger: Messenger | undefined;
};

/** For whom a code is, where it goes, and to what text it says yes. */
export type CodeRequest = {
  readonly staff: Staff;
  readonly patientId: string;
  /** E.164; undefined where there is none. */
  readonly phone: string | undefined;
  readonly textHash: string;
};

/** A code as it comes back from the patient's mouth. */
export type CodeAnswer = Omit<CodeRequest, 'phone'> & { readonly codeId: string; readonly code: string };

/**
 * Codes of six digits that say yes to one text: sent to the patient's phone, good for ten minutes, five attempts and one use, for
 * the account that asked, the patient and the text that they were made for.
 */
export class ConsentCodeService {
  readonly #options: ConsentCodeOptions;
  readonly #codes: ConsentCodeStore;

  constructor(options: ConsentCodeOptions) {
    this.#options = options;
    this.#codes = new ConsentCodeStore(options.db);
  }

  /** Whether there is something to send codes with. */
  canSend(): boolean {
    return this.#options.messenger !== undefined;
  }

  /** Sends a new code. Throws SH-K191 without a phone, SH-T191 after too many, SH-T190 when the network took none. */
  async send({ staff, patientId, phone, textHash }: CodeRequest): Promise<{ codeId: string; expiresAtMs: number }> {
    const { clock, messenger, facility } = this.#options;
    if (messenger === undefined) throw failConsent('SH-T190');
    if (phone === undefined) throw failConsent('SH-K191');
    const nowMs = clock.now();
    const isTooOften =
      this.#codes.countSince(patientId, nowMs - HOUR_MS) >= MAX_AN_HOUR ||
      this.#codes.countSince(patientId, nowMs - 24 * HOUR_MS) >= MAX_A_DAY;
    if (isTooOften) throw failConsent('SH-T191');
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const [id, salt, expiresAt] = [randomBytes(12).toString('base64url'), randomBytes(16), nowMs + GOOD_FOR_MS];
    // Kept before it is sent: a code that arrives can always be checked, and each that was tried counts.
    this.#codes.forgetBefore(nowMs - KEPT_MS);
    this.#codes.add({
      ...{ id, patientId, phone, textHash, salt, expiresAt },
      accountId: staff.accountId,
      codeHash: hashOf(salt, code),
      createdAt: nowMs,
    });
    try {
      await messenger.send(phone, { kind: 'text', text: consentTexts.code({ code, facility: facility.name }) });
    } catch (cause) {
      throw failConsent('SH-T190', { cause });
    }
    return { codeId: id, expiresAtMs: expiresAt };
  }

  /**
   * The proof that the patient's phone had the code: `c1:<seconds since 1970>:<last two digits>:<salt>:<hash>`, the hash being
   * SHA-256 of salt, code, phone and text. Call it outside of any transaction: what it counts must not be undone. Throws SH-I190
   * alike for a wrong, an old and a foreign one, and after five attempts.
   */
  prove({ staff, patientId, textHash, codeId, code }: CodeAnswer): string {
    const nowMs = this.#options.clock.now();
    const kept = this.#codes.find(codeId);
    if (kept === undefined) throw failConsent('SH-I190');
    const isGood =
      kept.attempts < MAX_ATTEMPTS &&
      kept.expiresAt > nowMs &&
      kept.accountId === staff.accountId &&
      kept.patientId === patientId &&
      kept.textHash === textHash;
    this.#codes.countAttempt(codeId);
    if (!timingSafeEqual(kept.codeHash, hashOf(kept.salt, code)) || !isGood) throw failConsent('SH-I190');
    const salt = Buffer.from(kept.salt).toString('base64url');
    const proof = hashOf(kept.salt, code, kept.phone, textHash).subarray(0, 16).toString('base64url');
    return `c1:${Math.floor(nowMs / 1000)}:${kept.phone.slice(-2)}:${salt}:${proof}`;
  }

  /** Uses a code up, in the transaction that gives the consent. Throws SH-I190 for one that was used. */
  use(codeId: string): void {
    if (this.#codes.find(codeId)?.usedAt !== null) throw failConsent('SH-I190');
    this.#codes.use(codeId, this.#options.clock.now());
  }
}

function hashOf(salt: Uint8Array, ...pieces: readonly string[]): Buffer {
  const hash = createHash('sha256').update(salt);
  for (const piece of pieces) hash.update(piece, 'utf8');
  return hash.digest();
}

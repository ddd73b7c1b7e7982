import { randomBytes } from 'node:crypto';
import { consentTexts } from '@santehaggui/protocols/consents/short-texts.ts';
import { CodeSender, type SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import { codeHashOf, isRightCode, newOneTimeCode } from '@santehaggui/runtime/codes/one-time-code.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { memoryLimiters } from '@santehaggui/runtime/limits/limiter.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ConsentCodeStore } from './consent-code-store.ts';
import { failConsent } from './consent-errors.ts';

const KEPT_MS = 30 * 24 * 3600_000;

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
  readonly #sender: CodeSender | undefined;

  constructor(options: ConsentCodeOptions) {
    this.#options = options;
    this.#codes = new ConsentCodeStore(options.db);
    const { messenger } = options;
    if (messenger === undefined) return;
    const send: SendCode = (to, { text }) => messenger.send(to, { kind: 'text', text });
    this.#sender = new CodeSender({ purpose: 'consent-code', send, make: memoryLimiters });
  }

  /** Whether there is something to send codes with. */
  canSend(): boolean {
    return this.#sender !== undefined;
  }

  /** Sends a new code. Throws SH-K191 without a phone, SH-A005 after too many to that phone, SH-T190 when the network took none. */
  async send({ staff, patientId, phone, textHash }: CodeRequest): Promise<{ codeId: string; expiresAtMs: number }> {
    const { clock, facility } = this.#options;
    if (this.#sender === undefined) throw failConsent('SH-T190');
    if (phone === undefined) throw failConsent('SH-K191');
    const nowMs = clock.now();
    const { code, kept } = newOneTimeCode(nowMs);
    const id = randomBytes(12).toString('base64url');
    // Kept before it is sent: a code that arrives can always be checked.
    this.#codes.forgetBefore(nowMs - KEPT_MS);
    this.#codes.add({ id, patientId, phone, textHash, accountId: staff.accountId, ...kept });
    try {
      await this.#sender.send(phone, { code, text: consentTexts.code({ code, facility: facility.name }) });
    } catch (cause) {
      if (cause instanceof HagguiError) throw cause;
      throw failConsent('SH-T190', { cause });
    }
    return { codeId: id, expiresAtMs: kept.expiresAt };
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
    const isForThis = kept.accountId === staff.accountId && kept.patientId === patientId && kept.textHash === textHash;
    this.#codes.countAttempt(codeId);
    if (!isRightCode(kept, code, nowMs) || !isForThis) throw failConsent('SH-I190');
    const salt = Buffer.from(kept.salt).toString('base64url');
    const proof = codeHashOf(kept.salt, code, kept.phone, textHash).subarray(0, 16).toString('base64url');
    return `c1:${Math.floor(nowMs / 1000)}:${kept.phone.slice(-2)}:${salt}:${proof}`;
  }

  /** Uses a code up, in the transaction that gives the consent. Throws SH-I190 for one that was used. */
  use(codeId: string): void {
    if (this.#codes.find(codeId)?.usedAt !== null) throw failConsent('SH-I190');
    this.#codes.use(codeId, this.#options.clock.now());
  }
}

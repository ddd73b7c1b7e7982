import { createHash, randomBytes } from 'node:crypto';
import type { OwnFactors } from '@santehaggui/protocols/api/factors-api.ts';
import { gsmText } from '@santehaggui/protocols/consents/short-texts.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { BoundCodes } from '@santehaggui/runtime/codes/bound-codes.ts';
import { CodeSender, type SendCode } from '@santehaggui/runtime/codes/code-sender.ts';
import { memoryLimiters } from '@santehaggui/runtime/limits/limiter.ts';
import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { CodeSent, SecondFactor } from '../people/second-factor.ts';
import type { RecordStore } from '../store/record-store.ts';
import { failFactor } from './factor-errors.ts';
import { PhoneFactorStore } from './phone-factor-store.ts';

const MOST_PROPOSED = 100;

/** What the service is made of; without a messenger no code can be sent. */
export type PhoneFactorOptions = {
  readonly db: RecordStore['db'];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: Pick<OwnFacility, 'name'>;
  readonly messenger: Messenger | undefined;
};

/**
 * Codes by SMS as second factor: to a number that its owner has proven to have, asked for where the account has not been used before.
 * A code is for one attempt to sign in, which the browser shows by a credential of its own.
 */
export class PhoneFactorService implements SecondFactor {
  readonly #options: PhoneFactorOptions;
  readonly #factors: PhoneFactorStore;
  readonly #codes: BoundCodes;
  /** Of numbers that are not proven yet, counted apart: whoever proposes a colleague's keeps no code from signing her in. */
  readonly #proposalCodes: BoundCodes;
  /** By account: each message costs money, whatever number it goes to. */
  readonly #proposals = memoryLimiters({ name: 'phone-proposals', points: 6, seconds: 24 * 3600 });
  /** Numbers that wait for their code, by session. */
  readonly #proposed = new Map<string, string>();

  constructor(options: PhoneFactorOptions) {
    const { clock, messenger } = options;
    this.#options = options;
    this.#factors = new PhoneFactorStore(options.db);
    const send: SendCode = async (phone, { text }) => {
      if (messenger === undefined) throw failFactor('SH-T250');
      await messenger.send(phone, { kind: 'text', text }).catch((cause) => {
        throw failFactor('SH-T250', { cause });
      });
    };
    const codesFor = (purpose: string) =>
      new BoundCodes({ clock, sender: new CodeSender({ purpose, send, make: memoryLimiters }) });
    this.#codes = codesFor('sign-in-code');
    this.#proposalCodes = codesFor('phone-proposal');
  }

  isAskedOf(accountId: number): boolean {
    return this.#factors.of(accountId) !== undefined;
  }

  async send(accountId: number): Promise<CodeSent> {
    const phone = this.#factors.of(accountId)?.phone;
    if (phone === undefined) throw failFactor('SH-T250');
    const attempt = randomBytes(32).toString('base64url');
    const expiresAtMs = await this.#codes.send(bindingOf(accountId, attempt), phone, this.#text);
    return { attempt, phoneEnding: phone.slice(-2), expiresAtMs };
  }

  prove({ accountId, attempt, code }: { readonly accountId: number; readonly attempt: string; readonly code: string }) {
    return this.#codes.prove(bindingOf(accountId, attempt), code);
  }

  /** The end of the number that an account's codes go to. */
  endingOf(accountId: number): string | null {
    return this.#factors.of(accountId)?.phone.slice(-2) ?? null;
  }

  /** Takes an account's number away, within a transaction. */
  removeOf(accountId: number): void {
    this.#factors.remove(accountId);
  }

  /** What its owner is shown. */
  state(accountId: number): Pick<OwnFactors, 'phone' | 'canSendCodes'> {
    const factor = this.#factors.of(accountId);
    return {
      phone:
        factor === undefined
          ? null
          : { ending: factor.phone.slice(-2), since: new Date(factor.validatedAt).toISOString() },
      canSendCodes: this.#options.messenger !== undefined,
    };
  }

  /** Sends a code to a number that shall serve from now on. Throws SH-I250, SH-T250, SH-A005. */
  async propose({ accountId, sessionId }: Staff, phone: string): Promise<Omit<CodeSent, 'attempt'>> {
    const number = parseMaliPhone(phone);
    if (number === undefined) throw failFactor('SH-I250');
    await this.#proposals.take(String(accountId));
    const expiresAtMs = await this.#proposalCodes.send(bindingOf(accountId, sessionId, number), number, this.#text);
    const [oldest] = this.#proposed.keys();
    if (this.#proposed.size >= MOST_PROPOSED && oldest !== undefined) this.#proposed.delete(oldest);
    this.#proposed.set(sessionId, number);
    return { phoneEnding: number.slice(-2), expiresAtMs };
  }

  /** Takes the proposed number for its owner's: the code came there. Throws SH-I251. */
  confirm(staff: Staff, code: string): void {
    const { accountId, sessionId } = staff;
    const phone = this.#proposed.get(sessionId);
    if (phone === undefined || !this.#proposalCodes.prove(bindingOf(accountId, sessionId, phone), code))
      throw failFactor('SH-I251');
    this.#proposed.delete(sessionId);
    this.#factors.together(() => {
      this.#factors.set(accountId, { phone, validatedAt: this.#options.clock.now() });
      this.#note(staff, { what: 'phone', phoneEnding: phone.slice(-2) });
    });
  }

  /** A password is enough again. */
  remove(staff: Staff): void {
    this.#factors.together(() => {
      this.#factors.remove(staff.accountId);
      this.#note(staff, { what: 'phone', removed: true });
    });
  }

  readonly #text = (code: string): string => {
    const { name } = this.#options.facility;
    return gsmText(
      `${name.slice(0, 30)}: code ${code} pour vous connecter. Ne le dites à personne. Valable 10 minutes.`,
    );
  };

  #note(staff: Staff, detail: Readonly<Record<string, unknown>>): void {
    this.#options.audit.append(staff, {
      ...{ action: 'update', recordType: 'second-factor', recordId: staff.practitionerId, purpose: 'HOPERAT' },
      detail: { login: staff.login, ...detail },
    });
  }
}

/** What a code is for, by a hash: attempts and sessions are secrets. */
function bindingOf(accountId: number, ...rest: readonly string[]): string {
  return createHash('sha256')
    .update([accountId, ...rest].join(' '), 'utf8')
    .digest('base64url');
}

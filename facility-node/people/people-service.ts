import {
  type FactorSummary,
  loginText,
  type NewUserRequest,
  newUserRequest,
  type ProvisionalPassword,
  passwordText,
  type UserDetail,
  type UserLine,
  type UserShutOut,
  type UserWithPassword,
} from '@santehaggui/protocols/api/users-api.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import { validate } from '@santehaggui/runtime/http/validate.ts';
import {
  hashPassword,
  type PasswordCost,
  SMALL_MACHINE_COST,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { spokenPassword } from '@santehaggui/runtime/passwords/spoken-password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import { type Account, AccountStore } from './account-store.ts';
import type { AuditedCaller, AuditTrail } from './audit-trail.ts';
import { KnownBrowserStore } from './known-browser-store.ts';
import type { OwnFacility } from './own-facility.ts';
import { userSessionOf } from './own-sessions-service.ts';
import { failPeople } from './people-errors.ts';
import type { AccountFactors } from './second-factor.ts';
import { type RevokedBecause, SessionStore } from './session-store.ts';

/** What is tried first on such systems, as far as it is long enough to be a password here. */
const TRIED_FIRST = [
  'password',
  '12345678',
  '123456789',
  'azertyui',
  'motdepasse',
  'santehaggui',
  'admin123',
  'district',
];

/** Who was away for a long weekend can still begin. */
const PROVISIONAL_MS = 72 * 3600_000;

/** A new member of staff whose account has a password of its own: {@link newUserRequest}. */
export const accountRequest = newUserRequest.safeExtend({ login: loginText, password: passwordText });

/** See {@link accountRequest}. */
export type AccountRequest = NewUserRequest & { readonly password: string };

/** An account that was made. */
export type NewAccount = { readonly login: string; readonly role: Role; readonly practitionerId: string };

/** What of a person's opens the node's database; `keys/` knows. */
export type PersonalKeys = {
  /** Takes out what opens the database in this login's name; gives how many. Throws SH-K182 when nobody would be left. */
  forget(login: string): number;
  /** The logins that something opens the database for. */
  logins(): ReadonlySet<string>;
};

/** What the service is made of; `passwordCost` defaults to {@link SMALL_MACHINE_COST}. */
export type PeopleOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly passwordCost?: PasswordCost;
  /** Without it nobody's password opens the database. */
  readonly keys?: PersonalKeys;
  /** Without it accounts have a password and nothing else. */
  readonly factors?: AccountFactors;
};

const OPERATOR: AuditedCaller = { kind: 'daemon' };
const NO_KEYS: PersonalKeys = { forget: () => 0, logins: () => new Set() };
const NOTHING: FactorSummary = { phoneEnding: null, passkeys: [] };
const NO_FACTORS: AccountFactors = { summaryOf: () => NOTHING, removeAllOf: () => NOTHING };

/** The facility's staff: their accounts here, and the Practitioner records that travel. */
export class PeopleService {
  readonly #store: RecordStore;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #facility: OwnFacility;
  readonly #passwordCost: PasswordCost;
  readonly #keys: PersonalKeys;
  readonly #accounts: AccountStore;
  readonly #sessions: SessionStore;
  readonly #browsers: KnownBrowserStore;
  readonly #factors: AccountFactors;

  constructor(options: PeopleOptions) {
    const { store, audit, clock, facility, passwordCost = SMALL_MACHINE_COST, keys = NO_KEYS } = options;
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#facility = facility;
    this.#passwordCost = passwordCost;
    this.#keys = keys;
    this.#accounts = new AccountStore(store.db);
    this.#sessions = new SessionStore(store.db);
    this.#browsers = new KnownBrowserStore(store.db);
    this.#factors = options.factors ?? NO_FACTORS;
  }

  /**
   * Makes a Practitioner record and the account that signs in as it, in one transaction. Throws SH-I001 naming the fields
   * that do not do, SH-K150 when the login is taken.
   */
  async createAccount(request: AccountRequest): Promise<NewAccount> {
    const { login, role, practitionerId } = await this.addUser(validate(accountRequest, request));
    return { login, role: role as Role, practitionerId };
  }

  /** The same, with a provisional password where none is given. */
  async addUser(request: NewUserRequest, by: AuditedCaller = OPERATOR): Promise<UserWithPassword> {
    const { login, password, role, familyName, givenName, phone } = validate(newUserRequest, request);
    this.#refuseTaken(login);
    const { hash, until, provisional } = await this.#passwordOrAnother(password);
    const facility = this.#facility.recordId();
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#refuseTaken(login);
      const id = tx.create(practitioner, {
        familyName: familyName.normalize('NFC'),
        ...(givenName === undefined ? {} : { givenName: givenName.normalize('NFC') }),
        role,
        ...(phone === undefined ? {} : { phone: parseMaliPhone(phone) ?? phone }),
        ...(facility === null ? {} : { facility }),
        active: true,
      });
      this.#accounts.insert(
        { login, passwordHash: hash, role, practitionerId: id, passwordUntil: until },
        this.#clock.now(),
      );
      this.#audit.append(by, {
        ...{ action: 'create', recordType: 'practitioner', recordId: id, purpose: 'HOPERAT' },
        detail: { login, role },
      });
    });
    return { ...this.#line(this.#account(login)), ...provisional };
  }

  /** Every account, by login. */
  list(): readonly UserLine[] {
    const opening = this.#keys.logins();
    return this.#accounts.all().map((account) => this.#line(account, opening));
  }

  /** One account and its open sessions. Throws SH-N150. */
  show(login: string): UserDetail {
    const account = this.#account(login);
    const openSessions = this.#sessions.liveOf(account.id, this.#clock.now()).map(userSessionOf);
    return { ...this.#line(account), ...this.#factors.summaryOf(account.id), openSessions };
  }

  /**
   * Shuts an account: its sessions end at once, nobody signs in with it again, and nothing of this person's opens the database any
   * more, unless nothing else would (`opensDatabase` then says so). Throws SH-N150.
   */
  disableAccount(login: string, by: AuditedCaller = OPERATOR): UserShutOut {
    const account = this.#account(login);
    const ended = this.#shutOut(account, { by, because: 'account-disabled', detail: { disabled: true } }, (tx) => {
      this.#accounts.disable(account.id, this.#clock.now());
      tx.patch(account.practitionerId, { active: false });
    });
    return ended;
  }

  /** Opens a disabled account again, with a provisional password. Throws SH-N150, SH-K152. */
  async enableAccount(login: string, by: AuditedCaller = OPERATOR): Promise<UserWithPassword> {
    const account = this.#account(login);
    if (!account.isDisabled) throw failPeople('SH-K152');
    const { hash, until, provisional } = await this.#passwordOrAnother(undefined);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.enable(account.id);
      this.#accounts.setPassword(account.id, hash, until);
      tx.patch(account.practitionerId, { active: true });
      this.#noteUpdate(account, by, { disabled: false });
    });
    return { ...this.#line(this.#account(login)), ...provisional };
  }

  /**
   * A provisional password in place of the one that was forgotten or is known to others: sessions end at once, and nothing of this
   * person's opens the database until a password of their own does. Throws SH-N150, SH-K151.
   */
  async resetPassword(login: string, by: AuditedCaller = OPERATOR): Promise<UserWithPassword & UserShutOut> {
    const account = this.#account(login);
    if (account.isDisabled) throw failPeople('SH-K151');
    const { hash, until, provisional } = await this.#passwordOrAnother(undefined);
    const ended = this.#shutOut(account, { by, because: 'password-changed', detail: { password: 'reset' } }, () =>
      this.#accounts.setPassword(account.id, hash, until),
    );
    return { ...ended, ...provisional };
  }

  /** Ends every session of an account at once; its owner signs in again. Throws SH-N150. */
  endSessions(login: string, by: AuditedCaller = OPERATOR): UserShutOut {
    const account = this.#account(login);
    const endedSessions = this.#sessions.liveOf(account.id, this.#clock.now()).length;
    this.#store.transact({ author: null, role: 'system' }, () => {
      this.#sessions.revokeAllOf(account.id, 'ended-by-another', this.#clock.now());
      this.#noteUpdate(account, by, { sessions: 'ended' });
    });
    return { ...this.#line(this.#account(login)), endedSessions, removedUnlockers: 0, removedPasskeys: 0 };
  }

  /** Gives an account another role; tokens made for the old one are refused from the next request on. Throws SH-N150. */
  changeRole(login: string, role: Role, by: AuditedCaller = OPERATOR): UserLine {
    const account = this.#account(login);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.setRole(account.id, role);
      tx.patch(account.practitionerId, { role });
      this.#noteUpdate(account, by, { role });
    });
    return this.#line(this.#account(login));
  }

  /** Takes from the key ring what is left there of accounts that are shut: a power cut may have come in between. */
  forgetKeysOfDisabled(): void {
    const opening = this.#keys.logins();
    for (const { login, isDisabled } of this.#accounts.all()) {
      if (isDisabled && opening.has(login)) this.#forgetKeys(login);
    }
  }

  /** Logins of accounts whose password is one that everybody tries first; takes a second for each hundred guesses. */
  async loginsWithKnownPasswords(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { login, passwordHash } of this.#accounts.allEnabled()) {
      for (const guess of [...TRIED_FIRST, login.padEnd(8, '1')]) {
        if (!(await verifyPassword(guess, passwordHash))) continue;
        found.push(login);
        break;
      }
    }
    return found;
  }

  /** How many accounts can sign in and how many sessions are open. */
  counts(): { readonly accounts: number; readonly sessions: number } {
    return { accounts: this.#accounts.countEnabled(), sessions: this.#sessions.countLive(this.#clock.now()) };
  }

  #shutOut(
    account: Account,
    {
      by,
      because,
      detail,
    }: {
      readonly by: AuditedCaller;
      readonly because: RevokedBecause;
      readonly detail: Readonly<Record<string, unknown>>;
    },
    change: (tx: RecordTransaction) => void,
  ): UserShutOut {
    const nowMs = this.#clock.now();
    const endedSessions = this.#sessions.liveOf(account.id, nowMs).length;
    const removedPasskeys = this.#store.transact({ author: null, role: 'system' }, (tx) => {
      change(tx);
      this.#browsers.forgetAllOf(account.id);
      const { phoneEnding, passkeys } = this.#factors.removeAllOf(account.id);
      this.#sessions.revokeAllOf(account.id, because, nowMs);
      const removed = { ...(phoneEnding === null ? {} : { phoneEnding }), passkeys: passkeys.map(({ name }) => name) };
      this.#noteUpdate(account, by, { ...detail, removed });
      return passkeys.length;
    });
    // After the commit: the ring is a file of its own. What a power cut leaves here is taken out at the next start.
    const removedUnlockers = this.#forgetKeys(account.login);
    return { ...this.#line(this.#account(account.login)), endedSessions, removedUnlockers, removedPasskeys };
  }

  #forgetKeys(login: string): number {
    try {
      return this.#keys.forget(login);
    } catch (error) {
      // A database that nobody opens any more is lost: what is still there shows in `opensDatabase`.
      if (hasCode(error, 'SH-K182')) return 0;
      throw error;
    }
  }

  async #passwordOrAnother(password: string | undefined): Promise<{
    readonly hash: string;
    readonly until: number | null;
    readonly provisional: { readonly provisional?: ProvisionalPassword };
  }> {
    if (password !== undefined) {
      return { hash: await hashPassword(password, this.#passwordCost), until: null, provisional: {} };
    }
    const made = spokenPassword();
    const until = this.#clock.now() + PROVISIONAL_MS;
    return {
      hash: await hashPassword(made, this.#passwordCost),
      until,
      provisional: { provisional: { password: made, until: isoOf(until) } },
    };
  }

  #line(account: Account, opening: ReadonlySet<string> = this.#keys.logins()): UserLine {
    const { login, role, practitionerId, isDisabled, passwordUntil, lastSignInAt } = account;
    const fields = this.#store.record(practitionerId)?.fields;
    const names = [fields?.givenName, fields?.familyName].filter((name) => typeof name === 'string');
    return {
      login,
      name: names.join(' ') || login,
      role,
      state: isDisabled ? 'disabled' : passwordUntil === null ? 'active' : 'provisional',
      practitionerId,
      lastSignInAt: lastSignInAt === null ? null : isoOf(lastSignInAt),
      sessions: this.#sessions.liveOf(account.id, this.#clock.now()).length,
      opensDatabase: opening.has(login),
    };
  }

  #noteUpdate(account: Account, by: AuditedCaller, detail: Readonly<Record<string, unknown>>): void {
    this.#audit.append(by, {
      ...{ action: 'update', recordType: 'practitioner', recordId: account.practitionerId, purpose: 'HOPERAT' },
      detail: { login: account.login, ...detail },
    });
  }

  #account(login: string): Account {
    const account = this.#accounts.withLogin(login.trim().toLowerCase());
    if (account === undefined) throw failPeople('SH-N150');
    return account;
  }

  #refuseTaken(login: string): void {
    if (this.#accounts.withLogin(login) !== undefined) throw failPeople('SH-K150');
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

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
import { validate } from '@santehaggui/runtime/http/validate.ts';
import {
  hashPassword,
  type PasswordCost,
  SMALL_MACHINE_COST,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { refuseFaultyPassword } from '@santehaggui/runtime/passwords/password-faults.ts';
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
import { forgetKeysOf, forgetStale, NO_KEYS, type PersonalKeys } from './personal-keys.ts';
import { PROVISIONAL_MS } from './provisional.ts';
import type { AccountFactors } from './second-factor.ts';
import { type RevokedBecause, SessionStore } from './session-store.ts';
import { type ShareRequest, TravellingAccounts } from './travelling-accounts.ts';

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

/** A new member of staff whose account has a password of its own: {@link newUserRequest}. */
export const accountRequest = newUserRequest.safeExtend({ login: loginText, password: passwordText });

/** See {@link accountRequest}. */
export type AccountRequest = NewUserRequest & { readonly password: string };

/** An account that was made. */
export type NewAccount = { readonly login: string; readonly role: Role; readonly practitionerId: string };

/** What the service is made of; `passwordCost` defaults to {@link SMALL_MACHINE_COST}. */
export type PeopleOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  /** Without it no account travels. */
  readonly travelling?: TravellingAccounts;
  readonly passwordCost?: PasswordCost;
  /** Without it nobody's password opens the database. */
  readonly keys?: PersonalKeys;
  /** Without it accounts have a password and nothing else. */
  readonly factors?: AccountFactors;
};

const OPERATOR: AuditedCaller = { kind: 'daemon' };
const NOTHING: FactorSummary = { phoneEnding: null, passkeys: [] };
const NO_FACTORS: AccountFactors = { summaryOf: () => NOTHING, removeAllOf: () => NOTHING, settle: () => {} };

/** The facility's staff: their accounts here, and the Practitioner records that travel. */
export class PeopleService {
  readonly #store: RecordStore;
  readonly #audit: AuditTrail;
  readonly #clock: Clock;
  readonly #facility: OwnFacility;
  readonly #passwordCost: PasswordCost;
  readonly #keys: PersonalKeys;
  readonly #travelling: TravellingAccounts;
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
    this.#travelling = options.travelling ?? new TravellingAccounts({ store, facility });
    this.#accounts = new AccountStore(store.db);
    this.#sessions = new SessionStore(store.db);
    this.#browsers = new KnownBrowserStore(store.db);
    this.#factors = options.factors ?? NO_FACTORS;
  }

  /**
   * Makes a Practitioner record and the account that signs in as it, in one transaction. Throws SH-I001 naming the fields
   * that do not do, a password that others would guess among them; SH-K150 when the login is taken.
   */
  async createAccount(request: AccountRequest): Promise<NewAccount> {
    const { login, role, practitionerId } = await this.addUser(validate(accountRequest, request));
    return { login, role: role as Role, practitionerId };
  }

  /** The same, with a provisional password where none is given. */
  async addUser(request: NewUserRequest, by: AuditedCaller = OPERATOR): Promise<UserWithPassword> {
    const { login, password, role, familyName, givenName, phone } = validate(newUserRequest, request);
    this.#refuseTaken(login);
    if (password !== undefined) {
      const { code, name } = this.#facility;
      await refuseFaultyPassword(password, { own: [login, familyName, givenName, code, name] });
    }
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

  /** Every account, by login, and then those of guests that cannot be used yet. */
  list(): readonly UserLine[] {
    const opening = this.#keys.logins();
    const waiting = this.#travelling.waiting().map((line) => ({
      ...{ ...line, name: this.#nameOf(line.practitionerId) ?? line.login, state: 'waiting' as const },
      ...{ lastSignInAt: null, sessions: 0, opensDatabase: false },
    }));
    return [...this.#accounts.all().map((account) => this.#line(account, opening)), ...waiting];
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
      // Of a guest this facility decides for itself alone.
      if (account.homeId !== null) return this.#accounts.shutHere(account.id, this.#clock.now());
      this.#accounts.disable(account.id, this.#clock.now());
      tx.patch(account.practitionerId, { active: false });
    });
    return ended;
  }

  /**
   * Opens a disabled account again, with a provisional password; a guest's that was shut here as it is. Throws SH-N150, SH-K152, and SH-K153
   * for a guest's that its home has disabled.
   */
  async enableAccount(login: string, by: AuditedCaller = OPERATOR): Promise<UserWithPassword> {
    const account = this.#account(login);
    if (!account.isDisabled) throw failPeople('SH-K152');
    if (account.homeId !== null) return this.#letGuestIn(account, by);
    const { hash, until, provisional } = await this.#passwordOrAnother(undefined);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.enable(account.id);
      this.#accounts.setPassword(account.id, hash, until);
      tx.patch(account.practitionerId, { active: true });
      this.#travelling.seal(tx, account.id);
      this.#noteUpdate(account, by, { disabled: false });
    });
    return { ...this.#line(this.#account(login)), ...provisional };
  }

  /**
   * A provisional password in place of the one that was forgotten or is known to others: sessions end at once, and nothing of this
   * person's opens the database until a password of their own does. Throws SH-N150, SH-K151, SH-K153 for a guest's.
   */
  async resetPassword(login: string, by: AuditedCaller = OPERATOR): Promise<UserWithPassword & UserShutOut> {
    const account = this.#account(login);
    if (account.homeId !== null) throw failPeople('SH-K153');
    if (account.isDisabled) throw failPeople('SH-K151');
    const { hash, until, provisional } = await this.#passwordOrAnother(undefined);
    const ended = this.#shutOut(account, { by, because: 'password-changed', detail: { password: 'reset' } }, (tx) => {
      this.#accounts.setPassword(account.id, hash, until);
      this.#travelling.seal(tx, account.id);
    });
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

  /** Makes an account of ours valid at other facilities as well, as soon as the hub has told them. Throws SH-N150, what {@link TravellingAccounts.share} throws. */
  share(login: string, request: ShareRequest, by: AuditedCaller = OPERATOR): UserLine {
    const account = this.#account(login);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#travelling.share(tx, account, request);
      this.#noteUpdate(account, by, { sharedWith: request.with, ...(request.role ? { role: request.role } : {}) });
    });
    return this.#line(this.#account(login));
  }

  /** Ends it at some of them. Throws SH-N150, what {@link TravellingAccounts.unshare} throws. */
  unshare(login: string, from: readonly string[], by: AuditedCaller = OPERATOR): UserLine {
    const account = this.#account(login);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#travelling.unshare(tx, account, from);
      this.#noteUpdate(account, by, { sharedNoLongerWith: from });
    });
    return this.#line(this.#account(login));
  }

  /**
   * Gives an account another role, a guest's here alone; tokens made for the old one are refused from the next request on. Throws SH-N150.
   */
  changeRole(login: string, role: Role, by: AuditedCaller = OPERATOR): UserLine {
    const account = this.#account(login);
    this.#store.transact({ author: null, role: 'system' }, (tx) => {
      this.#accounts.setRole(account.id, role);
      if (account.homeId === null) tx.patch(account.practitionerId, { role });
      this.#noteUpdate(account, by, { role });
    });
    return this.#line(this.#account(login));
  }

  /** Takes away what is left of accounts that are shut or gone and of passwords that are no longer: see {@link forgetStale}. */
  forgetStaleKeys(): void {
    const { db } = this.#store;
    forgetStale({ db, accounts: this.#accounts, browsers: this.#browsers, keys: this.#keys, factors: this.#factors });
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
    const removedUnlockers = forgetKeysOf(this.#keys, account.login);
    return { ...this.#line(this.#account(account.login)), endedSessions, removedUnlockers, removedPasskeys };
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
    return {
      login,
      name: this.#nameOf(practitionerId) ?? login,
      role,
      state: isDisabled ? 'disabled' : passwordUntil === null ? 'active' : 'provisional',
      practitionerId,
      lastSignInAt: lastSignInAt === null ? null : isoOf(lastSignInAt),
      sessions: this.#sessions.liveOf(account.id, this.#clock.now()).length,
      opensDatabase: opening.has(login),
      ...this.#travelling.described(account),
    };
  }

  #nameOf(practitionerId: string): string | undefined {
    const fields = this.#store.record(practitionerId)?.fields;
    const names = [fields?.givenName, fields?.familyName].filter((name) => typeof name === 'string');
    return names.join(' ') || undefined;
  }

  #letGuestIn(account: Account, by: AuditedCaller): UserLine {
    if (!account.isShutHere) throw failPeople('SH-K153');
    this.#store.transact({ author: null, role: 'system' }, () => {
      this.#accounts.openHere(account.id);
      this.#noteUpdate(account, by, { disabled: false });
    });
    return this.#line(this.#account(account.login));
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

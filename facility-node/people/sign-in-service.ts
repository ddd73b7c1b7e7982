import { createHash, randomBytes } from 'node:crypto';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { Turnstile } from '@santehaggui/runtime/limits/turnstile.ts';
import {
  hashPassword,
  type PasswordCost,
  SMALL_MACHINE_COST,
  unmatchablePasswordHash,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { refuseFaultyPassword } from '@santehaggui/runtime/passwords/password-faults.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import { type Account, AccountStore } from './account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Staff } from './caller.ts';
import { KnownBrowserStore } from './known-browser-store.ts';
import type { OwnFacility } from './own-facility.ts';
import { failPeople } from './people-errors.ts';
import { isProvisionalOver } from './provisional.ts';
import type { CodeSent, PasskeyProof, Passkeys, SecondFactor } from './second-factor.ts';
import type { DeviceGate, OpenedSession, Origin, SessionService } from './session-service.ts';
import { SessionStore } from './session-store.ts';
import { AT_MACHINE, SignInLimits, type SignInSource } from './sign-in-limits.ts';
import type { TravellingAccounts } from './travelling-accounts.ts';

/** Who was away longer than half a year is no worse off than with a new tablet. */
const FORGET_BROWSER_AFTER_MS = 180 * 24 * 3600_000;

/** What signing in takes; `newPassword` takes the place of the password that is proven, `otp` answers a code that was sent. */
export type Credentials = Origin & {
  readonly login: string;
  readonly password: string;
  readonly newPassword?: string | undefined;
  readonly otp?: string | undefined;
};

/** A password that was right, and what a thief would know of its owner. */
export type RightPassword = { readonly login: string; readonly password: string; readonly known: readonly string[] };

/** What came of signing in: a session and what the browser is known by from now on, or a code that has to come back. */
export type SignedIn =
  | { readonly kind: 'opened'; readonly session: OpenedSession; readonly browserCredential: string }
  | ({ readonly kind: 'code-sent' } & CodeSent);

/** What the service is made of. */
export type SignInOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly sessions: SessionService;
  /** Without it no account travels. */
  readonly travelling?: TravellingAccounts;
  /** Of the accounts' passwords, so that an unknown login takes as long; default {@link SMALL_MACHINE_COST}. */
  readonly passwordCost?: PasswordCost;
  /** Told of each password that was right. */
  readonly onPassword?: (proven: RightPassword) => void;
  /** Told of each login whose owner has taken another password. */
  readonly onPasswordChanged?: (login: string) => void;
  /** Without it any device will do. */
  readonly devices?: DeviceGate;
  /** Without it a password is enough for everybody. */
  readonly secondFactor?: SecondFactor;
  /** Without it nobody signs in with a passkey. */
  readonly passkeys?: Passkeys;
};

/** Argon2id takes 19 MiB and a thread each: a busy morning waits its turn, and the machine has room for all else. */
const PASSWORDS_AT_ONCE = 2;
const MOST_WAITING = 50;

/** How staff prove who they are. */
export class SignInService {
  readonly #options: SignInOptions;
  readonly #accounts: AccountStore;
  readonly #stored: SessionStore;
  readonly #browsers: KnownBrowserStore;
  readonly #limits = new SignInLimits();
  readonly #passwords = new Turnstile({ atOnce: PASSWORDS_AT_ONCE, waiting: MOST_WAITING });
  readonly #decoyHash: string;

  constructor(options: SignInOptions) {
    const { db } = options.store;
    this.#options = options;
    this.#accounts = new AccountStore(db);
    this.#stored = new SessionStore(db);
    this.#browsers = new KnownBrowserStore(db);
    this.#decoyHash = unmatchablePasswordHash(options.passwordCost ?? SMALL_MACHINE_COST);
  }

  /**
   * Signs in with a password, and with a code where the account has a phone for it and this browser is not known as its owner's. Throws
   * SH-A150 alike for an unknown login, a wrong password and a disabled account, after the same work; SH-A005 after too many attempts
   * ({@link SignInLimits}); SH-A155 for a wrong or an old code; SH-A153 and SH-A154 for a provisional password without a new one, or
   * after its time; SH-I150 for a new one that is the former or the login, SH-I001 for one that others would guess; what {@link DeviceGate.admit} and {@link SecondFactor.send} throw.
   */
  async signIn(credentials: Credentials): Promise<SignedIn> {
    const { address, deviceCredential } = credentials;
    const { account, source } = await this.#withPassword(credentials);
    // Asked last: who does not know a password learns nothing of devices.
    const deviceId = this.#options.devices?.admit(deviceCredential, address) ?? null;
    const isKnownBrowser = this.#isKnownBrowser(account.id, credentials);
    const { secondFactor } = this.#options;
    let proof = isKnownBrowser ? 'password, known browser' : 'password';
    if (!isKnownBrowser && secondFactor?.isAskedOf(account.id) === true) {
      if (credentials.otp === undefined) return { kind: 'code-sent', ...(await secondFactor.send(account.id)) };
      this.#checkCode(account, credentials, credentials.otp);
      proof = 'password, code';
    }
    const session = await this.#opened(account, credentials, { source, deviceId, proof });
    return { kind: 'opened', session, browserCredential: this.#remember(account.id, credentials) };
  }

  /** What a browser needs to sign in with a passkey. Throws SH-A006 where there are none. */
  async passkeyOptions(): Promise<Readonly<Record<string, unknown>>> {
    const { passkeys } = this.#options;
    if (passkeys === undefined) throw failRuntime('SH-A006');
    return passkeys.signInOptions();
  }

  /**
   * Signs in with a passkey: the device and its owner's finger, face or code are two factors. Throws SH-A006, also for the passkey of
   * another `login` and of an account that is shut; SH-A005 for an address after too many of those; what {@link DeviceGate.admit} throws.
   */
  async signInWithPasskey(
    { login, ...proof }: PasskeyProof & { readonly login?: string | undefined },
    origin: Origin,
  ): Promise<Extract<SignedIn, { readonly kind: 'opened' }>> {
    const address = origin.address ?? 'local';
    await this.#limits.beginPasskey(address);
    const account = await this.#passkeyOwner(proof, login?.trim().toLowerCase()).catch((error) => {
      const caller = { kind: 'visitor', address: origin.address, requestId: origin.requestId } as const;
      const detail = { what: 'passkey' };
      this.#options.audit.append(caller, {
        ...{ action: 'sign-in', recordType: 'session', purpose: 'HOPERAT', decision: 'deny', detail },
      });
      throw error;
    });
    await this.#limits.passkeySucceeded(address);
    const deviceId = this.#options.devices?.admit(origin.deviceCredential, origin.address) ?? null;
    const session = await this.#options.sessions.open(account, origin, { deviceId, proof: 'passkey' });
    return { kind: 'opened', session, browserCredential: this.#remember(account.id, origin) };
  }

  /**
   * Signs in at the machine itself, over its admin socket: who may open that is the second factor. Throws as {@link signIn} does.
   */
  async signInAtMachine(credentials: Omit<Credentials, 'address'>): Promise<OpenedSession> {
    const local = { ...credentials, address: null };
    const { account, source } = await this.#withPassword(local, AT_MACHINE);
    return this.#opened(account, local, { source, deviceId: null, proof: 'password, admin socket' });
  }

  /** That somebody who is signed in still knows the password, before something that outlasts the session. Throws SH-A156, SH-A005. */
  async confirm(staff: Staff, password: string): Promise<void> {
    const source = { isKnown: true, key: `session ${staff.sessionId}` };
    await this.#limits.begin(staff.login, source);
    const account = this.#accounts.withId(staff.accountId);
    if (!(await this.#isRight(password, account))) {
      const detail = { what: 'confirm' };
      this.#options.audit.append(staff, { action: 'sign-in', recordType: 'session', decision: 'deny', detail });
      throw failPeople('SH-A156');
    }
    await this.#limits.succeeded(staff.login, source);
  }

  /** Has other browsers than this one asked for the second factor from now on. */
  forgetOtherBrowsers(accountId: number, { browserCredential }: Origin): void {
    const own = browserCredential === undefined ? undefined : hashOf(browserCredential);
    const isKnown = own !== undefined && this.#browsers.isKnown(own, accountId);
    this.#browsers.forgetAllOf(accountId);
    if (isKnown) this.#browsers.remember(own, accountId, this.#options.clock.now());
  }

  async #withPassword(
    credentials: Credentials,
    from?: SignInSource,
  ): Promise<{ readonly account: Account; readonly source: SignInSource }> {
    const { login, password, address, requestId } = credentials;
    const name = login.trim().toLowerCase();
    const account = this.#accounts.withLogin(name);
    const source = from ?? this.#sourceOf(account, credentials);
    await this.#limits.begin(name, source);
    const isPassword = await this.#isRight(password, account);
    if (account === undefined || !isPassword || account.isDisabled) {
      // What is no login of ours may be a password that was typed into the wrong field.
      const detail = account === undefined ? { isKnown: false } : { login: name };
      this.#options.audit.append(
        { kind: 'visitor', address, requestId },
        { action: 'sign-in', recordType: 'session', purpose: 'HOPERAT', decision: 'deny', detail },
      );
      throw failPeople('SH-A150');
    }
    return { account, source };
  }

  #isRight(password: string, account: Account | undefined): Promise<boolean> {
    return this.#passwords.pass(() => verifyPassword(password, account?.passwordHash ?? this.#decoyHash));
  }

  async #passkeyOwner(proof: PasskeyProof, login: string | undefined): Promise<Account> {
    const proven = await this.#options.passkeys?.prove(proof);
    const account = proven === undefined ? undefined : this.#accounts.withId(proven.accountId);
    const isAnothers = login !== undefined && account?.login !== login;
    // A provisional password has to be replaced first: whoever has it was told to.
    if (account === undefined || account.isDisabled || account.passwordUntil !== null || isAnothers)
      throw failRuntime('SH-A006');
    return account;
  }

  #checkCode(account: Account, { attemptCredential, address, requestId }: Origin, code: string): void {
    const isRight =
      attemptCredential !== undefined &&
      this.#options.secondFactor?.prove({ accountId: account.id, attempt: attemptCredential, code }) === true;
    if (isRight) return;
    const detail = { login: account.login, what: 'code' };
    this.#options.audit.append(
      { kind: 'visitor', address, requestId },
      { action: 'sign-in', recordType: 'session', purpose: 'HOPERAT', decision: 'deny', detail },
    );
    throw failPeople('SH-A155');
  }

  async #opened(
    account: Account,
    credentials: Credentials,
    { source, ...how }: { readonly source: SignInSource; readonly deviceId: string | null; readonly proof: string },
  ): Promise<OpenedSession> {
    const own = await this.#withOwnPassword(account, credentials);
    await this.#limits.succeeded(account.login, source);
    const session = await this.#options.sessions.open(own.account, credentials, how);
    this.#options.onPassword?.({ login: account.login, password: own.password, known: this.#namesAround(account) });
    return session;
  }

  /** The account with a password that its owner chose, which may be the one just proven. */
  async #withOwnPassword(
    account: Account,
    { password, newPassword, ...origin }: Credentials,
  ): Promise<{ readonly account: Account; readonly password: string }> {
    const { clock, audit, passwordCost = SMALL_MACHINE_COST } = this.#options;
    const { passwordUntil, login } = account;
    if (passwordUntil !== null && isProvisionalOver(passwordUntil, clock.now())) throw failPeople('SH-A154');
    if (newPassword === undefined) {
      if (passwordUntil !== null) throw failPeople('SH-A153');
      return { account, password };
    }
    if (newPassword === password || newPassword.toLowerCase() === login) throw failPeople('SH-I150');
    await refuseFaultyPassword(newPassword, { own: [login, ...this.#namesAround(account)], field: 'newPassword' });
    const hash = await this.#passwords.pass(() => hashPassword(newPassword, passwordCost));
    this.#options.store.transact({ author: null, role: 'system' }, (tx) => {
      const present = this.#accounts.withId(account.id);
      // Trying a password takes a while: what was shut, reset or changed meanwhile stays so.
      if (present?.isDisabled !== false || present.passwordHash !== account.passwordHash) throw failPeople('SH-A150');
      this.#accounts.setPassword(account.id, hash, null);
      this.#options.travelling?.seal(tx, account.id);
      this.#stored.revokeAllOf(account.id, 'password-changed', clock.now());
      // Whoever knew the former one may have used it anywhere.
      this.#browsers.forgetAllOf(account.id);
      audit.append(
        { kind: 'visitor', address: origin.address, requestId: origin.requestId },
        {
          ...{ action: 'update', recordType: 'practitioner', recordId: account.practitionerId, purpose: 'HOPERAT' },
          detail: { login, password: 'changed' },
        },
      );
    });
    this.#options.onPasswordChanged?.(login);
    return { account: this.#accounts.withId(account.id) ?? account, password: newPassword };
  }

  /** What others would try first: the person's names and the facility's. */
  #namesAround({ practitionerId }: Account): readonly string[] {
    const { store, facility } = this.#options;
    const { familyName, givenName } = store.record(practitionerId)?.fields ?? {};
    return [familyName, givenName, facility.code, facility.name].filter((name) => typeof name === 'string');
  }

  /** Browsers that the account signed in with before, and enrolled devices, are told apart from everybody else at their address. */
  #sourceOf(account: Account | undefined, origin: Origin): SignInSource {
    const device = this.#options.devices?.idOf(origin.deviceCredential) ?? null;
    if (device !== null) return { isKnown: true, key: `device ${device}` };
    if (account !== undefined && this.#isKnownBrowser(account.id, origin))
      return { isKnown: true, key: `browser ${hashOf(origin.browserCredential ?? '').toString('base64url')}` };
    return { isKnown: false, key: origin.address ?? 'local' };
  }

  #isKnownBrowser(accountId: number, { browserCredential }: Origin): boolean {
    return browserCredential !== undefined && this.#browsers.isKnown(hashOf(browserCredential), accountId);
  }

  /** One credential a browser, for all who sign in with it: its own if we gave it, so that nobody has laid one there that he knows. */
  #remember(accountId: number, { browserCredential }: Origin): string {
    const { clock, store } = this.#options;
    const nowMs = clock.now();
    const isOurs = browserCredential !== undefined && this.#browsers.isOurs(hashOf(browserCredential));
    const credential = isOurs ? browserCredential : randomBytes(32).toString('base64url');
    // A clock that jumps by years would make every browser a stranger.
    if (store.isClockTrusted()) this.#browsers.forgetUnusedSince(nowMs - FORGET_BROWSER_AFTER_MS);
    this.#browsers.remember(hashOf(credential), accountId, nowMs);
    return credential;
  }
}

function hashOf(credential: string): Buffer {
  return createHash('sha256').update(credential, 'utf8').digest();
}

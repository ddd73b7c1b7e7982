import { createHash } from 'node:crypto';
import type {
  HubPasswordChange,
  HubUserDisabled,
  HubUserInvited,
  HubUserLine,
  hubUserRequest,
} from '@santehaggui/protocols/api/hub-people-api.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { failTooMany } from '@santehaggui/runtime/limits/limiter.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import {
  hashPassword,
  SERVER_COST,
  unmatchablePasswordHash,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import { refuseFaultyPassword } from '@santehaggui/runtime/passwords/password-faults.ts';
import { spokenPassword } from '@santehaggui/runtime/passwords/spoken-password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { z } from 'zod';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import { failHubPeople } from '../errors/hub-people-errors.ts';
import { ACCESS_TOKEN_SECONDS, readAccessToken, signAccessToken, type TokenIssuer } from './access-token.ts';
import type { HubCodeSent, HubCodesService } from './hub-codes-service.ts';
import { passkeyLineOf } from './hub-passkey-line.ts';
import { passkeysOf, removePasskeysOf } from './hub-passkeys-store.ts';
import {
  addUser,
  allUsers,
  endTokens,
  findAnyUser,
  findUser,
  type HubUser,
  type StoredHubUser,
  setDisabled,
  setInvitation,
  setPassword,
  versionToKeep,
} from './hub-users-store.ts';
import { SignInLimits } from './sign-in-limits.ts';

/** What the accounts are made of. */
export type HubUsersOptions = {
  readonly database: HubDatabase;
  readonly issuer: TokenIssuer;
  readonly audit: HubAuditTrail;
  /** What sends codes. */
  readonly codes: HubCodesService;
  /** Makes another key for tokens, durably; the one before verifies until `untilMs`, or no longer. */
  readonly replaceTokenKey: (untilMs: number | undefined) => Pick<TokenIssuer, 'privateKey' | 'publicKey' | 'former'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** An open session of a hub user. */
export type HubSession = {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly user: Omit<HubUser, 'version'>;
};

/** Who tries a password, and from where; null for the machine itself. */
export type PasswordAttempt = { readonly login: string; readonly password: string; readonly address: string | null };

/** Who gives a code back, for which attempt, and from where. */
export type CodeAttempt = {
  readonly login: string;
  readonly attempt: string;
  readonly code: string;
  readonly address: string;
};

/** Who was told on a Thursday can still begin on Monday. */
const INVITATION_MS = 72 * 3600_000;

/** Argon2id takes 46 MiB each: more at once would let strangers push the hub out of its memory. */
const MAX_AT_ONCE = 4;

/** The people who read reports at the hub. */
export class HubUsersService {
  readonly #options: HubUsersOptions;
  readonly #limits: SignInLimits;
  readonly #nobody = unmatchablePasswordHash(SERVER_COST);
  #atOnce = 0;
  #issuer: TokenIssuer;

  constructor(options: HubUsersOptions) {
    this.#options = options;
    this.#issuer = options.issuer;
    this.#limits = new SignInLimits(options.database.limiters());
  }

  /**
   * Gives access tokens another key. Who is signed in stays so; but where the one before may be known to a stranger, everybody signs in
   * again.
   */
  rotateTokenKey({ isCompromised }: { readonly isCompromised: boolean }): void {
    const { clock, log, replaceTokenKey } = this.#options;
    const untilMs = isCompromised ? undefined : clock.now() + 2 * ACCESS_TOKEN_SECONDS * 1000;
    this.#issuer = { ...this.#issuer, ...replaceTokenKey(untilMs) };
    log.warn('people.token-key-rotated', { isCompromised });
  }

  /** Adds an account, and invites its owner to make a passkey. Throws SH-K302 when the login is taken, SH-I303 when a region's user has no region, SH-I001 for a password that others would guess. */
  async add({ login, password, role, region, contact }: z.infer<typeof hubUserRequest>): Promise<HubUserInvited> {
    if (role === 'region' && region === undefined) throw failHub('SH-I303');
    await refuseFaultyPassword(password, { own: [login, region, contact?.address] });
    const user = { login, role, region: role === 'region' ? (region ?? null) : null, contact: contact ?? null };
    const passwordHash = await hashPassword(password, SERVER_COST);
    const createdAt = new Date(this.#options.clock.now());
    const isAdded = await this.#options.database.transaction((sql) =>
      addUser(sql, { ...user, passwordHash, createdAt }),
    );
    if (!isAdded) throw failHub('SH-K302');
    this.#options.log.info('people.user-added', { login, role });
    return this.invite(login);
  }

  /** Everybody who reads reports, by login. */
  list(): Promise<readonly HubUserLine[]> {
    return this.#options.database.transaction(
      async (sql) => {
        const lines: HubUserLine[] = [];
        for (const user of await allUsers(sql)) lines.push(await this.#line(sql, user));
        return lines;
      },
      { isReadOnly: true },
    );
  }

  /** How many come in by a passkey alone. */
  async countMinistry(): Promise<number> {
    const all = await this.#options.database.transaction(allUsers, { isReadOnly: true });
    return all.filter(({ role, isDisabled }) => role === 'ministry' && !isDisabled).length;
  }

  /** Words that let their owner make a passkey, with the password: shown once, good for 72 hours and one use. Throws SH-N320; SH-K321 for an account that is disabled. */
  async invite(login: string): Promise<HubUserInvited> {
    return this.#options.database.transaction(async (sql) => {
      if ((await known(sql, login)).isDisabled) throw failHubPeople('SH-K321');
      return this.#invited(sql, login);
    });
  }

  /** Lets nobody come in with an account any more, ends what was opened with it, and takes its passkeys away. Throws SH-N320. */
  async disable(login: string): Promise<HubUserDisabled> {
    const { database, clock, log } = this.#options;
    const disabled = await database.transaction(async (sql) => {
      await known(sql, login);
      await setDisabled(sql, login, new Date(clock.now()));
      await setInvitation(sql, login, null);
      const removedPasskeys = await removePasskeysOf(sql, login);
      return { ...(await this.#line(sql, await known(sql, login))), removedPasskeys };
    });
    log.warn('people.user-disabled', { login, removedPasskeys: disabled.removedPasskeys });
    return disabled;
  }

  /**
   * Takes all passkeys of an account away, ends what was opened with it, and invites again, also where it was disabled; with another password
   * where one is given.
   * Throws SH-N320, SH-I001.
   */
  async reset(login: string, password: string | undefined): Promise<HubUserInvited> {
    const { database, log } = this.#options;
    if (password !== undefined) await refuseFaultyPassword(password, { own: [login] });
    const passwordHash = password === undefined ? undefined : await hashPassword(password, SERVER_COST);
    const reset = await database.transaction(async (sql) => {
      const user = await known(sql, login);
      await setPassword(sql, login, passwordHash ?? user.passwordHash);
      await setDisabled(sql, login, null);
      const removedPasskeys = await removePasskeysOf(sql, login);
      // With it: an invitation from before is worth nothing as soon as the reset is.
      return { ...(await this.#invited(sql, login)), removedPasskeys };
    });
    log.warn('people.user-reset', { login, removedPasskeys: reset.removedPasskeys });
    return reset;
  }

  /**
   * Takes another password from who knows the one that there is; every session of the account ends, and another begins. Throws SH-A301,
   * SH-A005; SH-I001 for a password that others would guess; SH-A001 where the account was reset meanwhile.
   */
  async changePassword(
    login: string,
    { password, newPassword }: HubPasswordChange,
    address: string,
  ): Promise<HubSession> {
    const { database, log } = this.#options;
    const { version, region, contact } = await this.withPassword({ login, password, address });
    await refuseFaultyPassword(newPassword, { own: [login, region, contact?.address], field: 'newPassword' });
    const passwordHash = await hashPassword(newPassword, SERVER_COST);
    const user = await database.transaction(async (sql) => {
      if ((await versionToKeep(sql, login)) !== version) throw failRuntime('SH-A001');
      await setPassword(sql, login, passwordHash);
      return known(sql, login);
    });
    log.info('people.password-changed', { login });
    return this.open(user, { address, proof: 'password changed' });
  }

  /**
   * Signs in with a password; where the operator has said where codes go, sends one that has to come back ({@link signInWithCode}). Throws
   * SH-A301 for a wrong login or password alike, SH-A005 after too many attempts, SH-A303 where a passkey is needed: for the ministry; SH-T320.
   */
  async signIn(attempt: PasswordAttempt): Promise<HubSession | HubCodeSent> {
    const user = await this.withPassword(attempt);
    const { login, role } = user;
    if (role === 'ministry') {
      await this.#note({ login, role, address: attempt.address }, 'deny', 'password alone');
      throw failHubPeople('SH-A303');
    }
    if (user.contact !== null) return this.#options.codes.send(user);
    return this.open(user, { address: attempt.address, proof: 'password' });
  }

  /** Signs in with the code that came after the password. Throws SH-A305; SH-A005 after too many attempts. */
  async signInWithCode({ login, attempt, code, address }: CodeAttempt): Promise<HubSession> {
    await this.#limits.begin({ login, address });
    const user = await this.#options.database.transaction((sql) => findUser(sql, login), { isReadOnly: true });
    // Who has become the ministry's meanwhile needs a passkey.
    if (user?.role !== 'region' || !this.#options.codes.prove({ ...user, attempt, code })) {
      await this.#note({ login: user?.login ?? '', role: null, address }, 'deny', 'code');
      throw failHubPeople('SH-A305');
    }
    await this.#limits.succeeded({ login, address });
    return this.open(user, { address, proof: `password, code by ${user.contact?.way}` });
  }

  /** Signs in over the admin socket: who may open that is the second factor. Throws SH-A301, SH-A005. */
  async signInAtMachine({ login, password }: Omit<PasswordAttempt, 'address'>): Promise<HubSession> {
    const user = await this.withPassword({ login, password, address: null });
    return this.open(user, { address: null, proof: 'password, admin socket' });
  }

  /** Whose password that is. Throws SH-A301 for a wrong login or password alike, SH-A005 after too many attempts. */
  async withPassword({ login, password, address }: PasswordAttempt): Promise<StoredHubUser> {
    if (this.#atOnce >= MAX_AT_ONCE) throw failTooMany(1000);
    this.#atOnce++;
    try {
      return await this.#withPassword({ login, password, address });
    } finally {
      this.#atOnce--;
    }
  }

  /** A session of somebody who has proven who it is; `proof` says by what, for the trail. */
  async open(
    { login, role, region, version }: HubUser,
    { address, proof }: { readonly address: string | null; readonly proof: string },
  ): Promise<HubSession> {
    const { clock, log } = this.#options;
    const accessToken = await signAccessToken({ login, version }, this.#issuer, clock.now());
    await this.#note({ login, role, address }, 'permit', proof);
    log.info('people.signed-in', { login });
    return { accessToken, expiresInSeconds: ACCESS_TOKEN_SECONDS, user: { login, role, region } };
  }

  /** Ends every session of an account, wherever it was opened: a token is not known by itself. */
  async signOut(login: string): Promise<void> {
    await this.#options.database.transaction((sql) => endTokens(sql, login));
  }

  /** Whoever bears a token, as the account is now. Throws SH-A001 when the token is worth nothing. */
  async bearer(token: string): Promise<HubUser> {
    const { database, clock } = this.#options;
    const claims = await readAccessToken(token, this.#issuer, clock.now());
    if (claims === undefined) throw failRuntime('SH-A001');
    const user = await database.transaction((sql) => findUser(sql, claims.login), { isReadOnly: true });
    if (user?.version !== claims.version) throw failRuntime('SH-A001');
    return { login: user.login, role: user.role, region: user.region, version: user.version };
  }

  async #invited(sql: Sql, login: string): Promise<HubUserInvited> {
    const words = spokenPassword();
    const until = new Date(this.#options.clock.now() + INVITATION_MS);
    await setInvitation(sql, login, { hash: invitationHash(words), until });
    return {
      ...(await this.#line(sql, await known(sql, login))),
      invitation: { words, until: until.toISOString() },
    };
  }

  #note(
    who: { readonly login: string; readonly role: string | null; readonly address: string | null },
    decision: 'permit' | 'deny',
    proof: string,
  ): Promise<void> {
    const caller = { kind: 'user' as const, ...who, login: who.login.slice(0, 60), requestId: null };
    return this.#options.audit.append(caller, {
      action: 'sign-in',
      recordType: 'session',
      decision,
      detail: { proof },
    });
  }

  async #line(sql: Sql, { login, role, region, contact, invitation, isDisabled }: StoredHubUser): Promise<HubUserLine> {
    const passkeys = (await passkeysOf(sql, login)).map(passkeyLineOf).map(({ id: _, ...line }) => line);
    return {
      login,
      role,
      region,
      contact,
      passkeys,
      isDisabled,
      invitedUntil: invitation?.until.toISOString() ?? null,
    };
  }

  async #withPassword({ login, password, address }: PasswordAttempt): Promise<StoredHubUser> {
    const { database, log } = this.#options;
    await this.#limits.begin({ login, address });
    const user = await database.transaction((sql) => findUser(sql, login), { isReadOnly: true });
    const isRight = await verifyPassword(password, user?.passwordHash ?? this.#nobody);
    if (!isRight || user === undefined) {
      // What is no login of ours may be a password that was typed into the wrong field.
      const tried = user?.login ?? '';
      log.warn('people.sign-in-failed', { login: tried });
      await this.#note({ login: tried, role: null, address }, 'deny', 'password');
      throw failHub('SH-A301');
    }
    await this.#limits.succeeded({ login, address });
    return user;
  }
}

/** SHA-256 of an invitation's words, however they were typed. */
export function invitationHash(words: string): Buffer {
  return createHash('sha256')
    .update(
      words
        .trim()
        .toLowerCase()
        .split(/[\s-]+/)
        .join('-'),
      'utf8',
    )
    .digest();
}

async function known(sql: Sql, login: string): Promise<StoredHubUser> {
  const user = await findAnyUser(sql, login);
  if (user === undefined) throw failHubPeople('SH-N320');
  return user;
}

import type { hubUserRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { failTooMany } from '@santehaggui/runtime/limits/limiter.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import {
  hashPassword,
  SERVER_COST,
  unmatchablePasswordHash,
  verifyPassword,
} from '@santehaggui/runtime/passwords/password.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { z } from 'zod';
import type { HubAuditTrail } from '../audit/audit-service.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { failHub } from '../errors/hub-errors.ts';
import { ACCESS_TOKEN_SECONDS, readAccessToken, signAccessToken, type TokenIssuer } from './access-token.ts';
import { addUser, findUser, type HubUser } from './hub-users-store.ts';
import { SignInLimits } from './sign-in-limits.ts';

/** What the accounts are made of. */
export type HubUsersOptions = {
  readonly database: HubDatabase;
  readonly issuer: TokenIssuer;
  readonly audit: HubAuditTrail;
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

  /** Adds an account. Throws SH-K302 when the login is taken, SH-I303 when a region's user has no region. */
  async add({ login, password, role, region }: z.infer<typeof hubUserRequest>): Promise<Omit<HubUser, 'version'>> {
    if (role === 'region' && region === undefined) throw failHub('SH-I303');
    const user = { login, role, region: role === 'region' ? (region ?? null) : null };
    const passwordHash = await hashPassword(password, SERVER_COST);
    const createdAt = new Date(this.#options.clock.now());
    const isAdded = await this.#options.database.transaction((sql) =>
      addUser(sql, { ...user, passwordHash, createdAt }),
    );
    if (!isAdded) throw failHub('SH-K302');
    this.#options.log.info('people.user-added', { login, role });
    return user;
  }

  /** Signs somebody in. Throws SH-A301 for a wrong login or password alike, SH-A005 after too many attempts. */
  async signIn({
    login,
    password,
    address,
  }: {
    readonly login: string;
    readonly password: string;
    readonly address: string;
  }): Promise<HubSession> {
    const { database, clock, log } = this.#options;
    if (this.#atOnce >= MAX_AT_ONCE) throw failTooMany(1000);
    await this.#limits.begin({ login, address });
    const user = await database.transaction((sql) => findUser(sql, login), { isReadOnly: true });
    if (!(await this.#isRight(password, user?.passwordHash ?? this.#nobody)) || user === undefined) {
      log.warn('people.sign-in-failed', { login });
      await this.#note({ login, role: null, address }, 'deny');
      throw failHub('SH-A301');
    }
    await this.#limits.succeeded({ login, address });
    const { role, region, version } = user;
    const accessToken = await signAccessToken({ login: user.login, version }, this.#issuer, clock.now());
    await this.#note({ login: user.login, role, address }, 'permit');
    log.info('people.signed-in', { login });
    return { accessToken, expiresInSeconds: ACCESS_TOKEN_SECONDS, user: { login: user.login, role, region } };
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

  #note(
    who: { readonly login: string; readonly role: string | null; readonly address: string },
    decision: 'permit' | 'deny',
  ): Promise<void> {
    const caller = { kind: 'user' as const, ...who, login: who.login.slice(0, 60), requestId: null };
    return this.#options.audit.append(caller, { action: 'sign-in', recordType: 'session', decision });
  }

  async #isRight(password: string, hash: string): Promise<boolean> {
    this.#atOnce++;
    try {
      return await verifyPassword(password, hash);
    } finally {
      this.#atOnce--;
    }
  }
}

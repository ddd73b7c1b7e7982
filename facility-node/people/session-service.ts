import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { SessionAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { RequestHead } from '@santehaggui/runtime/http/route.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordStore } from '../store/record-store.ts';
import { ACCESS_TOKEN_SECONDS, readAccessToken, signAccessToken, type TokenKey } from './access-token.ts';
import { type Account, AccountStore } from './account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Caller, Staff } from './caller.ts';
import type { OwnFacility } from './own-facility.ts';
import { failPeople } from './people-errors.ts';
import type { NodePolicy, StaffRights } from './permissions.ts';
import { IDLE_SECONDS, isOver, type RevokedBecause, SessionStore } from './session-store.ts';
import { TokenKeyStore } from './token-key-store.ts';
import { loadTokenKeys, replaceTokenKey } from './token-keys.ts';

/** However often refreshed, a session ends then. */
const LONGEST_SESSION_MS = 7 * 24 * 3600_000;
const FORGET_AFTER_MS = 30 * 24 * 3600_000;
const USER_AGENT_KEPT = 300;

/** From where a request comes; the credentials are what the cookies of an enrolled device and of a known browser hold, `userAgent` how a browser calls itself. */
export type Origin = {
  readonly address: string | null;
  readonly requestId: string | null;
  readonly userAgent?: string | undefined;
  readonly deviceCredential?: string | undefined;
  readonly browserCredential?: string | undefined;
  /** What the cookie of an attempt to sign in holds that waits for its code. */
  readonly attemptCredential?: string | undefined;
};

/** A session as handed out: the body of the answer, and the refresh token for its cookie. */
export type OpenedSession = {
  readonly answer: SessionAnswer;
  readonly refreshToken: string;
  readonly refreshExpiresInSeconds: number;
};

/** Knows the devices that staff work on; `enrolled-devices/` keeps them. */
export type DeviceGate = {
  /** The id of the enrolled device with that credential, null where there is none. Throws where nobody may sign in on it. */
  admit(credential: string | undefined, address: string | null): string | null;
  /** The same for who has proven nothing yet: null for a device that was withdrawn too, and nothing is noted. */
  idOf(credential: string | undefined): string | null;
};

/** What a session service is made of. */
export type SessionServiceOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly facility: OwnFacility;
  readonly rights: StaffRights;
  /** Without it any device will do. */
  readonly devices?: DeviceGate;
};

/**
 * Sessions of staff. An access token names its session and the account's permission version; both are looked up at every
 * request, so that who is disabled is out at the next click.
 */
export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #accounts: AccountStore;
  readonly #sessions: SessionStore;
  readonly #tokenKeys: TokenKeyStore;
  #keys: readonly [TokenKey, ...TokenKey[]] | undefined;

  constructor(options: SessionServiceOptions) {
    const { db } = options.store;
    this.#options = options;
    this.#accounts = new AccountStore(db);
    this.#sessions = new SessionStore(db);
    this.#tokenKeys = new TokenKeyStore(db);
  }

  /**
   * Opens a session of an account whose owner has proven to be it; `proof` says by what, for the trail. Throws SH-A152 where the account has
   * changed since it was read: it was shut, or has another password or role.
   */
  async open(
    account: Account,
    origin: Origin,
    { deviceId, proof }: { readonly deviceId: string | null; readonly proof: string },
  ): Promise<OpenedSession> {
    const nowMs = this.#options.clock.now();
    const sessionId = randomUUID();
    const refreshToken = newRefreshToken();
    const expiresAt = nowMs + IDLE_SECONDS * 1000;
    this.#sessions.together(() => {
      const present = this.#accounts.withId(account.id);
      if (present?.isDisabled !== false || present.permissionVersion !== account.permissionVersion)
        throw failPeople('SH-A152');
      this.#sessions.forgetEndedBefore(nowMs - FORGET_AFTER_MS);
      this.#sessions.open(
        {
          ...{ id: sessionId, accountId: account.id, address: origin.address, expiresAt, deviceId },
          userAgent: origin.userAgent?.slice(0, USER_AGENT_KEPT) ?? null,
        },
        nowMs,
      );
      this.#sessions.addToken(hashOf(refreshToken), sessionId, nowMs);
      this.#accounts.noteSignIn(account.id, nowMs);
      this.#options.audit.append(staffOf(account, sessionId, origin), {
        action: 'sign-in',
        recordType: 'session',
        purpose: 'HOPERAT',
        detail: { proof },
      });
    });
    return this.#handOut(account, { sessionId, refreshToken, expiresAt });
  }

  /** Exchanges a refresh token for a new pair. Throws SH-A152; a token that comes a second time ends its session. */
  async refresh(refreshToken: string, origin: Origin): Promise<OpenedSession> {
    const nowMs = this.#options.clock.now();
    const hash = hashOf(refreshToken);
    const token = this.#sessions.tokenWithHash(hash);
    const session = token === undefined ? undefined : this.#sessions.withId(token.sessionId);
    const account = session === undefined ? undefined : this.#accounts.withId(session.accountId);
    if (token === undefined || session === undefined || account === undefined) throw failPeople('SH-A152');
    if (session.revokedAt !== null || isOver(session, nowMs) || account.isDisabled) throw failPeople('SH-A152');
    // A token that was carried off to another machine is worth nothing there.
    if (
      session.deviceId !== null &&
      session.deviceId !== this.#options.devices?.admit(origin.deviceCredential, origin.address)
    )
      throw failPeople('SH-A152');
    if (token.usedAt !== null) {
      this.#end(session.id, 'token-reused', staffOf(account, session.id, origin));
      throw failPeople('SH-A152', {
        why: { fr: 'Le jeton de session a servi deux fois.', en: 'The session’s token was used twice.' },
      });
    }
    const expiresAt = Math.min(nowMs + IDLE_SECONDS * 1000, session.createdAt + LONGEST_SESSION_MS);
    const next = newRefreshToken();
    this.#sessions.together(() => {
      this.#sessions.useToken(hash, nowMs);
      this.#sessions.addToken(hashOf(next), session.id, nowMs);
      this.#sessions.extend(session.id, expiresAt, nowMs);
    });
    return this.#handOut(account, { sessionId: session.id, refreshToken: next, expiresAt });
  }

  /** Ends the session that either token belongs to; does nothing for tokens of none. */
  async signOut(
    tokens: { readonly authorization?: string; readonly refreshToken?: string },
    origin: Origin,
  ): Promise<void> {
    const staff = await this.#staffWith(tokens.authorization, origin);
    if (staff !== undefined) this.#end(staff.sessionId, 'signed-out', staff);
    const token =
      tokens.refreshToken === undefined ? undefined : this.#sessions.tokenWithHash(hashOf(tokens.refreshToken));
    if (token === undefined || token.sessionId === staff?.sessionId) return;
    const session = this.#sessions.withId(token.sessionId);
    const account = session === undefined ? undefined : this.#accounts.withId(session.accountId);
    if (session === undefined || account === undefined || session.revokedAt !== null) return;
    this.#end(session.id, 'signed-out', staffOf(account, session.id, origin));
  }

  /** Who bears the token of an `Authorization: Bearer` header. Throws SH-A001 (401) without a good one. */
  async authenticate(authorization: string | undefined, origin: Origin): Promise<Staff> {
    const staff = await this.#staffWith(authorization, origin);
    if (staff === undefined) throw failRuntime('SH-A001');
    return staff;
  }

  /** Judges a request by its route's policy: for `createHttpApp`. Throws SH-A001, or SH-A002 with an audit entry. */
  async authorise(policy: NodePolicy, head: RequestHead): Promise<Caller> {
    const origin = { address: head.remoteAddress ?? null, requestId: head.requestId };
    if (policy.kind === 'anyone') return { kind: 'visitor', ...origin };
    const staff = await this.authenticate(head.headers.authorization, origin);
    if (policy.kind === 'may' && !this.#mayEnter(staff, policy)) {
      this.#options.audit.append(staff, {
        action: policy.action,
        recordType: policy.subject,
        decision: 'deny',
        ...(head.params.id === undefined ? {} : { recordId: head.params.id }),
      });
      throw failRuntime('SH-A002');
    }
    return staff;
  }

  /** Whether who was signed in still is, with the same role: asked of a connection that lasts longer than its token. */
  holds({ sessionId, accountId, role }: Staff): boolean {
    const session = this.#sessions.withId(sessionId);
    const account = this.#accounts.withId(accountId);
    const isOpen = session !== undefined && session.revokedAt === null && !isOver(session, this.#options.clock.now());
    return isOpen && account !== undefined && !account.isDisabled && account.role === role;
  }

  #mayEnter(staff: Staff, policy: NodePolicy & { readonly kind: 'may' }): boolean {
    const { action, subject, ofNobody } = policy;
    const { rights } = this.#options;
    return ofNobody === true ? rights.may(staff, action, subject) : rights.mayEnter(staff, action, subject);
  }

  #end(sessionId: string, because: RevokedBecause, staff: Staff): void {
    this.#sessions.together(() => {
      this.#sessions.revoke(sessionId, because, this.#options.clock.now());
      this.#options.audit.append(staff, {
        action: 'sign-out',
        recordType: 'session',
        purpose: 'HOPERAT',
        ...(because === 'token-reused' ? { decision: 'deny' as const } : {}),
        detail: { because },
      });
    });
  }

  async #staffWith(authorization: string | undefined, origin: Origin): Promise<Staff | undefined> {
    const bearer = /^Bearer ([\w.-]{1,2000})$/i.exec(authorization ?? '')?.[1];
    if (bearer === undefined) return undefined;
    const nowMs = this.#options.clock.now();
    const keys = this.#loadedKeys();
    const claims = await readAccessToken(bearer, {
      keyOf: (kid) => keys.find((key) => key.kid === kid),
      facilityCode: this.#options.facility.code,
      nowMs,
    });
    if (claims === undefined) return undefined;
    const session = this.#sessions.withId(claims.sessionId);
    if (session === undefined || session.revokedAt !== null || isOver(session, nowMs)) return undefined;
    if (session.accountId !== claims.accountId) return undefined;
    const account = this.#accounts.withId(claims.accountId);
    if (account === undefined || account.isDisabled) return undefined;
    if (account.permissionVersion !== claims.permissionVersion) return undefined;
    return staffOf(account, session.id, origin);
  }

  async #handOut(
    account: Account,
    {
      sessionId,
      refreshToken,
      expiresAt,
    }: { readonly sessionId: string; readonly refreshToken: string; readonly expiresAt: number },
  ): Promise<OpenedSession> {
    const { clock, facility, rights, store } = this.#options;
    const nowMs = clock.now();
    const accessToken = await signAccessToken(
      { accountId: account.id, sessionId, permissionVersion: account.permissionVersion },
      { key: this.#loadedKeys()[0], facilityCode: facility.code, nowMs },
    );
    const fields = store.record(account.practitionerId)?.fields;
    const names = [fields?.givenName, fields?.familyName].filter((name) => typeof name === 'string');
    return {
      answer: {
        accessToken,
        expiresInSeconds: ACCESS_TOKEN_SECONDS,
        user: {
          login: account.login,
          practitionerId: account.practitionerId,
          name: names.join(' ') || account.login,
          role: account.role,
          facility: facility.code,
        },
        permissions: [...rights.permissionsOf(account)],
        rules: [...rights.rulesOf(account)],
      },
      refreshToken,
      refreshExpiresInSeconds: Math.floor((expiresAt - nowMs) / 1000),
    };
  }

  /** Gives access tokens another key; who is signed in stays so. */
  replaceTokenKey(): void {
    replaceTokenKey(this.#tokenKeys, this.#options.clock.now());
    this.#keys = undefined;
  }

  /** Since when access tokens have their key; undefined while none was given. */
  tokenKeySince(): number | undefined {
    return this.#tokenKeys.since();
  }

  #loadedKeys(): readonly [TokenKey, ...TokenKey[]] {
    this.#keys ??= loadTokenKeys(this.#tokenKeys, this.#options.clock.now());
    return this.#keys;
  }
}

function staffOf(account: Account, sessionId: string, { address, requestId }: Origin): Staff {
  const { id: accountId, login, practitionerId, role } = account;
  return { kind: 'staff', accountId, login, practitionerId, role, sessionId, address, requestId };
}

function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

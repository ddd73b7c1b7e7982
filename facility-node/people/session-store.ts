import type { Database, Statement } from 'better-sqlite3';

/** Why a session ended before its time; `ended-by-another`: an administrator ended it. */
export type RevokedBecause =
  | 'signed-out'
  | 'token-reused'
  | 'account-disabled'
  | 'password-changed'
  | 'ended-by-another';

/** A row of `session`; times in milliseconds since 1970. */
export type Session = {
  readonly id: string;
  readonly accountId: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** The enrolled device that it was opened on. */
  readonly deviceId: string | null;
};

/** A refresh token as it is kept. */
export type RefreshToken = { readonly sessionId: string; readonly usedAt: number | null };

/** An open session, as administrators see it. */
export type OpenSession = Pick<Session, 'id' | 'createdAt'> & {
  readonly lastUsedAt: number;
  readonly address: string | null;
  readonly deviceName: string | null;
  /** As the browser that opened it calls itself. */
  readonly userAgent: string | null;
};

type NewSession = {
  readonly id: string;
  readonly accountId: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly expiresAt: number;
  readonly deviceId: string | null;
};

/** A session without a refresh for so long is over: one shift. */
export const IDLE_SECONDS = 12 * 3600;
/** Longer than that no session has left, whatever small steps the clock takes. */
const LONGEST_LEFT_MS = (IDLE_SECONDS + 600) * 1000;

/** Whether a session's time is over; so it is where the clock was set back since: that must not lengthen its life. */
export function isOver({ expiresAt }: Pick<Session, 'expiresAt'>, nowMs: number): boolean {
  return expiresAt <= nowMs || expiresAt - nowMs > LONGEST_LEFT_MS;
}

/** The tables `session` and `refresh_token`. */
export class SessionStore {
  readonly #db: Database;
  readonly #byId: Statement<[string], Session>;
  readonly #insert: Statement<[string, number, string | null, string | null, number, number, number, string | null]>;
  readonly #extend: Statement<[number, number, string]>;
  readonly #revoke: Statement<[number, string, string]>;
  readonly #revokeAll: Statement<[number, string, number]>;
  readonly #countLive: Statement<[number, number], number>;
  readonly #liveOf: Statement<[number, number, number], OpenSession>;
  readonly #forget: Statement<[number]>;
  readonly #tokenByHash: Statement<[Uint8Array], RefreshToken>;
  readonly #insertToken: Statement<[Uint8Array, string, number]>;
  readonly #useToken: Statement<[number, Uint8Array]>;

  constructor(db: Database) {
    this.#db = db;
    // A session ends with its device: nobody has to find the sessions of one that was withdrawn.
    this.#byId = db.prepare(
      `select session.id, account_id as accountId, created_at as createdAt, expires_at as expiresAt,
         coalesce(session.revoked_at, enrolled_device.revoked_at) as revokedAt, device_id as deviceId
       from session left join enrolled_device on enrolled_device.id = session.device_id where session.id = ?`,
    );
    this.#insert = db.prepare(
      `insert into session (id, account_id, address, user_agent, created_at, last_used_at, expires_at, device_id)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#extend = db.prepare('update session set last_used_at = ?, expires_at = ? where id = ?');
    this.#revoke = db.prepare(
      'update session set revoked_at = ?, revoked_because = ? where id = ? and revoked_at is null',
    );
    this.#revokeAll = db.prepare(
      'update session set revoked_at = ?, revoked_because = ? where account_id = ? and revoked_at is null',
    );
    this.#countLive = db
      .prepare<[number, number], number>(
        `select count(*) from session left join enrolled_device on enrolled_device.id = session.device_id
         where session.revoked_at is null and enrolled_device.revoked_at is null and expires_at > ? and expires_at <= ?`,
      )
      .pluck();
    this.#liveOf = db.prepare(
      `select session.id, created_at as createdAt, last_used_at as lastUsedAt, session.address, user_agent as userAgent,
         enrolled_device.name as deviceName
       from session left join enrolled_device on enrolled_device.id = session.device_id
       where account_id = ? and session.revoked_at is null and enrolled_device.revoked_at is null
         and expires_at > ? and expires_at <= ?
       order by created_at`,
    );
    this.#forget = db.prepare('delete from session where expires_at < ?');
    this.#tokenByHash = db.prepare(
      'select session_id as sessionId, used_at as usedAt from refresh_token where hash = ?',
    );
    this.#insertToken = db.prepare('insert into refresh_token (hash, session_id, issued_at) values (?, ?, ?)');
    this.#useToken = db.prepare('update refresh_token set used_at = ? where hash = ? and used_at is null');
  }

  /** Runs the work in one transaction. */
  together<Result>(work: () => Result): Result {
    return this.#db.transaction(work).immediate();
  }

  withId(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  open({ id, accountId, address, userAgent, expiresAt, deviceId }: NewSession, nowMs: number): void {
    this.#insert.run(id, accountId, address, userAgent, nowMs, nowMs, expiresAt, deviceId);
  }

  extend(id: string, expiresAt: number, nowMs: number): void {
    this.#extend.run(nowMs, expiresAt, id);
  }

  revoke(id: string, because: RevokedBecause, nowMs: number): void {
    this.#revoke.run(nowMs, because, id);
  }

  revokeAllOf(accountId: number, because: RevokedBecause, nowMs: number): void {
    this.#revokeAll.run(nowMs, because, accountId);
  }

  /** The open sessions of an account, the oldest first. */
  liveOf(accountId: number, nowMs: number): readonly OpenSession[] {
    return this.#liveOf.all(accountId, nowMs, nowMs + LONGEST_LEFT_MS);
  }

  countLive(nowMs: number): number {
    return this.#countLive.get(nowMs, nowMs + LONGEST_LEFT_MS) ?? 0;
  }

  /** Removes sessions that ended before, with their tokens. */
  forgetEndedBefore(beforeMs: number): void {
    this.#forget.run(beforeMs);
  }

  tokenWithHash(hash: Uint8Array): RefreshToken | undefined {
    return this.#tokenByHash.get(hash);
  }

  addToken(hash: Uint8Array, sessionId: string, nowMs: number): void {
    this.#insertToken.run(hash, sessionId, nowMs);
  }

  useToken(hash: Uint8Array, nowMs: number): void {
    this.#useToken.run(nowMs, hash);
  }
}

import type { Database, Statement } from 'better-sqlite3';

/** How often sign-in failed for a login from an address, and until when (ms since 1970) it is not tried again. */
export type LoginFailure = { readonly failures: number; readonly blockedUntil: number };

/** The table `login_failure`. */
export class LoginFailureStore {
  readonly #get: Statement<[string, string], LoginFailure>;
  readonly #put: Statement<[string, string, number, number, number]>;
  readonly #clear: Statement<[string, string]>;
  readonly #forget: Statement<[number]>;

  constructor(db: Database) {
    this.#get = db.prepare(
      'select failures, blocked_until as blockedUntil from login_failure where login = ? and address = ?',
    );
    this.#put = db.prepare(
      `insert into login_failure (login, address, failures, blocked_until, last_at) values (?, ?, ?, ?, ?)
       on conflict (login, address) do update set failures = excluded.failures, blocked_until = excluded.blocked_until,
         last_at = excluded.last_at`,
    );
    this.#clear = db.prepare('delete from login_failure where login = ? and address = ?');
    this.#forget = db.prepare('delete from login_failure where last_at < ?');
  }

  of(login: string, address: string): LoginFailure | undefined {
    return this.#get.get(login, address);
  }

  put(login: string, address: string, failure: LoginFailure & { readonly at: number }): void {
    this.#put.run(login, address, failure.failures, failure.blockedUntil, failure.at);
  }

  clear(login: string, address: string): void {
    this.#clear.run(login, address);
  }

  forgetBefore(beforeMs: number): void {
    this.#forget.run(beforeMs);
  }
}

import type { Database, Statement } from 'better-sqlite3';

/** The table `known_browser`: with which browsers, by the hashes of their cookies, which accounts have signed in. */
export class KnownBrowserStore {
  readonly #isKnown: Statement<[Uint8Array, number], number>;
  readonly #isOurs: Statement<[Uint8Array], number>;
  readonly #remember: Statement<[Uint8Array, number, number, number]>;
  readonly #forgetAll: Statement<[number]>;
  readonly #forgetUnused: Statement<[number]>;

  constructor(db: Database) {
    this.#isKnown = db
      .prepare<[Uint8Array, number], number>('select 1 from known_browser where hash = ? and account_id = ?')
      .pluck();
    this.#isOurs = db.prepare<[Uint8Array], number>('select 1 from known_browser where hash = ? limit 1').pluck();
    this.#remember = db.prepare(
      `insert into known_browser (hash, account_id, known_since, last_used_at) values (?, ?, ?, ?)
       on conflict (hash, account_id) do update set last_used_at = max(last_used_at, excluded.last_used_at)`,
    );
    this.#forgetAll = db.prepare('delete from known_browser where account_id = ?');
    this.#forgetUnused = db.prepare('delete from known_browser where last_used_at < ?');
  }

  isKnown(hash: Uint8Array, accountId: number): boolean {
    return this.#isKnown.get(hash, accountId) !== undefined;
  }

  /** Whether anybody signed in with it: a credential that we gave. */
  isOurs(hash: Uint8Array): boolean {
    return this.#isOurs.get(hash) !== undefined;
  }

  /** A clock that is behind makes no browser older than it was. */
  remember(hash: Uint8Array, accountId: number, nowMs: number): void {
    this.#remember.run(hash, accountId, nowMs, nowMs);
  }

  /** All browsers of an account. */
  forgetAllOf(accountId: number): void {
    this.#forgetAll.run(accountId);
  }

  forgetUnusedSince(beforeMs: number): void {
    this.#forgetUnused.run(beforeMs);
  }
}

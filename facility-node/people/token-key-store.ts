import type { Database } from 'better-sqlite3';

/** A private key as kept: PKCS #8, DER. */
export type StoredTokenKey = { readonly kid: string; readonly privateKey: Buffer };

/** The table `token_key`. */
export class TokenKeyStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All keys, the newest first. */
  all(): readonly StoredTokenKey[] {
    return this.#db
      .prepare<[], StoredTokenKey>('select kid, private_key as privateKey from token_key order by created_at desc, kid')
      .all();
  }

  insert({ kid, privateKey }: StoredTokenKey, nowMs: number): void {
    this.#db
      .prepare('insert into token_key (kid, private_key, created_at) values (?, ?, ?)')
      .run(kid, privateKey, nowMs);
  }
}

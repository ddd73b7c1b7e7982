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

  /** Makes another one the newest; forgets those that were no longer the newest before `beforeMs`. One transaction. */
  replace(key: StoredTokenKey, { nowMs, beforeMs }: { readonly nowMs: number; readonly beforeMs: number }): void {
    this.#db
      .transaction(() => {
        // A key is out of use from the moment the next one came.
        this.#db
          .prepare(
            `delete from token_key where created_at <
             (select max(created_at) from token_key where created_at < ?)`,
          )
          .run(beforeMs);
        this.insert(key, nowMs);
      })
      .immediate();
  }

  /** When the newest came; undefined while there is none. */
  since(): number | undefined {
    return this.#db.prepare<[], number | null>('select max(created_at) from token_key').pluck().get() ?? undefined;
  }

  insert({ kid, privateKey }: StoredTokenKey, nowMs: number): void {
    this.#db
      .prepare('insert into token_key (kid, private_key, created_at) values (?, ?, ?)')
      .run(kid, privateKey, nowMs);
  }
}

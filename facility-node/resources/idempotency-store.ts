import type { Database, Statement } from 'better-sqlite3';

/** Which POST an answer belongs to. */
export type PostIdentity = { readonly accountId: number; readonly route: string; readonly key: string };

/** An answer as kept. `answer` is its JSON text. */
export type KeptAnswer = { readonly bodyHash: Uint8Array; readonly status: number; readonly answer: string };

/** An answer to keep; `recordType` and `recordId` name what the POST made. */
export type NewKeptAnswer = KeptAnswer & { readonly recordType: string | null; readonly recordId: string | null };

/** How many old answers are removed for each new one: more than one, so that they run out, and few, so that nobody waits. */
const FORGET_AT_ONCE = 4;

/** The table `idempotency`. */
export class IdempotencyStore {
  readonly #get: Statement<[number, string, string], KeptAnswer>;
  readonly #keep: Statement<[number, string, string, Uint8Array, number, string, string | null, string | null, number]>;
  readonly #recordOf: Statement<[number, string, string], string>;
  readonly #forget: Statement<[{ count: number; before: number; after: number }]>;

  constructor(db: Database) {
    this.#get = db.prepare(
      'select body_hash as bodyHash, status, answer from idempotency where account_id = ? and route = ? and key = ?',
    );
    this.#keep = db.prepare(
      `insert into idempotency (account_id, route, key, body_hash, status, answer, record_type, record_id, created_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#recordOf = db
      .prepare<[number, string, string], string>(
        'select record_id from idempotency where account_id = ? and key = ? and record_type = ?',
      )
      .pluck();
    this.#forget = db.prepare(
      `delete from idempotency where id < (select min(id) from idempotency) + @count and (created_at < @before or created_at > @after)`,
    );
  }

  find({ accountId, route, key }: PostIdentity): KeptAnswer | undefined {
    return this.#get.get(accountId, route, key);
  }

  keep({ accountId, route, key }: PostIdentity, kept: NewKeptAnswer, nowMs: number): void {
    const { bodyHash, status, answer, recordType, recordId } = kept;
    this.#keep.run(accountId, route, key, bodyHash, status, answer, recordType, recordId, nowMs);
  }

  /** The record of that type which the account's POST with this key made. */
  recordOf(accountId: number, key: string, recordType: string): string | undefined {
    return this.#recordOf.get(accountId, key, recordType);
  }

  /** Of the oldest few, removes those that were kept before an instant, or after another: by a clock that ran far ahead. */
  forgetSome({ before, after }: { readonly before: number; readonly after: number }): void {
    this.#forget.run({ count: FORGET_AT_ONCE, before, after });
  }
}

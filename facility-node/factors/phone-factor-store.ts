import type { Database, Statement } from 'better-sqlite3';

/** A row of `phone_factor`: an E.164 number, and when (ms) its owner proved to have it. */
export type PhoneFactor = { readonly phone: string; readonly validatedAt: number };

/** The table `phone_factor`. */
export class PhoneFactorStore {
  readonly #db: Database;
  readonly #of: Statement<[number], PhoneFactor>;
  readonly #set: Statement<[number, string, number]>;
  readonly #remove: Statement<[number]>;

  constructor(db: Database) {
    this.#db = db;
    this.#of = db.prepare('select phone, validated_at as validatedAt from phone_factor where account_id = ?');
    this.#set = db.prepare(
      `insert into phone_factor (account_id, phone, validated_at) values (?, ?, ?)
       on conflict (account_id) do update set phone = excluded.phone, validated_at = excluded.validated_at`,
    );
    this.#remove = db.prepare('delete from phone_factor where account_id = ?');
  }

  /** Runs the work in one transaction. */
  together<Result>(work: () => Result): Result {
    return this.#db.transaction(work).immediate();
  }

  of(accountId: number): PhoneFactor | undefined {
    return this.#of.get(accountId);
  }

  set(accountId: number, { phone, validatedAt }: PhoneFactor): void {
    this.#set.run(accountId, phone, validatedAt);
  }

  remove(accountId: number): void {
    this.#remove.run(accountId);
  }
}

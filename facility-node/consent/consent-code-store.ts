import type { KeptCode } from '@santehaggui/runtime/codes/one-time-code.ts';
import type { Database, Statement } from 'better-sqlite3';

/** A row of `consent_code`; times in milliseconds since 1970. */
export type ConsentCode = KeptCode & {
  readonly id: string;
  readonly patientId: string;
  readonly accountId: number;
  readonly phone: string;
  readonly textHash: string;
  readonly usedAt: number | null;
};

/** The table `consent_code`. */
export class ConsentCodeStore {
  readonly #add: Statement<(string | number | Uint8Array)[]>;
  readonly #find: Statement<[string], ConsentCode>;
  readonly #countAttempt: Statement<[string]>;
  readonly #use: Statement<[number, string]>;
  readonly #forget: Statement<[number]>;

  constructor(db: Database) {
    this.#add = db.prepare(
      `insert into consent_code (id, patient_id, account_id, phone, text_hash, salt, code_hash, created_at, expires_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = db.prepare(
      `select id, patient_id as patientId, account_id as accountId, phone, text_hash as textHash, salt,
         code_hash as codeHash, created_at as createdAt, expires_at as expiresAt, attempts, used_at as usedAt
       from consent_code where id = ?`,
    );
    this.#countAttempt = db.prepare('update consent_code set attempts = attempts + 1 where id = ?');
    this.#use = db.prepare('update consent_code set used_at = ? where id = ?');
    this.#forget = db.prepare('delete from consent_code where created_at < ?');
  }

  add(code: Omit<ConsentCode, 'usedAt'>): void {
    const { id, patientId, accountId, phone, textHash, salt, codeHash, createdAt, expiresAt } = code;
    this.#add.run(id, patientId, accountId, phone, textHash, salt, codeHash, createdAt, expiresAt);
  }

  find(id: string): ConsentCode | undefined {
    return this.#find.get(id);
  }

  countAttempt(id: string): void {
    this.#countAttempt.run(id);
  }

  use(id: string, atMs: number): void {
    this.#use.run(atMs, id);
  }

  forgetBefore(atMs: number): void {
    this.#forget.run(atMs);
  }
}

import type { PasskeyCredential } from '@santehaggui/runtime/passkeys/passkey-ceremonies.ts';
import type { Database, Statement } from 'better-sqlite3';

/** A row of `passkey`; times in milliseconds since 1970. */
export type Passkey = PasskeyCredential & {
  readonly accountId: number;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly unlockerId: string | null;
};

type Row = Omit<Passkey, 'transports' | 'isBackedUp'> & { readonly transports: string; readonly isBackedUp: 0 | 1 };

const COLUMNS = `id, account_id as accountId, name, user_handle as userHandle, public_key as publicKey, counter, transports,
  is_backed_up as isBackedUp, created_at as createdAt, last_used_at as lastUsedAt, unlocker_id as unlockerId`;

/** The table `passkey`. */
export class PasskeyStore {
  readonly #db: Database;
  readonly #withId: Statement<[string], Row>;
  readonly #of: Statement<[number], Row>;
  readonly #insert: Statement<(string | number | Uint8Array)[]>;
  readonly #noteUse: Statement<[number, number, string, number]>;
  readonly #rename: Statement<[string, string]>;
  readonly #setUnlocker: Statement<[string, string]>;
  readonly #unlockers: Statement<[], string>;
  readonly #forgetUnlocker: Statement<[string]>;
  readonly #remove: Statement<[string]>;
  readonly #removeAll: Statement<[number]>;

  constructor(db: Database) {
    this.#db = db;
    this.#withId = db.prepare(`select ${COLUMNS} from passkey where id = ?`);
    this.#of = db.prepare(`select ${COLUMNS} from passkey where account_id = ? order by created_at`);
    this.#insert = db.prepare(
      `insert into passkey (id, account_id, name, user_handle, public_key, counter, transports, is_backed_up, created_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#noteUse = db.prepare('update passkey set counter = ?, last_used_at = ? where id = ? and counter = ?');
    this.#rename = db.prepare('update passkey set name = ? where id = ?');
    this.#setUnlocker = db.prepare('update passkey set unlocker_id = ? where id = ?');
    this.#unlockers = db.prepare<[], string>('select unlocker_id from passkey where unlocker_id is not null').pluck();
    this.#forgetUnlocker = db.prepare('update passkey set unlocker_id = null where unlocker_id = ?');
    this.#remove = db.prepare('delete from passkey where id = ?');
    this.#removeAll = db.prepare('delete from passkey where account_id = ?');
  }

  /** Runs the work in one transaction. */
  together<Result>(work: () => Result): Result {
    return this.#db.transaction(work).immediate();
  }

  withId(id: string): Passkey | undefined {
    const row = this.#withId.get(id);
    return row === undefined ? undefined : passkeyOf(row);
  }

  /** All of an account, the oldest first. */
  of(accountId: number): readonly Passkey[] {
    return this.#of.all(accountId).map(passkeyOf);
  }

  insert(passkey: Omit<Passkey, 'lastUsedAt' | 'unlockerId'>): void {
    const { id, accountId, name, userHandle, publicKey, counter, transports, isBackedUp, createdAt } = passkey;
    this.#insert.run(
      ...[id, accountId, name, userHandle, publicKey, counter],
      ...[JSON.stringify(transports), isBackedUp ? 1 : 0, createdAt],
    );
  }

  /** Notes a use with its new counter; false where another use with the same former counter came first: one is a copy's. */
  noteUse({ id, counter }: Passkey, newCounter: number, nowMs: number): boolean {
    return this.#noteUse.run(newCounter, nowMs, id, counter).changes === 1;
  }

  rename(id: string, name: string): void {
    this.#rename.run(name, id);
  }

  setUnlocker(id: string, unlockerId: string): void {
    this.#setUnlocker.run(unlockerId, id);
  }

  /** The unlockers that passkeys name. */
  unlockers(): ReadonlySet<string> {
    return new Set(this.#unlockers.all());
  }

  forgetUnlocker(unlockerId: string): void {
    this.#forgetUnlocker.run(unlockerId);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  /** Gives how many there were. */
  removeAllOf(accountId: number): number {
    return this.#removeAll.run(accountId).changes;
  }
}

function passkeyOf({ transports, isBackedUp, ...row }: Row): Passkey {
  return { ...row, transports: JSON.parse(transports) as string[], isBackedUp: isBackedUp === 1 };
}

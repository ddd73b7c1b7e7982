import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import type { Database, Statement } from 'better-sqlite3';

/** A row of `account`. */
export type Account = {
  readonly id: number;
  readonly login: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly practitionerId: string;
  readonly permissionVersion: number;
  readonly isDisabled: boolean;
};

/** What a new row of `account` holds. */
export type NewAccount = Pick<Account, 'login' | 'passwordHash' | 'role' | 'practitionerId'>;

type AccountRow = Omit<Account, 'isDisabled'> & { readonly disabledAt: number | null };

const COLUMNS = `id, login, password_hash as passwordHash, role, practitioner_id as practitionerId,
  permission_version as permissionVersion, disabled_at as disabledAt`;

/** The table `account`. */
export class AccountStore {
  readonly #db: Database;
  readonly #byLogin: Statement<[string], AccountRow>;
  readonly #byId: Statement<[number], AccountRow>;
  readonly #insert: Statement<[string, string, string, string, number]>;
  readonly #disable: Statement<[number, number]>;
  readonly #setRole: Statement<[string, number]>;
  readonly #countEnabled: Statement<[], number>;

  constructor(db: Database) {
    this.#db = db;
    this.#byLogin = db.prepare(`select ${COLUMNS} from account where login = ?`);
    this.#byId = db.prepare(`select ${COLUMNS} from account where id = ?`);
    this.#insert = db.prepare(
      'insert into account (login, password_hash, role, practitioner_id, created_at) values (?, ?, ?, ?, ?)',
    );
    this.#disable = db.prepare(
      'update account set disabled_at = ?, permission_version = permission_version + 1 where id = ? and disabled_at is null',
    );
    this.#setRole = db.prepare('update account set role = ?, permission_version = permission_version + 1 where id = ?');
    this.#countEnabled = db.prepare<[], number>('select count(*) from account where disabled_at is null').pluck();
  }

  /** The account of a login in lower case. */
  withLogin(login: string): Account | undefined {
    return accountOf(this.#byLogin.get(login));
  }

  withId(id: number): Account | undefined {
    return accountOf(this.#byId.get(id));
  }

  /** Throws what SQLite throws when the login is taken. */
  insert({ login, passwordHash, role, practitionerId }: NewAccount, nowMs: number): void {
    this.#insert.run(login, passwordHash, role, practitionerId, nowMs);
  }

  disable(id: number, nowMs: number): void {
    this.#disable.run(nowMs, id);
  }

  setRole(id: number, role: Role): void {
    this.#setRole.run(role, id);
  }

  /** The accounts that can sign in. */
  allEnabled(): readonly Account[] {
    const rows = this.#db.prepare<[], AccountRow>(`select ${COLUMNS} from account where disabled_at is null`).all();
    return rows.flatMap((row) => accountOf(row) ?? []);
  }

  countEnabled(): number {
    return this.#countEnabled.get() ?? 0;
  }
}

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { disabledAt, ...account } = row;
  return { ...account, isDisabled: disabledAt !== null };
}

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
  /** Until when (ms) a password that somebody else chose serves to choose one's own; null of one's own. */
  readonly passwordUntil: number | null;
  readonly lastSignInAt: number | null;
  /** The record that it travels as; null of an account that stays. */
  readonly travellingId: string | null;
  /** The facility's record that a guest comes from; null of our own staff. */
  readonly homeId: string | null;
  /** Of its password: the highest is the present one everywhere. */
  readonly verifierVersion: number;
  /** Whether this facility itself has shut a guest out. */
  readonly isShutHere: boolean;
};

/** What a new row of `account` holds. */
export type NewAccount = Pick<Account, 'login' | 'passwordHash' | 'role' | 'practitionerId' | 'passwordUntil'>;

/** A password as it comes from another facility. */
export type TakenPassword = Pick<Account, 'passwordHash' | 'passwordUntil' | 'verifierVersion'>;

type AccountRow = Omit<Account, 'isDisabled' | 'isShutHere'> & {
  readonly disabledAt: number | null;
  readonly shutHereAt: number | null;
};

const COLUMNS = `id, login, password_hash as passwordHash, coalesce(role_here, role) as role, practitioner_id as practitionerId,
  permission_version as permissionVersion, disabled_at as disabledAt, shut_here_at as shutHereAt,
  password_until as passwordUntil, last_sign_in_at as lastSignInAt, travelling_id as travellingId, home_id as homeId,
  verifier_version as verifierVersion`;
const LIVE = 'ended_at is null';

/** The table `account`; a guest's account that has ended is not seen. */
export class AccountStore {
  readonly #db: Database;
  readonly #byLogin: Statement<[string], AccountRow>;
  readonly #byId: Statement<[number], AccountRow>;
  readonly #byPractitioner: Statement<[string], AccountRow>;
  readonly #insert: Statement<[string, string, string, string, number, number | null]>;
  readonly #disable: Statement<[number, number]>;
  readonly #enable: Statement<[number]>;
  readonly #shutHere: Statement<[number, number]>;
  readonly #openHere: Statement<[number]>;
  readonly #setPassword: Statement<[string, number | null, number]>;
  readonly #noteSignIn: Statement<[number, number]>;
  readonly #setRole: Statement<[{ readonly role: string; readonly id: number }]>;
  readonly #countEnabled: Statement<[], number>;

  constructor(db: Database) {
    this.#db = db;
    this.#byLogin = db.prepare(`select ${COLUMNS} from account where login = ? and ${LIVE}`);
    this.#byId = db.prepare(`select ${COLUMNS} from account where id = ? and ${LIVE}`);
    this.#byPractitioner = db.prepare(`select ${COLUMNS} from account where practitioner_id = ? and ${LIVE}`);
    this.#insert = db.prepare(
      `insert into account (login, password_hash, role, practitioner_id, created_at, password_until)
       values (?, ?, ?, ?, ?, ?)`,
    );
    this.#disable = db.prepare(
      'update account set disabled_at = ?, permission_version = permission_version + 1 where id = ? and disabled_at is null',
    );
    this.#enable = db.prepare(
      'update account set disabled_at = null, permission_version = permission_version + 1 where id = ?',
    );
    this.#shutHere = db.prepare(
      'update account set shut_here_at = ?, permission_version = permission_version + 1 where id = ? and shut_here_at is null',
    );
    this.#openHere = db.prepare(
      'update account set shut_here_at = null, permission_version = permission_version + 1 where id = ?',
    );
    // The version is raised: who signed in with the former password has to do so again.
    this.#setPassword = db.prepare(
      `update account set password_hash = ?, password_until = ?, permission_version = permission_version + 1,
         verifier_version = verifier_version + 1 where id = ?`,
    );
    this.#noteSignIn = db.prepare('update account set last_sign_in_at = ? where id = ?');
    // What a guest is here is said by the share, unless this facility says otherwise.
    this.#setRole = db.prepare(
      `update account set role = iif(home_id is null, @role, role), role_here = iif(home_id is null, null, @role),
         permission_version = permission_version + 1 where id = @id`,
    );
    this.#countEnabled = db
      .prepare<[], number>(
        `select count(*) from account where disabled_at is null and shut_here_at is null and ${LIVE}`,
      )
      .pluck();
  }

  /** The account of a login in lower case. */
  withLogin(login: string): Account | undefined {
    return accountOf(this.#byLogin.get(login));
  }

  withId(id: number): Account | undefined {
    return accountOf(this.#byId.get(id));
  }

  /** The accounts of a Practitioner record. */
  ofPractitioner(practitionerId: string): readonly Account[] {
    return this.#byPractitioner.all(practitionerId).flatMap((row) => accountOf(row) ?? []);
  }

  /** Throws what SQLite throws when the login is taken. */
  insert({ login, passwordHash, role, practitionerId, passwordUntil }: NewAccount, nowMs: number): void {
    this.#insert.run(login, passwordHash, role, practitionerId, nowMs, passwordUntil);
  }

  disable(id: number, nowMs: number): void {
    this.#disable.run(nowMs, id);
  }

  enable(id: number): void {
    this.#enable.run(id);
  }

  /** Shuts a guest out at this facility, whatever the home says. */
  shutHere(id: number, nowMs: number): void {
    this.#shutHere.run(nowMs, id);
  }

  /** Undoes {@link shutHere}. */
  openHere(id: number): void {
    this.#openHere.run(id);
  }

  setPassword(id: number, passwordHash: string, passwordUntil: number | null): void {
    this.#setPassword.run(passwordHash, passwordUntil, id);
  }

  noteSignIn(id: number, nowMs: number): void {
    this.#noteSignIn.run(nowMs, id);
  }

  setRole(id: number, role: Role): void {
    this.#setRole.run({ role, id });
  }

  /** Every account, by login. */
  all(): readonly Account[] {
    const rows = this.#db.prepare<[], AccountRow>(`select ${COLUMNS} from account where ${LIVE} order by login`).all();
    return rows.flatMap((row) => accountOf(row) ?? []);
  }

  /** The accounts that can sign in. */
  allEnabled(): readonly Account[] {
    return this.all().filter(({ isDisabled }) => !isDisabled);
  }

  countEnabled(): number {
    return this.#countEnabled.get() ?? 0;
  }
}

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { disabledAt, shutHereAt, ...account } = row;
  return { ...account, isDisabled: disabledAt !== null || shutHereAt !== null, isShutHere: shutHereAt !== null };
}

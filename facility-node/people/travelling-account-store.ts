import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { staffAccount } from '@santehaggui/protocols/records/staff-account.ts';
import type { Database } from 'better-sqlite3';
import type { TakenPassword } from './account-store.ts';

const STAFF_ACCOUNT = staffAccount.number;

/** An account as its record has it; `homeId` null for one of ours whose node was replaced. */
export type Arriving = TakenPassword & {
  readonly travellingId: string;
  readonly homeId: string | null;
  readonly login: string;
  readonly role: Role;
  readonly practitionerId: string;
};

/** A row of `account` as the index of travelling accounts needs it, ended or not. */
export type Travelling = TakenPassword & {
  readonly id: number;
  readonly login: string;
  /** At home the own role; of a guest what the share says. */
  readonly role: Role;
  readonly practitionerId: string;
  readonly isDisabled: boolean;
  readonly isEnded: boolean;
  readonly isGuest: boolean;
};

// Numbers of fields: protocols/records/{practitioner,facility,staff-account}.ts.
const TRAVELLING = `id, login, password_hash as passwordHash, password_until as passwordUntil,
  verifier_version as verifierVersion, role, practitioner_id as practitionerId, disabled_at is not null as isDisabled,
  ended_at is not null as isEnded, home_id is not null as isGuest`;

type Flags = 'isDisabled' | 'isEnded' | 'isGuest';
type Row = Omit<Travelling, Flags> & Readonly<Record<Flags, number>>;

/** What accounts and the records that they travel as have to do with each other: `account` and `record`. */
export class TravellingAccountStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The account that a record travels as. */
  ofRecord(travellingId: string): Travelling | undefined {
    const statement = this.#db.prepare<[string], Row>(`select ${TRAVELLING} from account where travelling_id = ?`);
    return travellingOf(statement.get(travellingId));
  }

  /** The account of a practitioner of ours that does not travel yet. */
  ofOwn(practitionerId: string): Travelling | undefined {
    const statement = this.#db.prepare<[string], Row>(
      `select ${TRAVELLING} from account where practitioner_id = ? and travelling_id is null and home_id is null`,
    );
    return travellingOf(statement.get(practitionerId));
  }

  /** The accounts that sign a practitioner in. */
  ofPractitioner(practitionerId: string): readonly Travelling[] {
    const statement = this.#db.prepare<[string], Row>(
      `select ${TRAVELLING} from account where practitioner_id = ? and ended_at is null`,
    );
    return statement.all(practitionerId).flatMap((row) => travellingOf(row) ?? []);
  }

  /** Whether another facility's account, or one of ours, signs this practitioner in. */
  isOthers(practitionerId: string, homeId: string): boolean {
    const statement = this.#db.prepare('select 1 from account where practitioner_id = ? and home_id is not ?');
    return statement.get(practitionerId, homeId) !== undefined;
  }

  isTaken(login: string): boolean {
    return this.#db.prepare('select 1 from account where login = ?').get(login) !== undefined;
  }

  /** Says of an account of ours that it travels. */
  link(id: number, travellingId: string): void {
    this.#db.prepare('update account set travelling_id = ? where id = ?').run(travellingId, id);
  }

  insert(arriving: Arriving, nowMs: number): void {
    this.#db
      .prepare<[string, string, string, string, number, number | null, string, string | null, number]>(
        `insert into account (login, password_hash, role, practitioner_id, created_at, password_until, travelling_id, home_id,
           verifier_version) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        arriving.login,
        arriving.passwordHash,
        arriving.role,
        arriving.practitionerId,
        nowMs,
        arriving.passwordUntil,
        arriving.travellingId,
        arriving.homeId,
        arriving.verifierVersion,
      );
  }

  /** Takes up an account whose share had been ended, under this login; what this facility said of it still holds. */
  revive(id: number, arriving: Arriving): void {
    this.#db
      .prepare<[string, string, number]>(
        'update account set ended_at = null, login = ?, role = ?, permission_version = permission_version + 1 where id = ?',
      )
      .run(arriving.login, arriving.role, id);
    this.takePassword(id, arriving);
  }

  /** Ends a guest's account: nobody signs in with it, and its login is free. */
  end(id: number, unmatchableHash: string, nowMs: number): void {
    this.#db
      .prepare<[number, string, number]>(
        `update account set ended_at = ?, login = '~' || id, password_hash = ?, stale = 2, permission_version = permission_version + 1
         where id = ?`,
      )
      .run(nowMs, unmatchableHash, id);
  }

  /** A password that was chosen elsewhere. */
  takePassword(id: number, { passwordHash, passwordUntil, verifierVersion }: TakenPassword): void {
    this.#db
      .prepare<[string, number | null, number, number | null, number]>(
        `update account set password_hash = ?, password_until = ?, verifier_version = ?, stale = max(stale, iif(? is null, 1, 2)),
           permission_version = permission_version + 1 where id = ?`,
      )
      .run(passwordHash, passwordUntil, verifierVersion, passwordUntil, id);
  }

  setSharedRole(id: number, role: Role): void {
    this.#db
      .prepare<[string, number]>(
        'update account set role = ?, permission_version = permission_version + 1 where id = ? and home_id is not null',
      )
      .run(role, id);
  }

  setDisabled(id: number, disabledAt: number | null): void {
    this.#db
      .prepare<[{ readonly at: number | null; readonly id: number }]>(
        `update account set disabled_at = @at, stale = iif(@at is null, stale, 2),
           permission_version = permission_version + 1 where id = @id`,
      )
      .run({ at: disabledAt, id });
  }

  /** The accounts of which something is to be forgotten: `isWhole` where it is all that proves the owner, else the former password's keys. */
  stale(): readonly { readonly id: number; readonly login: string; readonly isWhole: boolean }[] {
    const rows = this.#db.prepare<[], { id: number; login: string; stale: number }>(
      'select id, login, stale from account where stale > 0',
    );
    return rows.all().map(({ id, login, stale }) => ({ id, login, isWhole: stale > 1 }));
  }

  /** After it was forgotten. */
  noteFresh(id: number): void {
    this.#db.prepare('update account set stale = 0 where id = ?').run(id);
  }

  /** Whether a practitioner is active, as far as the record is here. */
  isActive(practitionerId: string): boolean {
    const active = this.#db
      .prepare<[string], number | null>(`select json_extract(fields, '$."6"') from record where id = ? and type = 2`)
      .pluck()
      .get(practitionerId);
    return active !== 0;
  }

  /** The role of a practitioner, as far as the record is here. */
  roleOf(practitionerId: string): string | undefined {
    const role = this.#db
      .prepare<[string], string | null>(`select json_extract(fields, '$."3"') from record where id = ? and type = 2`)
      .pluck()
      .get(practitionerId);
    return role ?? undefined;
  }

  /** The facility records here: by id its code, name and the key of its node. */
  facilities(): ReadonlyMap<string, { readonly code: string; readonly name: string; readonly nodeKey: string | null }> {
    const rows = this.#db
      .prepare<[], { id: string; code: string; name: string; nodeKey: string | null }>(
        `select id, json_extract(fields, '$."1"') as code, json_extract(fields, '$."2"') as name,
           json_extract(fields, '$."12"') as nodeKey from record where type = 3`,
      )
      .all();
    return new Map(rows.map(({ id, ...facility }) => [id, facility]));
  }

  /** The ids of the records of accounts that travel. */
  records(): readonly string[] {
    return this.#db
      .prepare<[], string>(`select id from record where type = ${STAFF_ACCOUNT} order by created_position`)
      .pluck()
      .all();
  }
}

function travellingOf(row: Row | undefined): Travelling | undefined {
  if (row === undefined) return undefined;
  const { isDisabled, isEnded, isGuest } = row;
  return { ...row, isDisabled: isDisabled === 1, isEnded: isEnded === 1, isGuest: isGuest === 1 };
}

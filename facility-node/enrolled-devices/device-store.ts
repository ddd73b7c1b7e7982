import type { Database, Statement } from 'better-sqlite3';

/** A row of `enrolled_device`; times in milliseconds since 1970. */
export type Device = {
  readonly id: string;
  readonly name: string;
  readonly enrolledAt: number;
  readonly lastSeenAt: number;
  readonly address: string | null;
  readonly revokedAt: number | null;
};

/** A row of `device_invitation`. */
export type Invitation = { readonly createdAt: number; readonly expiresAt: number; readonly usedAt: number | null };

const COLUMNS =
  'id, name, enrolled_at as enrolledAt, last_seen_at as lastSeenAt, address, revoked_at as revokedAt' as const;

/** The tables `enrolled_device` and `device_invitation`. */
export class DeviceStore {
  readonly #db: Database;
  readonly #byCredential: Statement<[Uint8Array], Device>;
  readonly #seen: Statement<[number, string | null, string]>;

  constructor(db: Database) {
    this.#db = db;
    this.#byCredential = db.prepare(`select ${COLUMNS} from enrolled_device where credential_hash = ?`);
    this.#seen = db.prepare('update enrolled_device set last_seen_at = ?, address = ? where id = ?');
  }

  /** Runs the work in one transaction. */
  together<Result>(work: () => Result): Result {
    return this.#db.transaction(work).immediate();
  }

  /** All devices: those in use first, by name. */
  all(): readonly Device[] {
    return this.#db
      .prepare<[], Device>(`select ${COLUMNS} from enrolled_device order by revoked_at is not null, name, enrolled_at`)
      .all();
  }

  withId(id: string): Device | undefined {
    return this.#db.prepare<[string], Device>(`select ${COLUMNS} from enrolled_device where id = ?`).get(id);
  }

  withCredential(hash: Uint8Array): Device | undefined {
    return this.#byCredential.get(hash);
  }

  insert({ id, name, enrolledAt, address }: Device, credentialHash: Uint8Array): void {
    this.#db
      .prepare(
        `insert into enrolled_device (id, name, credential_hash, enrolled_at, last_seen_at, address)
         values (?, ?, ?, ?, ?, ?)`,
      )
      .run(id, name, credentialHash, enrolledAt, enrolledAt, address);
  }

  noteSeen(id: string, address: string | null, nowMs: number): void {
    this.#seen.run(nowMs, address, id);
  }

  revoke(id: string, nowMs: number): void {
    this.#db.prepare('update enrolled_device set revoked_at = ? where id = ? and revoked_at is null').run(nowMs, id);
  }

  invitation(hash: Uint8Array): Invitation | undefined {
    return this.#db
      .prepare<[Uint8Array], Invitation>(
        'select created_at as createdAt, expires_at as expiresAt, used_at as usedAt from device_invitation where hash = ?',
      )
      .get(hash);
  }

  invite(hash: Uint8Array, invitedBy: string | null, { createdAt, expiresAt }: Omit<Invitation, 'usedAt'>): void {
    this.#db
      .prepare('insert into device_invitation (hash, invited_by, created_at, expires_at) values (?, ?, ?, ?)')
      .run(hash, invitedBy, createdAt, expiresAt);
  }

  useInvitation(hash: Uint8Array, deviceId: string, nowMs: number): void {
    this.#db
      .prepare('update device_invitation set used_at = ?, device_id = ? where hash = ?')
      .run(nowMs, deviceId, hash);
  }

  /** Removes invitations that nobody took up. */
  forgetInvitationsBefore(beforeMs: number): void {
    this.#db.prepare('delete from device_invitation where used_at is null and expires_at < ?').run(beforeMs);
  }
}

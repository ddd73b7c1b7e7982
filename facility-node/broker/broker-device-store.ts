import type { Database } from 'better-sqlite3';

/** A row of `broker_device`; times in milliseconds since 1970. */
export type BrokerDevice = {
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  readonly revokedAt: number | null;
};

const COLUMNS =
  'name, secret_hash as secretHash, created_at as createdAt, last_seen_at as lastSeenAt, revoked_at as revokedAt';

/** The table `broker_device`. */
export class BrokerDeviceStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All devices: those in use first, by name. */
  all(): readonly BrokerDevice[] {
    return this.#db
      .prepare<[], BrokerDevice>(`select ${COLUMNS} from broker_device order by revoked_at is not null, name`)
      .all();
  }

  withName(name: string): BrokerDevice | undefined {
    return this.#db.prepare<[string], BrokerDevice>(`select ${COLUMNS} from broker_device where name = ?`).get(name);
  }

  /** Adds a device, or gives one that was revoked its account again. */
  put(name: string, secretHash: Uint8Array, nowMs: number): void {
    this.#db
      .prepare(
        `insert into broker_device (name, secret_hash, created_at) values (?, ?, ?)
         on conflict (name) do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at, revoked_at = null`,
      )
      .run(name, secretHash, nowMs);
  }

  noteSeen(name: string, nowMs: number): void {
    this.#db.prepare('update broker_device set last_seen_at = ? where name = ?').run(nowMs, name);
  }

  revoke(name: string, nowMs: number): void {
    this.#db.prepare('update broker_device set revoked_at = ? where name = ?').run(nowMs, name);
  }
}

import type { Database, Statement } from 'better-sqlite3';

/** A backup that this node has made. `bytes` is null until the file is whole, `verifiedAt` until it was looked at. */
export type KnownBackup = {
  readonly id: string;
  readonly file: string;
  readonly createdAt: number;
  readonly key: Uint8Array;
  readonly bytes: number | null;
  readonly verifiedAt: number | null;
};

const COLUMNS = 'id, file, created_at as createdAt, key, bytes, verified_at as verifiedAt';

/** The table `backup`. */
export class BackupStore {
  readonly #insert: Statement<[string, string, number, Uint8Array]>;
  readonly #written: Statement<[number, string]>;
  readonly #verified: Statement<[number, string]>;
  readonly #restored: Statement<[number, number, number]>;
  readonly #remove: Statement<[string]>;
  readonly #forgetUnfinished: Statement<[], string>;
  readonly #find: Statement<[string], KnownBackup>;
  readonly #lastVerified: Statement<[number], KnownBackup>;

  constructor(db: Database) {
    this.#insert = db.prepare('insert into backup (id, file, created_at, key) values (?, ?, ?, ?)');
    this.#written = db.prepare('update backup set bytes = ? where id = ?');
    this.#verified = db.prepare('update backup set verified_at = ? where id = ?');
    this.#restored = db.prepare('update backup set bytes = ?, verified_at = ? where created_at = ?');
    this.#remove = db.prepare('delete from backup where id = ?');
    this.#forgetUnfinished = db.prepare<[], string>('delete from backup where bytes is null returning file').pluck();
    this.#find = db.prepare(`select ${COLUMNS} from backup where id = ?`);
    this.#lastVerified = db.prepare(
      `select ${COLUMNS} from backup where verified_at is not null and created_at <= ? order by created_at desc limit 1`,
    );
  }

  /** Notes one that is about to be written. */
  begin({ id, file, createdAt, key }: Pick<KnownBackup, 'id' | 'file' | 'createdAt' | 'key'>): void {
    this.#insert.run(id, file, createdAt, key);
  }

  /** Forgets those whose writing did not come to its end, and gives their files: the process was killed meanwhile. */
  forgetUnfinished(): readonly string[] {
    return this.#forgetUnfinished.all();
  }

  /** It is whole on its medium. */
  noteWritten(id: string, bytes: number): void {
    this.#written.run(bytes, id);
  }

  /** It was read whole and holds what it says. */
  noteVerified(id: string, atMs: number): void {
    this.#verified.run(atMs, id);
  }

  /** This database came out of the one made at that time: it is whole, and was found to be good. */
  noteRestored(createdAtMs: number, { bytes, atMs }: { readonly bytes: number; readonly atMs: number }): void {
    this.#restored.run(bytes, atMs, createdAtMs);
  }

  /** It is gone; its key goes too. */
  forget(id: string): void {
    this.#remove.run(id);
  }

  find(id: string): KnownBackup | undefined {
    return this.#find.get(id);
  }

  /** The youngest that was found to be good, of those made up to a moment. */
  lastVerified(upToMs: number): KnownBackup | undefined {
    return this.#lastVerified.get(upToMs);
  }
}

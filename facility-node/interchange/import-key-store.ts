import type { Database, Statement } from 'better-sqlite3';

/** What another system calls a resource. */
export type ForeignName = { readonly sourceSystem: string; readonly resourceType: string; readonly foreignId: string };

/** What came in last under a foreign name, and the record that it became. */
export type ImportKey = {
  readonly recordId: string;
  /** By field number, as JSON. */
  readonly fieldHashes: string;
};

/** A record that came in, and as what. */
export type ForeignRecord = { readonly recordId: string; readonly resourceType: string };

/** A field that waits for the record that its reference names. */
export type WaitingReference = { readonly recordId: string; readonly field: string };

/** The tables `import_key` and `import_waiting`. Writing methods run inside the transaction that writes the record. */
export class ImportKeyStore {
  readonly #find: Statement<[string, string, string], ImportKey>;
  readonly #findByUrl: Statement<[string], ForeignRecord>;
  readonly #findByUuid: Statement<[string], ForeignRecord>;
  readonly #findById: Statement<[string, string], { record_id: string; source_system: string }>;
  readonly #put: Statement<[string, string, string, string | null, string, string]>;
  readonly #hasWaiting: Statement<[], number>;
  readonly #waitingFor: Statement<[string], { record_id: string; field: string; source_system: string }>;
  readonly #wait: Statement<[string, string, string, string]>;
  readonly #stopWaiting: Statement<[string, string]>;

  constructor(db: Database) {
    this.#find = db.prepare(
      `select record_id as recordId, field_hashes as fieldHashes from import_key
       where source_system = ? and resource_type = ? and foreign_id = ?`,
    );
    const record = 'select record_id as recordId, resource_type as resourceType from import_key';
    this.#findByUrl = db.prepare(`${record} where full_url = ? limit 1`);
    this.#findByUuid = db.prepare(`${record} where foreign_id = ? limit 1`);
    this.#findById = db.prepare(
      'select record_id, source_system from import_key where foreign_id = ? and resource_type = ?',
    );
    this.#put = db.prepare(
      `insert into import_key (source_system, resource_type, foreign_id, full_url, record_id, field_hashes)
       values (?, ?, ?, ?, ?, ?)
       on conflict (foreign_id, resource_type, source_system) do update set full_url = excluded.full_url,
         record_id = excluded.record_id, field_hashes = excluded.field_hashes`,
    );
    this.#hasWaiting = db.prepare<[], number>('select exists (select 1 from import_waiting)').pluck();
    this.#waitingFor = db.prepare('select record_id, field, source_system from import_waiting where reference = ?');
    this.#wait = db.prepare(
      `insert into import_waiting (record_id, field, source_system, reference) values (?, ?, ?, ?)
       on conflict (record_id, field) do update set source_system = excluded.source_system, reference = excluded.reference`,
    );
    this.#stopWaiting = db.prepare('delete from import_waiting where record_id = ? and field = ?');
  }

  /** What came in last under this name. */
  find({ sourceSystem, resourceType, foreignId }: ForeignName): ImportKey | undefined {
    return this.#find.get(sourceSystem, resourceType, foreignId);
  }

  /** The record whose entry had this fullUrl. */
  recordUnder(fullUrl: string): ForeignRecord | undefined {
    const uuid = /^urn:uuid:(.+)$/.exec(fullUrl)?.[1];
    return this.#findByUrl.get(fullUrl) ?? (uuid === undefined ? undefined : this.#findByUuid.get(uuid));
  }

  /** The record of a type and id: that of the same system, else of the only one that has it. */
  recordOf({ sourceSystem, resourceType, foreignId }: ForeignName): ForeignRecord | undefined {
    const rows = this.#findById.all(foreignId, resourceType);
    const own = rows.find((row) => row.source_system === sourceSystem);
    const recordId = own?.record_id ?? (rows.length === 1 ? rows[0]?.record_id : undefined);
    return recordId === undefined ? undefined : { recordId, resourceType };
  }

  /** Remembers what came in. */
  put(
    { sourceSystem, resourceType, foreignId }: ForeignName,
    key: ImportKey & { readonly fullUrl: string | null },
  ): void {
    this.#put.run(sourceSystem, resourceType, foreignId, key.fullUrl, key.recordId, key.fieldHashes);
  }

  /** Whether anything waits at all. */
  hasWaiting(): boolean {
    return this.#hasWaiting.get() === 1;
  }

  /** The fields that wait for a reference text; for `Type/id` only those of the given system. */
  waitingFor(reference: string, sourceSystem: string | undefined): WaitingReference[] {
    return this.#waitingFor
      .all(reference)
      .filter((row) => sourceSystem === undefined || row.source_system === sourceSystem)
      .map((row) => ({ recordId: row.record_id, field: row.field }));
  }

  /** Remembers that a field waits. */
  wait(
    { recordId, field }: WaitingReference,
    { sourceSystem, reference }: { readonly sourceSystem: string; readonly reference: string },
  ): void {
    this.#wait.run(recordId, field, sourceSystem, reference);
  }

  /** Forgets that a field waited. */
  stopWaiting({ recordId, field }: WaitingReference): void {
    this.#stopWaiting.run(recordId, field);
  }
}

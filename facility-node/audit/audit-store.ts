import { type AuditFacts, auditLeaf } from '@santehaggui/protocols/audit/audit-entry.ts';
import type { AuditFilter } from '@santehaggui/protocols/audit/audit-filter.ts';
import { completedBy, type SubtreeSource } from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { Database, Statement } from 'better-sqlite3';
import type { AuditAction } from '../people/audit-trail.ts';
import type { AuditEvent, NumberedAuditEvent } from './audit-event.ts';

/** A row as it lies on the disk, with what it completes of the tree. */
export type StoredAuditRow = AuditFacts & { readonly id: number; readonly tree: Buffer | null };

const HASH_BYTES = 32;
const FACTS = `at, login, practitioner_id as practitionerId, role, action, record_type as recordType,
  record_id as recordId, patient_id as patientId, purpose, request_id as requestId, source_address as sourceAddress,
  decision, detail`;
const COLUMNS = `id, ${FACTS}`;
/** Stands for a subtree that somebody took away: who is cared for does not wait for the trail to be whole, and every later head shows it. */
const LOST = new Uint8Array(HASH_BYTES);

/** The table `audit_event`, which only grows, and the tree over it. */
export class AuditStore {
  readonly #append: Statement<(string | number | Uint8Array | null)[]>;
  readonly #after: Statement<[number, number], StoredAuditRow>;
  readonly #search: Statement<[Readonly<Record<string, string | number | null>>], StoredAuditRow>;
  readonly #tree: Statement<[number], Buffer | null>;
  readonly #next: Statement<[], number>;
  readonly #setSize: Statement<[number]>;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    this.#append = db.prepare(
      `insert into audit_event (id, at, login, practitioner_id, role, action, record_type, record_id, patient_id, purpose,
         request_id, source_address, decision, detail, tree)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#after = db.prepare(`select ${COLUMNS}, tree from audit_event where id > ? order by id limit ?`);
    this.#search = db.prepare(
      `select ${COLUMNS}, null as tree from audit_event
       where id < :before and (:login is null or login = :login)
         and (:patientId is null or patient_id = :patientId or (patient_id is null and detail is not null and exists (
           select 1 from json_each(detail, '$.patients') where value = :patientId)))
         and (:recordId is null or record_id = :recordId) and (:action is null or action = :action)
         and (:decision is null or decision = :decision)
         and (:since is null or at >= :since) and (:until is null or at < :until)
       order by id desc limit :limit`,
    );
    this.#tree = db.prepare<[number], Buffer | null>('select tree from audit_event where id = ?').pluck();
    this.#next = db
      .prepare<[], number>(
        'select max((select entries from audit_size), (select coalesce(max(id), 0) from audit_event)) + 1',
      )
      .pluck();
    this.#setSize = db.prepare('update audit_size set entries = ?');
    this.#plant();
  }

  /** Appends an entry with its place in the tree, all or nothing. */
  append(event: AuditEvent): void {
    if (this.#db.inTransaction) this.#write(event);
    else this.#db.transaction(() => this.#write(event)).immediate();
  }

  /** Up to `limit` events after the one numbered `id`, in order. */
  after(id: number, limit: number): readonly NumberedAuditEvent[] {
    return this.#after.all(id, limit).map(read);
  }

  /** The same as they lie on the disk. */
  rowsAfter(id: number, limit: number): readonly StoredAuditRow[] {
    return this.#after.all(id, limit);
  }

  /** Up to `limit` events that match and come before the one numbered `before`, the newest first. */
  search(filter: AuditFilter, { before, limit }: { readonly before: number; readonly limit: number }) {
    const { login = null, patientId = null, recordId = null, action = null } = filter;
    const { decision = null, since = null, until = null } = filter;
    const asked = { login, patientId, recordId, action, decision, since, until, before, limit };
    return this.#search.all(asked).map(read);
  }

  /** How many entries there were ever, whatever is there. */
  size(): number {
    return (this.#next.get() as number) - 1;
  }

  /** The tree as it is stored. */
  tree(): SubtreeSource {
    return {
      subtree: (level, last) => {
        const stored = this.#tree.get(last + 1);
        const hash = stored?.subarray(level * HASH_BYTES, (level + 1) * HASH_BYTES);
        return hash === undefined || hash.length < HASH_BYTES ? LOST : new Uint8Array(hash);
      },
    };
  }

  #write(event: AuditEvent): void {
    const id = this.#next.get() as number;
    const detail = event.detail === null ? null : JSON.stringify(event.detail);
    const leaf = auditLeaf(id, { ...event, detail });
    // By place and not by name: there is one such row a record, and names are looked up in each.
    this.#append.run(
      id,
      event.at,
      event.login,
      event.practitionerId,
      event.role,
      event.action,
      event.recordType,
      event.recordId,
      event.patientId,
      event.purpose,
      event.requestId,
      event.sourceAddress,
      event.decision,
      detail,
      this.#completed(id, leaf),
    );
    this.#setSize.run(id);
  }

  #completed(id: number, leaf: Uint8Array): Uint8Array {
    return Buffer.concat(completedBy(id - 1, leaf, this.tree()));
  }

  /** Gives a trail that is older than the tree its tree. A part of one that has none is not filled in: somebody put it there. */
  #plant(): void {
    const hasTree = this.#db.prepare('select 1 from audit_event where tree is not null limit 1').pluck();
    const isBare = this.#db.prepare('select 1 from audit_event limit 1').pluck().get() === 1;
    if (!isBare || hasTree.get() === 1) return;
    const fill = this.#db.prepare<[Uint8Array, number]>('update audit_event set tree = ? where id = ?');
    this.#db
      .transaction(() => {
        for (let last = 0; ; ) {
          const rows = this.#after.all(last, 1000);
          for (const row of rows) fill.run(this.#completed(row.id, auditLeaf(row.id, row)), row.id);
          if (rows.length === 0) return;
          last = rows.at(-1)?.id ?? last;
        }
      })
      .immediate();
  }
}

function read({ tree: _tree, ...row }: StoredAuditRow): NumberedAuditEvent {
  const detail = row.detail === null ? null : JSON.parse(row.detail);
  return { ...row, action: row.action as AuditAction, decision: row.decision as 'permit' | 'deny', detail };
}

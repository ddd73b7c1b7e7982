import type { Database, Statement } from 'better-sqlite3';
import type { AuditAction } from '../people/audit-trail.ts';

/** A row of `audit_event`; `at` in milliseconds since 1970. */
export type AuditEvent = {
  readonly at: number;
  readonly login: string | null;
  readonly practitionerId: string | null;
  readonly role: string | null;
  readonly action: AuditAction;
  readonly recordType: string | null;
  readonly recordId: string | null;
  readonly patientId: string | null;
  readonly purpose: string;
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
  readonly decision: 'permit' | 'deny';
  readonly detail: Readonly<Record<string, unknown>> | null;
};

/** A row of `audit_event` with its number. */
export type NumberedAuditEvent = AuditEvent & { readonly id: number };

type AuditRow = Omit<NumberedAuditEvent, 'detail'> & { readonly detail: string | null };

const COLUMNS = `id, at, login, practitioner_id as practitionerId, role, action, record_type as recordType,
  record_id as recordId, patient_id as patientId, purpose, request_id as requestId, source_address as sourceAddress,
  decision, detail`;

/** The table `audit_event`, which only grows. */
export class AuditStore {
  readonly #append: Statement<(string | number | null)[]>;
  readonly #after: Statement<[number, number], AuditRow>;

  constructor(db: Database) {
    this.#append = db.prepare(
      `insert into audit_event (at, login, practitioner_id, role, action, record_type, record_id, patient_id, purpose,
         request_id, source_address, decision, detail)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#after = db.prepare(`select ${COLUMNS} from audit_event where id > ? order by id limit ?`);
  }

  append(event: AuditEvent): void {
    // By place and not by name: there is one such row a record, and names are looked up in each.
    this.#append.run(
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
      event.detail === null ? null : JSON.stringify(event.detail),
    );
  }

  /** Up to `limit` events after the one numbered `id`, in order. */
  after(id: number, limit: number): readonly NumberedAuditEvent[] {
    return this.#after
      .all(id, limit)
      .map((row) => ({ ...row, detail: row.detail === null ? null : JSON.parse(row.detail) }));
  }
}

import type { AuditFilter } from '@santehaggui/protocols/audit/audit-filter.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditEntry, AuditedCaller, AuditTrail } from '../people/audit-trail.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AuditEvent, NumberedAuditEvent } from './audit-event.ts';
import { AuditStore } from './audit-store.ts';

/**
 * The trail of who did what: every write, in the transaction that writes, and every read of a person's record, on disk
 * before the answer leaves. It is appended to and never changed.
 */
export class AuditService implements AuditTrail {
  readonly #store: AuditStore;
  readonly #clock: Clock;

  constructor({ db, clock }: { readonly db: RecordStore['db']; readonly clock: Clock }) {
    this.#store = new AuditStore(db);
    this.#clock = clock;
  }

  /** Appends one entry, in the transaction that is open on the connection, or alone. */
  append(caller: AuditedCaller, entry: AuditEntry): void {
    const purpose = caller.kind === 'staff' ? caller.purpose : undefined;
    this.#store.append({
      ...identityOf(caller),
      ...this.#complete(purpose === undefined ? entry : { purpose, ...entry }),
    });
  }

  /** Up to `limit` events after number `id`, the oldest first. */
  eventsAfter(id: number, limit: number): readonly NumberedAuditEvent[] {
    return this.#store.after(id, limit);
  }

  /** Up to `limit` events that match and come before the one numbered `before`, the newest first. */
  search(
    filter: AuditFilter,
    page: { readonly before: number; readonly limit: number },
  ): readonly NumberedAuditEvent[] {
    return this.#store.search(filter, page);
  }

  /** The number of the last event that was ever written. */
  lastNumber(): number {
    return this.#store.size();
  }

  #complete(entry: AuditEntry): Omit<AuditEvent, keyof ReturnType<typeof identityOf>> {
    return {
      at: this.#clock.now(),
      action: entry.action,
      recordType: entry.recordType ?? null,
      recordId: entry.recordId ?? null,
      patientId: entry.patientId ?? null,
      purpose: entry.purpose ?? 'TREAT',
      decision: entry.decision ?? 'permit',
      detail: entry.detail ?? null,
    };
  }
}

function identityOf(
  caller: AuditedCaller,
): Pick<AuditEvent, 'login' | 'practitionerId' | 'role' | 'requestId' | 'sourceAddress'> {
  if (caller.kind === 'daemon')
    return { login: null, practitionerId: null, role: 'system', requestId: null, sourceAddress: null };
  const { address: sourceAddress, requestId } = caller;
  if (caller.kind === 'visitor') return { login: null, practitionerId: null, role: null, requestId, sourceAddress };
  const { login, practitionerId, role } = caller;
  return { login, practitionerId, role, requestId, sourceAddress };
}

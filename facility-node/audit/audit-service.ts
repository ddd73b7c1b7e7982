import type { AuditFilter } from '@santehaggui/protocols/audit/audit-filter.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditEntry, AuditedCaller, AuditTrail } from '../people/audit-trail.ts';
import { EMERGENCY_PURPOSE, type EmergencyGrants } from '../store/emergency-grants.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { AuditEvent, NumberedAuditEvent } from './audit-event.ts';
import { AuditStore } from './audit-store.ts';

/** What the trail is made of; `emergencies` tells whose records somebody has open in an emergency: without it nobody has any. */
export type AuditOptions = {
  readonly db: RecordStore['db'];
  readonly clock: Clock;
  readonly emergencies?: Pick<EmergencyGrants, 'openTo'>;
};

/**
 * The trail of who did what: every write, in the transaction that writes, and every read of a person's record, on disk
 * before the answer leaves. It is appended to and never changed.
 */
export class AuditService implements AuditTrail {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #emergencies: AuditOptions['emergencies'];

  constructor({ db, clock, emergencies }: AuditOptions) {
    this.#store = new AuditStore(db);
    this.#clock = clock;
    this.#emergencies = emergencies;
  }

  /** Appends one entry, in the transaction that is open on the connection, or alone. */
  append(caller: AuditedCaller, entry: AuditEntry): void {
    const purpose = entry.purpose ?? (this.#isUrgent(caller, entry) ? EMERGENCY_PURPOSE : 'TREAT');
    this.#store.append({ ...identityOf(caller), ...this.#complete({ ...entry, purpose }) });
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

  /** Whether all whom an entry concerns are patients whose records the caller has open in an emergency. */
  #isUrgent(caller: AuditedCaller, { patientId, detail }: AuditEntry): boolean {
    if (caller.kind !== 'staff') return false;
    const listed = Array.isArray(detail?.patients) ? (detail.patients as readonly string[]) : [];
    const concerned = patientId === undefined ? listed : [patientId];
    if (concerned.length === 0) return false;
    const open = this.#emergencies?.openTo(caller.practitionerId) ?? [];
    return concerned.every((patient) => open.includes(patient));
  }

  #complete(entry: AuditEntry & { readonly purpose: string }): Omit<AuditEvent, keyof ReturnType<typeof identityOf>> {
    return {
      at: this.#clock.now(),
      action: entry.action,
      recordType: entry.recordType ?? null,
      recordId: entry.recordId ?? null,
      patientId: entry.patientId ?? null,
      purpose: entry.purpose,
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

import { setImmediate as letOthersIn } from 'node:timers/promises';
import type {
  AccessHistory,
  AuditFilterQuery,
  AuditLine,
  AuditPage,
  AuditProof,
} from '@santehaggui/protocols/api/audit-api.ts';
import { type AuditFileFormat, auditFile } from '@santehaggui/protocols/audit/audit-file.ts';
import { type AuditFilter, auditFilterOf } from '@santehaggui/protocols/audit/audit-filter.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { patient as patientType } from '@santehaggui/protocols/records/patient.ts';
import { codeWords, roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { NumberedAuditEvent } from '../audit/audit-event.ts';
import type { AuditProofService } from '../audit/audit-proof-service.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { cursorAfter, positionOf } from '../resources/page-cursor.ts';
import { failResource } from '../resources/resource-errors.ts';
import { emergenciesElsewhere } from '../store/emergency-grants.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { accessWords, purposeWords } from './access-words.ts';

/** What the service is made of. */
export type AuditSearchOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly proofs: AuditProofService;
  readonly facility: { readonly code: string; readonly name: string };
  /** Whether somebody may read a patient's record, and so be told the name; without it nobody is asked. */
  readonly shows?: (staff: Staff, record: StoredRecord) => boolean;
};

const PAGE = 500;
/** As many as a patient reads on paper; the number of what was left out is told. */
const MAX_ACCESSES = 500;

/** Who did what, for who may ask; each question is an entry itself. */
export class AuditSearchService {
  readonly #options: AuditSearchOptions;

  constructor(options: AuditSearchOptions) {
    this.#options = options;
  }

  /** A page of entries that match, the newest first. Throws SH-I130 for a foreign cursor. */
  search(
    staff: Staff,
    { cursor, limit, ...filter }: AuditFilterQuery & { readonly cursor?: string | undefined; readonly limit: number },
  ): AuditPage {
    const place = positionOf(cursor);
    const before = place === 0 ? Number.MAX_SAFE_INTEGER : place;
    const found = this.#options.audit.search(auditFilterOf(filter), { before, limit: limit + 1 });
    const items = found.slice(0, limit).map(lineOf);
    this.#note(staff, { action: 'search', filter });
    const last = items.at(-1);
    return {
      items,
      ...(found.length > limit && last !== undefined ? { nextCursor: cursorAfter(last.number) } : {}),
    };
  }

  /** All entries that match and were there before, the oldest first, as pieces of a file. The export is noted at once. */
  export(staff: Staff, format: AuditFileFormat, filter: AuditFilterQuery): AsyncIterable<string> {
    const last = this.#options.audit.lastNumber();
    this.#note(staff, { action: 'export', filter, detail: { format } });
    const lines = this.#lines(auditFilterOf(filter), last);
    return auditFile(lines, format, this.#options.facility.code);
  }

  /** Who read or changed a patient's record, in French words, the newest first; noted as asked by the patient. Throws SH-N130. */
  accesses(staff: Staff, patientId: string): AccessHistory {
    const { store, audit, proofs, facility, shows } = this.#options;
    const record = store.record(patientId);
    if (record === undefined || record.type.name !== patientType.name) throw failResource('SH-N130');
    const found = this.#accessesOf(patientId);
    audit.append(staff, { action: 'read', recordType: 'audit', patientId, purpose: 'PATRQT' });
    const { familyName, givenName, number } = shows?.(staff, record) === false ? {} : record.fields;
    const { size, root } = proofs.head();
    const anchor = proofs.anchored();
    return {
      patient: {
        id: patientId,
        name: [givenName, familyName].filter(Boolean).join(' ') || 'patient (nom non montré)',
        ...(typeof number === 'string' ? { number } : {}),
      },
      facility: facility.name,
      items: found.slice(0, MAX_ACCESSES).map((event) => this.#access(event)),
      elsewhere: this.#elsewhere(patientId),
      isCut: found.length > MAX_ACCESSES,
      entries: size,
      head: toHex(root),
      anchoredEntries: anchor?.tree.size ?? 0,
      anchoredAt: anchor === undefined ? null : new Date(anchor.countersignature.at).toISOString(),
    };
  }

  /** The same as a file that anybody can check without this node. Throws SH-N130. */
  proof(staff: Staff, patientId: string): AuditProof {
    this.accesses(staff, patientId);
    const found = this.#accessesOf(patientId).slice(0, MAX_ACCESSES);
    return this.#options.proofs.proofOf(found.map(({ id }) => id));
  }

  #elsewhere(patientId: string): AccessHistory['elsewhere'] {
    const { store } = this.#options;
    return emergenciesElsewhere(store, patientId).flatMap((id) => {
      const { from, reason, practitioner, facility: at } = store.record(id)?.fields ?? {};
      if (typeof from !== 'number' || typeof practitioner !== 'string') return [];
      // Where it was opened: who opened it may be of another facility, or not say of which.
      const facility = store.record(String(at ?? store.record(practitioner)?.fields.facility))?.fields.name;
      return [
        {
          ...{ at: new Date(from).toISOString(), who: this.#nameOf(practitioner) ?? '—' },
          facility: typeof facility === 'string' ? facility : 'un autre centre',
          why: codeWords(String(reason), 'fr'),
        },
      ];
    });
  }

  #accessesOf(patientId: string): readonly NumberedAuditEvent[] {
    return this.#options.audit.search({ patientId }, { before: Number.MAX_SAFE_INTEGER, limit: MAX_ACCESSES + 1 });
  }

  #access(event: NumberedAuditEvent): AccessHistory['items'][number] {
    const { id, at, login, role, practitionerId, decision } = event;
    return {
      number: id,
      at: new Date(at).toISOString(),
      who: this.#nameOf(practitionerId) ?? login ?? 'le poste lui-même',
      ...(role !== null && login !== null ? { role: roleWords(role, 'fr') } : {}),
      what: accessWords(event),
      why: purposeWords(event),
      refused: decision === 'deny',
    };
  }

  #nameOf(practitionerId: string | null): string | undefined {
    if (practitionerId === null) return undefined;
    const { familyName, givenName } = this.#options.store.record(practitionerId)?.fields ?? {};
    const name = [givenName, familyName].filter(Boolean).join(' ');
    return name === '' ? undefined : name;
  }

  async *#lines(filter: AuditFilter, last: number): AsyncGenerator<AuditLine> {
    // Backwards is how an index finds them; a file is read forwards, so pages of the whole trail are gone through and judged.
    for (let after = 0; after < last; ) {
      const page = this.#options.audit.eventsAfter(after, PAGE).filter(({ id }) => id <= last);
      yield* page.filter((event) => matches(event, filter)).map(lineOf);
      const end = page.at(-1)?.id;
      if (end === undefined) return;
      after = end;
      await letOthersIn();
    }
  }

  #note(
    staff: Staff,
    {
      action,
      filter,
      detail = {},
    }: { readonly action: 'search' | 'export'; readonly filter: AuditFilterQuery; readonly detail?: object },
  ): void {
    const { patient: patientId } = filter;
    this.#options.audit.append(staff, {
      action,
      recordType: 'audit',
      purpose: 'HOPERAT',
      ...(patientId === undefined ? {} : { patientId }),
      detail: { ...detail, filter },
    });
  }
}

function matches(event: NumberedAuditEvent, filter: AuditFilter): boolean {
  const { login, patientId, recordId, action, decision, since, until } = filter;
  const listed = event.detail?.patients;
  const isOfPatient =
    event.patientId === patientId || (event.patientId === null && Array.isArray(listed) && listed.includes(patientId));
  return (
    (login === undefined || event.login === login) &&
    (patientId === undefined || isOfPatient) &&
    (recordId === undefined || event.recordId === recordId) &&
    (action === undefined || event.action === action) &&
    (decision === undefined || event.decision === decision) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until)
  );
}

function lineOf({ id: number, at, ...facts }: NumberedAuditEvent): AuditLine {
  return { number, at: new Date(at).toISOString(), ...facts };
}

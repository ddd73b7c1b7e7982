import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { may, type Subject } from '../people/permissions.ts';
import { patientOf } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import { failStore } from '../store/store-errors.ts';

/** A record as `records show` prints it; `version` is its ETag. */
export type ShownRecord = {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
};

/** Records of any type for staff at the machine itself, each reading noted. */
export class RecordReadingService {
  readonly #store: RecordStore;
  readonly #audit: AuditService;

  constructor({ store, audit }: { readonly store: RecordStore; readonly audit: AuditService }) {
    this.#store = store;
    this.#audit = audit;
  }

  /** The record, noted as read by this member of staff. Throws SH-N101, and SH-A002 (noted too) without the right to read its type. */
  show(staff: Staff, id: string): ShownRecord {
    const record = this.#store.record(id);
    if (record === undefined) throw failStore('SH-N101', { why: id });
    const { type, fields, lastStamp } = record;
    const patientId = patientOf(record);
    const isAllowed = may(staff.role, 'read', type.name as Subject);
    this.#audit.append(staff, {
      action: 'read',
      recordType: type.name,
      recordId: id,
      ...(patientId === undefined ? {} : { patientId }),
      ...(isAllowed ? {} : { decision: 'deny' as const }),
      detail: { via: 'admin' },
    });
    if (!isAllowed) throw failRuntime('SH-A002');
    // What a foreign system sent beyond our fields is of use to an export, too long for a screen.
    const { source: _source, ...shown } = toApiFields(type, fields);
    return { id, type: type.name, version: lastStamp, fields: shown };
  }
}

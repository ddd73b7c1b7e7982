import type { FieldValue } from '@santehaggui/protocols/records/record-type.ts';
import { toApiFields } from '@santehaggui/protocols/records/schema.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { RecordStore } from '../store/record-store.ts';
import { failStore } from '../store/store-errors.ts';
import { patientOf } from '../store/stored-record.ts';

/** A record as `records show` prints it; `version` is its ETag. */
export type PrintedRecord = {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
};

/** Records of any type for staff at the machine itself, each reading noted. */
export class RecordReadingService {
  readonly #store: RecordStore;
  readonly #audit: AuditService;
  readonly #access: RecordAccess;

  constructor({
    store,
    audit,
    access,
  }: { readonly store: RecordStore; readonly audit: AuditService; readonly access: RecordAccess }) {
    this.#store = store;
    this.#audit = audit;
    this.#access = access;
  }

  /** The record, noted as read by this member of staff. Throws SH-N101, and SH-A002 (noted too) without the right to read it. */
  show(staff: Staff, id: string): PrintedRecord {
    const record = this.#store.record(id);
    if (record === undefined) throw failStore('SH-N101', { why: id });
    const detail = { via: 'admin' };
    const { type, fields, lastStamp } = this.#access.read(staff, record, detail);
    const patientId = patientOf(record);
    this.#audit.append(staff, {
      action: 'read',
      recordType: type.name,
      recordId: id,
      ...(patientId === undefined ? {} : { patientId }),
      detail,
    });
    // What a foreign system sent beyond our fields is of use to an export, too long for a screen.
    const { source: _source, ...shown } = toApiFields(type, fields);
    return { id, type: type.name, version: lastStamp, fields: shown };
  }
}

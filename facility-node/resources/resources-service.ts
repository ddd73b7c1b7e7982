import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { RecordStore } from '../store/record-store.ts';
import { patientOf, type StoredRecord } from '../store/stored-record.ts';
import { type ApiRecord, apiRecord } from './api-record.ts';
import { withDefaults } from './entry-defaults.ts';
import { firstMomentOf, sanityProblems } from './entry-sanity.ts';
import type { Made, OnceService, Post } from './once-service.ts';
import { cursorAfter, positionOf } from './page-cursor.ts';
import { type EnteredFields, resolveReferences } from './references.ts';
import { failResource } from './resource-errors.ts';
import { ResourcesStore } from './resources-store.ts';

/** Which page of a list; `equal` are the filters, by field name. */
export type PageQuery = {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly equal?: Readonly<Record<string, string | undefined>>;
};

/** A change of one record. `version`: the one it was made from; undefined for any. */
export type Amendment = { readonly id: string; readonly version: string | undefined; readonly fields: EnteredFields };

/** What the service is made of. */
export type ResourcesOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly clock: Clock;
};

/** Records of any type of the catalogue as the LAN API lists, shows, takes and changes them; each use leaves an audit entry. */
export class ResourcesService {
  readonly #options: ResourcesOptions;
  readonly #lists: ResourcesStore;

  constructor(options: ResourcesOptions) {
    this.#options = options;
    this.#lists = new ResourcesStore(options.store.db);
  }

  /**
   * A page of a type's records, the oldest here first; it holds fewer than asked for where some are not for this person. Throws
   * SH-I130 for a foreign cursor.
   */
  list(staff: Staff, type: RecordType, { cursor, limit, equal = {} }: PageQuery): Page<ApiRecord> {
    const filters = Object.entries(equal).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const after = positionOf(cursor);
    // One more than asked for tells whether there is a next page.
    // What was recorded of a person under a duplicate's record belongs to the one that goes on.
    const withReplaced = filters.map(([name, value]): [string, readonly string[]] => [
      name,
      name === 'patient' ? [value, ...this.#lists.replacedBy(value)] : [value],
    ]);
    const found = this.#lists.list(type, { after, limit: limit + 1, equal: Object.fromEntries(withReplaced) });
    const page = found.slice(0, limit);
    const here = this.#recordsOf(page.map(({ id }) => id));
    const records = this.#options.access.shownOf(
      staff,
      here,
      filters.map(([name]) => name),
    );
    this.noteSearch(staff, type, records, Object.fromEntries(filters));
    const last = page.at(-1);
    return {
      items: records.map(apiRecord),
      ...(found.length > limit && last !== undefined ? { nextCursor: cursorAfter(last.position) } : {}),
    };
  }

  /** One record, as far as it is for this person; the read is in the audit trail when it concerns a patient. Throws SH-N130, SH-A002. */
  get(staff: Staff, type: RecordType, id: string): ApiRecord {
    const record = this.#options.access.read(staff, this.stored(type, id));
    const patientId = patientOf(this.stored(type, id));
    if (patientId !== undefined) {
      this.#options.audit.append(staff, { action: 'read', recordType: type.name, recordId: id, patientId });
    }
    return apiRecord(record);
  }

  /** A record of that type, without an audit entry: for services that write their own. Throws SH-N130. */
  stored(type: RecordType, id: string): StoredRecord {
    const record = this.#options.store.record(id);
    if (record === undefined || record.type.name !== type.name) throw failResource('SH-N130');
    return record;
  }

  /** What somebody is answered who has just written a record. */
  written(staff: Staff, type: RecordType, id: string): ApiRecord {
    return apiRecord(this.#options.access.written(staff, this.stored(type, id)));
  }

  /** Records one new record, once for its Idempotency-Key. Throws SH-I130 naming the fields that cannot be, SH-A002 those that are not theirs. */
  create(post: Post & { readonly body: EnteredFields }, type: RecordType): Made<ApiRecord> {
    return this.#options.once.once(post, (tx) => {
      const fields = this.checkedEntry(post.staff, type, post.body);
      const id = tx.create(type, fields);
      const record = this.stored(type, id);
      const patientId = patientOf(record);
      this.#options.audit.append(post.staff, {
        action: 'create',
        recordType: type.name,
        recordId: id,
        ...(patientId === undefined ? {} : { patientId }),
      });
      return { status: 201, body: this.written(post.staff, type, id), record: { type: type.name, id } };
    });
  }

  /**
   * Changes fields of a record. Throws SH-N130, SH-K130 (412) when it is not as it was read, SH-I130 naming the fields that
   * cannot be, SH-A002 those that are not theirs, SH-K102 (409) when an authorised colleague's value stands.
   */
  patch(staff: Staff, type: RecordType, { id, version, fields }: Amendment): ApiRecord {
    const { access, audit } = this.#options;
    return access.transact(staff, (tx) => {
      const record = this.stored(type, id);
      if (version !== undefined && version !== record.lastStamp) throw failResource('SH-K130');
      const checked = this.checkedAmendment(staff, record, fields);
      if (tx.patch(id, checked)) {
        const patientId = patientOf(record);
        audit.append(staff, {
          action: 'update',
          recordType: type.name,
          recordId: id,
          ...(patientId === undefined ? {} : { patientId }),
          detail: { fields: Object.keys(checked) },
        });
      }
      return this.written(staff, type, id);
    });
  }

  /** The fields of a new record: references resolved, what is left out filled in. Throws SH-I130 naming what cannot be. */
  checkedEntry(staff: Staff, type: RecordType, entered: EnteredFields): Readonly<Record<string, FieldValue>> {
    const { fields, problems } = this.judgeEntry(staff, type, entered);
    if (problems.length > 0) throw failResource('SH-I130', { fields: problems });
    return fields;
  }

  /**
   * As {@link checkedEntry}, giving the problems: for requests of many records, which tell all of them at once. `atMs`: when
   * it happened if the entry does not say; default the start of its encounter, or now.
   */
  judgeEntry(
    staff: Staff,
    type: RecordType,
    entered: EnteredFields,
    atMs?: number,
  ): { readonly fields: Readonly<Record<string, FieldValue>>; readonly problems: readonly FieldProblem[] } {
    const { store, access, once, clock } = this.#options;
    const nowMs = clock.now();
    const asked = { id: undefined, type, fields: entered as NamedFields };
    access.require(
      staff,
      'create',
      asked,
      Object.keys(entered).filter((name) => entered[name] !== undefined),
    );
    const { fields: resolved, problems } = resolveReferences(type, entered, { store, once, staff });
    const encounter = typeof resolved.encounter === 'string' ? store.record(resolved.encounter) : undefined;
    const fields = withDefaults(type, resolved, atMs ?? Number(encounter?.fields.start ?? nowMs)) as Readonly<
      Record<string, FieldValue>
    >;
    const impossible = sanityProblems(type, fields, {
      nowMs,
      birthDate: this.#birthDate(type, fields),
      written: Object.keys(entered),
    });
    return { fields, problems: [...problems, ...impossible] };
  }

  /** The fields of a change, with references resolved. Throws SH-A002 and SH-I130, naming what cannot be. */
  checkedAmendment(staff: Staff, record: StoredRecord, entered: EnteredFields): EnteredFields {
    const { store, access, once, clock } = this.#options;
    access.require(staff, 'update', record);
    const { type } = record;
    const { fields, problems } = resolveReferences(type, entered, { store, once, staff });
    const after = { ...record.fields, ...fields };
    const impossible = sanityProblems(type, after, {
      nowMs: clock.now(),
      birthDate: this.#birthDate(type, after),
      written: Object.keys(entered),
    });
    const all = [...problems, ...impossible, ...this.#birthAfterCare(record, fields.birthDate)];
    if (all.length > 0) throw failResource('SH-I130', { fields: all });
    return fields;
  }

  /** Notes in the audit trail what a list or a search showed of persons; nothing for other records. */
  noteSearch(
    staff: Staff,
    type: RecordType,
    records: readonly StoredRecord[],
    query: Readonly<Record<string, string>>,
  ): void {
    const isOfPersons = type.name === 'patient' || type.fields.patient !== undefined;
    if (!isOfPersons) return;
    const patients = [...new Set(records.map(patientOf))];
    this.#options.audit.append(staff, {
      action: 'search',
      recordType: type.name,
      ...(query.patient === undefined ? {} : { patientId: query.patient }),
      detail: { query, patients },
    });
  }

  #recordsOf(ids: readonly string[]): readonly StoredRecord[] {
    return ids.map((id) => this.#options.store.record(id)).filter((record) => record !== undefined);
  }

  #birthDate(type: RecordType, fields: EnteredFields): string | undefined {
    const holder = type.name === 'patient' ? fields : this.#patientFields(fields.patient);
    return typeof holder?.birthDate === 'string' ? holder.birthDate : undefined;
  }

  #patientFields(patient: EnteredFields[string]): EnteredFields | undefined {
    return typeof patient === 'string' ? this.#options.store.record(patient)?.fields : undefined;
  }

  #birthAfterCare({ type, id }: StoredRecord, birthDate: EnteredFields[string]): readonly FieldProblem[] {
    if (type.name !== 'patient' || typeof birthDate !== 'string' || birthDate.endsWith('~')) return [];
    const firstCareMs = this.#lists.firstEncounterOf(id);
    if (firstCareMs === undefined || firstMomentOf(birthDate) <= firstCareMs) return [];
    return [
      {
        field: 'birthDate',
        message: {
          fr: 'le patient a déjà été soigné avant cette date',
          en: 'the patient was cared for before this date',
        },
      },
    ];
  }
}

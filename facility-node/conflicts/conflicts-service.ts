import type {
  ConflictLine,
  ConflictResolution,
  ConflictResolved,
  ConflictShown,
} from '@santehaggui/protocols/api/conflicts-api.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import type { RegisterStamp } from '@santehaggui/protocols/journal/merge.ts';
import type { Stamp } from '@santehaggui/protocols/journal/stamp.ts';
import type { Subject } from '@santehaggui/protocols/permissions/permission-rule.ts';
import { RECORD_TYPES } from '@santehaggui/protocols/records/catalogue.ts';
import { roleWords } from '@santehaggui/protocols/records/value-words.ts';
import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { Made, OnceService, Post } from '../resources/once-service.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { RecordStore } from '../store/record-store.ts';
import { patientOf, type StoredRecord } from '../store/stored-record.ts';
import { placeAfter, placeOf } from './conflict-cursor.ts';
import { failConflict } from './conflict-errors.ts';
import { ConflictStore, type FoundConflict } from './conflict-store.ts';
import { enteredValue } from './entered-value.ts';
import { RecordTeller, type WriteOfConflict } from './record-teller.ts';

/** What the service is made of. */
export type ConflictsOptions = {
  readonly store: RecordStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly once: OnceService;
  readonly resources: ResourcesService;
  readonly clock: Clock;
};

/** Which page of the list, and in which language. */
export type ConflictPage = {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly language: Language;
};

type Known = { readonly found: FoundConflict; readonly record: StoredRecord; readonly fieldName: string };

/** What two people wrote without having seen each other's: told in words to those who may read it, and decided by them. */
export class ConflictsService {
  readonly #options: ConflictsOptions;
  readonly #conflicts: ConflictStore;
  readonly #teller: RecordTeller;

  constructor(options: ConflictsOptions) {
    this.#options = options;
    this.#conflicts = new ConflictStore(options.store.db);
    this.#teller = new RecordTeller(options);
  }

  /** Open conflicts of records of any type, without values or names, the newest first. Throws SH-I130 for a foreign cursor. */
  lines({ cursor, limit, language }: ConflictPage): Page<ConflictLine> {
    const types = RECORD_TYPES.map(({ number }) => number);
    return this.#page({ types, cursor, limit }, (known) => [this.#line(known, language)]);
  }

  /** One open conflict, without values or names. Throws SH-N140. */
  line(id: string, language: Language): ConflictLine {
    return this.#line(this.#known(id), language);
  }

  /** Open conflicts of what this member of staff may read, told in words, the newest first; in the audit trail. */
  list(staff: Staff, { cursor, limit, language }: ConflictPage): Page<ConflictShown> {
    const { access } = this.#options;
    const types = RECORD_TYPES.filter(({ name }) => access.permissions.may(staff, 'read', name as Subject));
    const patients = new Set<string>();
    const page = this.#page({ types: types.map(({ number }) => number), cursor, limit }, (known) => {
      if (!this.#isReadable(staff, known)) return [];
      const shown = this.#shown(staff, known, language);
      if (shown.patient !== undefined) patients.add(shown.patient.id);
      return [shown];
    });
    this.#options.audit.append(staff, {
      action: 'search',
      recordType: 'conflict',
      detail: { patients: [...patients] },
    });
    return page;
  }

  /** One open conflict in words; in the audit trail. Throws SH-N140, and SH-A002 without the right to read the record. */
  get(staff: Staff, id: string, language: Language): ConflictShown {
    const known = this.#known(id);
    this.#options.access.require(staff, 'read', known.record, [known.fieldName]);
    this.#note(staff, known);
    return this.#shown(staff, known, language);
  }

  /**
   * Decides: the value is written over all that met in this field, which settles its conflicts at every holder. Throws
   * SH-N140, SH-A002 without the right to change the record, SH-K140 (409) when `keep` names a value that somebody went on
   * from, SH-I130 for a value that the field cannot take, SH-K102 (409) when the role may not decide over the value.
   */
  resolve(post: Post & { readonly body: ConflictResolution }, id: string, language: Language): Made<ConflictResolved> {
    const { access, once, audit, resources } = this.#options;
    const { staff, body } = post;
    return once.once(post, (tx) => {
      const known = this.#known(id);
      const { record, fieldName, found } = known;
      access.require(staff, 'update', record, [fieldName]);
      const value = 'keep' in body ? this.#kept(known, body.keep) : enteredValue(record.type, fieldName, body.value);
      if (!('keep' in body)) resources.checkedAmendment(staff, record, { [fieldName]: value });
      const open = this.#conflicts.ofField(record.id, found.field);
      const others = new Set(open.flatMap(({ loser, winner }) => [loser, winner]));
      tx.settle(record.id, { field: fieldName, value, others: [...others] });
      audit.append(staff, {
        action: 'update',
        recordType: record.type.name,
        recordId: record.id,
        ...patientIn(record),
        detail: { fields: [fieldName], conflict: id },
      });
      const after = resources.stored(record.type, record.id);
      const told = this.#teller.told(after, fieldName, after.fields[fieldName] ?? null, language);
      const settled = open.length - this.#conflicts.ofField(record.id, found.field).length;
      const { name: recordType } = record.type;
      return {
        status: 200,
        body: { recordType, recordId: record.id, field: fieldName, ...told, version: after.lastStamp, settled },
      };
    });
  }

  #page<Item>(
    query: { readonly types: readonly number[]; readonly cursor: string | undefined; readonly limit: number },
    tell: (known: Known) => readonly Item[],
  ): Page<Item> {
    const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
    const found = this.#conflicts.page(query.types, after, query.limit + 1);
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.flatMap((conflict) => this.#open(conflict) ?? []).flatMap(tell),
      ...(found.length > query.limit && last !== undefined ? { nextCursor: placeAfter(last) } : {}),
    };
  }

  #known(id: string): Known {
    const found = this.#conflicts.find(id);
    const known = found === undefined ? undefined : this.#open(found);
    if (known === undefined) throw failConflict('SH-N140', { why: id });
    return known;
  }

  /** Undefined for a field that only a newer catalogue knows: nobody here could decide about it. */
  #open(found: FoundConflict): Known | undefined {
    const record = this.#options.store.record(found.recordId);
    const name = Object.entries(record?.type.fields ?? {}).find(([, { number }]) => number === found.field)?.[0];
    return record === undefined || name === undefined ? undefined : { found, record, fieldName: name };
  }

  /** Whether this person may know what a patient is called. */
  #isNamed(staff: Staff, patientId: string): boolean {
    const { access, store } = this.#options;
    const person = store.record(patientId);
    const scope = person === undefined ? undefined : access.scope(staff, 'read', person);
    return ['familyName', 'givenName'].every((name) => scope === 'all' || (scope?.has(name) ?? false));
  }

  #isReadable(staff: Staff, { record, fieldName }: Known): boolean {
    const scope = this.#options.access.scope(staff, 'read', record);
    return scope === 'all' || (scope?.has(fieldName) ?? false);
  }

  #line({ found, record, fieldName }: Known, language: Language): ConflictLine {
    return {
      ...this.#teller.head({ found, record, fieldName, language }),
      winner: writeHead(this.#write(found.winner).change, language),
      loser: writeHead(this.#write(found.loser).change, language),
    };
  }

  #shown(staff: Staff, { found, record, fieldName }: Known, language: Language): ConflictShown {
    const present = record.stamps[String(found.field)] as RegisterStamp | undefined;
    const goesOn = present === undefined || present.stamp === found.winner ? undefined : present.stamp;
    const writeOf = (stamp: Stamp): WriteOfConflict => {
      const write = this.#write(stamp);
      return { ...writeHead(write.change, language), ...write };
    };
    const told = this.#teller.shown({
      ...{ found, record, fieldName, language },
      winner: writeOf(found.winner),
      loser: writeOf(found.loser),
      current: goesOn === undefined ? undefined : writeOf(goesOn),
    });
    if (told.patient === undefined || this.#isNamed(staff, told.patient.id)) return told;
    return { ...told, patient: { id: told.patient.id, name: '' } };
  }

  #kept({ found, record }: Known, keep: 'winner' | 'loser'): RegisterValue {
    const present = record.stamps[String(found.field)] as RegisterStamp | undefined;
    if (present?.stamp !== found.winner) throw failConflict('SH-K140');
    const write = this.#write(found[keep]).change.writes[String(found.field)];
    return write?.kind === 'register' ? write.value : null;
  }

  #write(stamp: Stamp): Pick<WriteOfConflict, 'change' | 'isOwn'> {
    const write = this.#conflicts.change(stamp);
    if (write === undefined) throw new TypeError(`${stamp} met another write and is not in the journal`);
    return write;
  }

  #note(staff: Staff, { found, record }: Known): void {
    this.#options.audit.append(staff, {
      action: 'read',
      recordType: record.type.name,
      recordId: record.id,
      ...patientIn(record),
      detail: { conflict: found.id },
    });
  }
}

type RegisterValue = ReturnType<typeof enteredValue>;

function patientIn(record: StoredRecord): { readonly patientId?: string } {
  const patientId = patientOf(record);
  return patientId === undefined ? {} : { patientId };
}

function writeHead(
  { orderClock, isClockTrusted, origin, role }: RecordChange,
  language: Language,
): Omit<WriteOfConflict, 'change' | 'isOwn'> {
  return {
    at: new Date(orderClock.ms).toISOString(),
    isClockTrusted,
    node: origin.node,
    role,
    roleWords: roleWords(role, language),
  };
}

import type { FieldScope } from '@santehaggui/protocols/permissions/ability.ts';
import type { Action, Subject } from '@santehaggui/protocols/permissions/permission-rule.ts';
import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { AuditEntry, AuditTrail } from '../people/audit-trail.ts';
import type { Staff } from '../people/caller.ts';
import type { OwnFacility } from '../people/own-facility.ts';
import type { EmergencyGrants } from '../store/emergency-grants.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import { patientOf, type StoredRecord } from '../store/stored-record.ts';
import { AccessStore } from './access-store.ts';
import type { PermissionService } from './permission-service.ts';
import { type AskedRecord, RecordAttributes } from './record-attributes.ts';
import type { ShownRecord } from './shown-record.ts';

/** What the layer is made of. */
export type RecordAccessOptions = {
  readonly store: RecordStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly permissions: PermissionService;
  readonly facility: OwnFacility;
  readonly grants: EmergencyGrants;
};

/** A record that is asked about, here or not; `fields` by name as far as they are known. */
export type Asked = Pick<StoredRecord, 'type' | 'fields'> & { readonly id: string | undefined };

type Denial = Omit<AuditEntry, 'decision'> & { readonly fields?: readonly string[] };

/**
 * The one layer below every API of the node: what staff are shown of a record comes from here ({@link ShownRecord}), and whatever a
 * person writes is judged here before it is written. Every refusal is in the audit trail, also where it undoes a transaction.
 */
export class RecordAccess {
  readonly permissions: PermissionService;
  readonly #options: RecordAccessOptions;
  readonly #facts: AccessStore;
  #nodes: { readonly mark: string; readonly nodes: ReadonlySet<number> } | undefined;
  #denied: { readonly staff: Staff; readonly denial: Denial } | undefined;

  constructor(options: RecordAccessOptions) {
    this.#options = options;
    this.permissions = options.permissions;
    this.#facts = new AccessStore(options.store.db);
  }

  /** Throws SH-A002, noted, where the action is let on nothing of that subject. */
  demand(staff: Staff, action: Action, subject: Subject): void {
    if (!this.permissions.may(staff, action, subject)) this.#refuse(staff, { action, recordType: subject });
  }

  /** In which fields the action is let on a record; undefined when it is not let at all. */
  scope(staff: Staff, action: Action, asked: Asked): FieldScope | undefined {
    const subject = asked.type.name as Subject;
    return this.permissions.abilityOf(staff.role).scope(action, subject, this.#attributes(staff, asked));
  }

  /** Whether this facility made a record: this node, or another that it has replaced. */
  isOwn(staff: Staff, record: StoredRecord): boolean {
    return this.#attributes(staff, record).facility === 'own';
  }

  /** What staff may see of a record; undefined when nothing. */
  shown(staff: Staff, record: StoredRecord): ShownRecord | undefined {
    const scope = this.scope(staff, 'read', record);
    return scope === undefined ? undefined : within(record, scope);
  }

  /** What staff may see of records that were found by these fields: what they may not read says nothing by being found either. */
  shownOf(staff: Staff, records: readonly StoredRecord[], foundBy: readonly string[] = []): readonly ShownRecord[] {
    return records.flatMap((record) => {
      const scope = this.scope(staff, 'read', record);
      return scope === undefined || !hasAll(scope, foundBy) ? [] : within(record, scope);
    });
  }

  /** What staff may see of a record. Throws SH-A002, noted with `detail`, when nothing. */
  read(staff: Staff, record: StoredRecord, detail?: AuditEntry['detail']): ShownRecord {
    const shown = this.shown(staff, record);
    if (shown !== undefined) return shown;
    return this.#refuse(staff, { ...entryOf('read', record), ...(detail === undefined ? {} : { detail }) });
  }

  /** What staff are answered of a record that they have just written: of what they may not read, that it is there. */
  written(staff: Staff, record: StoredRecord): ShownRecord {
    return this.shown(staff, record) ?? within(record, { has: () => false });
  }

  /** Throws SH-A002, noted and naming the fields, where the action is not let on a record, or not in all of these fields. */
  require(staff: Staff, action: 'create' | 'read' | 'update', asked: Asked, fields: readonly string[] = []): void {
    const scope = this.scope(staff, action, asked);
    if (scope !== undefined && hasAll(scope, fields)) return;
    const barred = scope === undefined || scope === 'all' ? [] : fields.filter((name) => !scope.has(name));
    this.#refuse(staff, { ...entryOf(action, asked), fields: barred });
  }

  /**
   * One transaction in a person's name, as `RecordStore.transact`, each write of which is judged. Throws SH-A002, noted once all is
   * undone.
   */
  transact<Result>(staff: Staff, work: (tx: RecordTransaction) => Result): Result {
    this.#denied = undefined;
    const guard = {
      creating: (type: RecordType, fields: NamedFields): void =>
        this.require(staff, 'create', { id: undefined, type, fields }),
      amending: (record: StoredRecord, fields: readonly string[]): void =>
        this.require(staff, 'update', record, fields),
    };
    try {
      const context = { author: staff.practitionerId, role: staff.role, guard };
      return this.permissions.holding(() => this.#options.store.transact(context, work));
    } catch (error) {
      this.#noteDenied();
      throw error;
    }
  }

  #attributes(staff: Staff, { id, type, fields }: Asked): RecordAttributes {
    const { store, clock, grants } = this.#options;
    const asked: AskedRecord = {
      ...{ id, fields },
      patientId: id === undefined ? patientAmong(fields) : patientOf({ id, type, fields }),
    };
    return new RecordAttributes(asked, {
      ...{ staff, store: this.#facts, node: store.ownNode(), nowMs: clock.now() },
      isOwnNode: (node) => node === store.ownNode() || this.#ownNodes().has(node),
      circumstances: this.permissions.circumstancesOf(staff),
      isOpen: (patientId) => grants.isOpen(staff.practitionerId, patientId),
    });
  }

  #ownNodes(): ReadonlySet<number> {
    const { store, facility } = this.#options;
    const facilityId = facility.recordId();
    if (facilityId === null) return new Set();
    const mark = `${store.writesOf([practitioner])} ${facilityId}`;
    if (this.#nodes?.mark !== mark) this.#nodes = { mark, nodes: this.#facts.nodesOf(facilityId) };
    return this.#nodes.nodes;
  }

  #refuse(staff: Staff, denial: Denial): never {
    this.#denied = { staff, denial };
    if (!this.#options.store.db.inTransaction) this.#noteDenied();
    const named = (denial.fields ?? []).map((field) => ({
      field,
      message: { fr: 'ce champ n’est pas de votre ressort', en: 'this field is not yours' },
    }));
    throw failRuntime('SH-A002', named.length === 0 ? {} : { fields: named });
  }

  #noteDenied(): void {
    if (this.#denied === undefined) return;
    const { staff, denial } = this.#denied;
    this.#denied = undefined;
    const { fields = [], detail, ...entry } = denial;
    const told = { ...detail, ...(fields.length === 0 ? {} : { fields }) };
    this.#options.audit.append(staff, {
      ...entry,
      decision: 'deny',
      ...(Object.keys(told).length === 0 ? {} : { detail: told }),
    });
  }
}

function within(record: StoredRecord, scope: FieldScope): ShownRecord {
  if (scope === 'all') return record as ShownRecord;
  const fields = Object.fromEntries(Object.entries(record.fields).filter(([name]) => scope.has(name)));
  return { ...record, fields } as ShownRecord;
}

function hasAll(scope: FieldScope, fields: readonly string[]): boolean {
  return scope === 'all' || fields.every((name) => scope.has(name));
}

function entryOf(action: 'create' | 'read' | 'update', { id, type, fields }: Asked): Denial {
  const patientId = id === undefined ? patientAmong(fields) : patientOf({ id, type, fields });
  return {
    action,
    recordType: type.name,
    ...(id === undefined ? {} : { recordId: id }),
    ...(patientId === undefined ? {} : { patientId }),
  };
}

function patientAmong({ patient }: NamedFields): string | undefined {
  return typeof patient === 'string' ? patient : undefined;
}

import { deriveRecordId } from '@santehaggui/protocols/crypto/hash.ts';
import type { FieldWrites, RecordChange, RegisterWrite, SetWrite } from '@santehaggui/protocols/journal/change.ts';
import type { RegisterStamp, SetStamps } from '@santehaggui/protocols/journal/merge.ts';
import { type Stamp, stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import { type NamedFields, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldValue, RecordType, Role } from '@santehaggui/protocols/records/record-type.ts';
import type { Database } from 'better-sqlite3';
import type { EntryHead, OwnChain } from './own-chain.ts';
import type { RecordTable } from './record-table.ts';
import { canonicalValue, type FieldOf, fieldOf, firstWrite } from './record-values.ts';
import { failStore } from './store-errors.ts';
import { type HeldRecord, type StoredRecord, storedRecord } from './stored-record.ts';

/** Judges what a person writes, before it is written; throws what forbids it. */
export type WriteGuard = {
  creating(type: RecordType, fields: NamedFields): void;
  /** `fields`: the names of those that are written. */
  amending(record: StoredRecord, fields: readonly string[]): void;
};

/**
 * Who writes, and the role that rights are judged by: the daemon itself (`author: null`), or a practitioner by the record's id, of
 * whom each write is judged. `in-bulk`: what is taken in as a whole was judged as a whole. `isLate` for what can leave for the hub
 * after all else.
 */
export type WriteContext = { readonly role: Role; readonly isLate?: boolean } & (
  | { readonly author: null; readonly guard?: undefined }
  | { readonly author: string; readonly guard: WriteGuard | 'in-bulk' }
);

/** What a piece of work may do inside its one transaction. */
export type RecordTransaction = {
  /** The same connection, inside the transaction: audit, idempotency and search rows go here. */
  readonly db: Database;
  /**
   * Records something new and gives its id. Fields that are null or undefined are left out. Throws SH-I101 when a value is
   * not of its field's kind, what the guard throws; nothing else is checked.
   */
  create(type: RecordType, fields: Readonly<Record<string, FieldValue | null | undefined>>): string;
  /**
   * Changes fields of a record that is here: null retracts a value, a set is given whole. False, and nothing written, when
   * all are as given already. Throws SH-N101 for a record that is not here, SH-K102 (naming who wrote it) when the role is
   * not authorised and the value held is an authorised one, SH-K103 for another value of a field that is written once.
   */
  patch(id: string, fields: Readonly<Record<string, FieldValue | null | undefined>>): boolean;
  /**
   * Writes one value over the present one and over `others`, which had met it unseen: whatever conflicts there were between
   * them are settled at every holder (docs/protocol.md 3.6). Throws what {@link patch} throws, and SH-I101 for a set.
   */
  settle(id: string, decision: Settlement): void;
};

/** A decision on a field by its name; `null` retracts the value. */
export type Settlement = {
  readonly field: string;
  readonly value: FieldValue | null;
  readonly others: readonly Stamp[];
};

/** What a transaction is made of. */
export type TransactionParts = {
  readonly db: Database;
  readonly records: RecordTable;
  readonly chain: OwnChain;
  readonly context: WriteContext;
  readonly nowMs: number;
};

type Write = RegisterWrite | SetWrite;

/** Writes to a record that is here, or to a new one. */
type NewWrites = { readonly held: HeldRecord | undefined; readonly recordType: number; readonly writes: FieldWrites };

/** The transaction of a {@link WriteContext}: turns creates and patches into changes, and changes into states. */
export class OpenTransaction implements RecordTransaction {
  readonly db: Database;
  readonly #parts: TransactionParts;
  #isOpen = true;

  constructor(parts: TransactionParts) {
    this.db = parts.db;
    this.#parts = parts;
  }

  create(type: RecordType, fields: Readonly<Record<string, FieldValue | null | undefined>>): string {
    const writes: Record<string, Write> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (value === null || value === undefined) continue;
      const field = fieldOf(type, name);
      const { declaration } = field;
      writes[String(declaration.number)] = firstWrite(
        declaration,
        canonicalValue(field, value),
        this.#isAuthorised(field),
      );
    }
    this.#guard?.creating(type, fields as NamedFields);
    return this.#record({ held: undefined, recordType: type.number, writes });
  }

  patch(id: string, fields: Readonly<Record<string, FieldValue | null | undefined>>): boolean {
    const held = this.#parts.records.held(id);
    const type = held === undefined ? undefined : recordTypeNumbered(held.typeNumber);
    if (held === undefined || type === undefined) throw failStore('SH-N101', { why: id });
    const record = storedRecord(held) as StoredRecord;
    // Who may not change it at all is not told who wrote what.
    this.#guard?.amending(record, []);
    const writes: Record<string, Write> = {};
    const written: string[] = [];
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      const field = fieldOf(type, name);
      const canonical = value === null ? null : canonicalValue(field, value);
      const write =
        field.declaration.kind === 'set'
          ? this.#setWrite(held, field, canonical)
          : this.#registerWrite(held, field, canonical);
      if (write === undefined) continue;
      writes[String(field.declaration.number)] = write;
      written.push(name);
    }
    if (written.length === 0) return false;
    this.#guard?.amending(record, written);
    this.#record({ held, recordType: held.typeNumber, writes });
    return true;
  }

  settle(id: string, { field: name, value, others }: Settlement): void {
    const held = this.#parts.records.held(id);
    const type = held === undefined ? undefined : recordTypeNumbered(held.typeNumber);
    if (held === undefined || type === undefined) throw failStore('SH-N101', { why: id });
    const field = fieldOf(type, name);
    const key = String(field.declaration.number);
    const why = held.stamps[key] as RegisterStamp | undefined;
    const isOfRegister = field.declaration.kind !== 'set' && why !== undefined;
    if (!isOfRegister) {
      const message = { fr: 'il n’y a rien à départager', en: 'there is nothing to decide between' };
      throw failStore('SH-I101', { fields: [{ field: name, message }] });
    }
    this.#guard?.amending(storedRecord(held) as StoredRecord, [name]);
    const canonical = (value === null ? null : canonicalValue(field, value)) as RegisterWrite['value'];
    const authorised = this.#isAuthorised(field);
    const isOtherValue = canonical !== (held.fields[key] ?? null);
    if (field.declaration.merge === 'once' && isOtherValue) throw this.#refusal('SH-K103', field, why);
    if (!authorised && why.authorised) throw this.#refusal('SH-K102', field, why);
    for (const base of [...others.filter((stamp) => stamp !== why.stamp), why.stamp]) {
      const write: RegisterWrite = { kind: 'register', value: canonical, base, authorised };
      this.#record({ held, recordType: held.typeNumber, writes: { [key]: write } });
    }
  }

  /** After this, a transaction that someone kept is refused. */
  close(): void {
    this.#isOpen = false;
  }

  #record({ held, recordType, writes }: NewWrites): string {
    if (!this.#isOpen) throw failStore('SH-B101', { why: 'written to after its end' });
    const { chain, records, context, nowMs } = this.#parts;
    const { change, position } = chain.add(
      (head: EntryHead): RecordChange => ({
        ...head,
        kind: 'record',
        isCreate: held === undefined,
        recordId: held?.id ?? deriveRecordId(head.origin, head.sequence),
        recordType,
        author: context.author,
        role: context.role,
        writes,
      }),
      held?.createdPosition,
    );
    records.apply(change, { position, nowMs, isNew: change.isCreate, isDigestLeft: context.guard !== 'in-bulk' });
    return change.recordId;
  }

  #registerWrite(held: HeldRecord, field: FieldOf, value: FieldValue | null): RegisterWrite | undefined {
    const key = String(field.declaration.number);
    const present = held.fields[key] ?? null;
    if (present === value) return undefined;
    const why = held.stamps[key] as RegisterStamp | undefined;
    if (field.declaration.merge === 'once' && present !== null) throw this.#refusal('SH-K103', field, why);
    const authorised = this.#isAuthorised(field);
    if (!authorised && why?.authorised === true) throw this.#refusal('SH-K102', field, why);
    return { kind: 'register', value: value as RegisterWrite['value'], base: why?.stamp ?? null, authorised };
  }

  #setWrite(held: HeldRecord, field: FieldOf, value: FieldValue | null): SetWrite | undefined {
    const key = String(field.declaration.number);
    const tags = (held.stamps[key] as SetStamps | undefined)?.tags ?? {};
    const wanted = new Set((value ?? []) as readonly string[]);
    const add = [...wanted].filter((member) => tags[member] === undefined);
    const remove = Object.entries(tags)
      .filter(([member]) => !wanted.has(member))
      .map(([member, seen]) => ({ member, seen }));
    if (add.length === 0 && remove.length === 0) return undefined;
    const authorised = this.#isAuthorised(field);
    if (!authorised) {
      const seen = new Set<string>(remove.flatMap((removal) => removal.seen));
      const authorisedAddition = this.#parts.records
        .changesOf(held.id)
        .find((change) => seen.has(stampOf(change.origin, change.sequence)) && change.writes[key]?.authorised === true);
      if (authorisedAddition !== undefined) throw this.#refusal('SH-K102', field, authorisedAddition);
    }
    return { kind: 'set', add, remove, authorised };
  }

  get #guard(): WriteGuard | undefined {
    const { guard } = this.#parts.context;
    return guard === 'in-bulk' ? undefined : guard;
  }

  #isAuthorised({ declaration }: FieldOf): boolean {
    return declaration.authorised.includes(this.#parts.context.role);
  }

  #refusal(
    code: 'SH-K102' | 'SH-K103',
    { name, declaration }: FieldOf,
    by: { readonly author: string | null; readonly role: string } | undefined,
  ) {
    const who = by === undefined ? '' : this.#nameOf(by);
    return failStore(code, {
      why: { fr: `« ${declaration.label.fr} » : écrit par ${who}`, en: `"${declaration.label.en}": written by ${who}` },
      fields: [{ field: name, message: { fr: `écrit par ${who}`, en: `written by ${who}` } }],
    });
  }

  #nameOf({ author, role }: { readonly author: string | null; readonly role: string }): string {
    const held = author === null ? undefined : this.#parts.records.held(author);
    if (held === undefined) return role;
    // Practitioner: 1 familyName, 2 givenName (protocols/records/practitioner.ts).
    const named = [held.fields['2'], held.fields['1']].filter((part) => part !== undefined).join(' ');
    return named === '' ? role : `${named} (${role})`;
  }
}

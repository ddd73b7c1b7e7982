import { referenceForm } from '@santehaggui/protocols/fhir/reference.ts';
import { resourceKind } from '@santehaggui/protocols/fhir/resource-kinds.ts';
import { fieldNamed, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { FieldValue, RecordType } from '@santehaggui/protocols/records/record-type.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import { AttachmentStore } from '../store/attachment-store.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { RecordTransaction } from '../store/record-transaction.ts';
import { type ForeignRecord, type ImportKey, ImportKeyStore } from './import-key-store.ts';
import type { FilePlace, ImportedEntry, ImportedReference } from './import-messages.ts';

/** Who imports or exports: a member of staff, or the daemon itself at the operator's word. */
export type InterchangeCaller = Staff | { readonly kind: 'daemon' };

/** What became of a resource. */
export type ImportOutcome = 'taken' | 'unchanged';

type Fields = Record<string, FieldValue>;

/**
 * Writes the entries of one import, each in the caller's transaction with its import key and audit entry: what is there when
 * power fails is whole, and importing again does the rest.
 */
export class ImportWriter {
  /** References that lead nowhere yet: kept as text in the record's source. */
  readonly unresolved: (FilePlace & { readonly reference: string })[] = [];
  readonly #store: RecordStore;
  readonly #keys: ImportKeyStore;
  readonly #attachments: AttachmentStore;
  readonly #audit: AuditService;
  readonly #caller: InterchangeCaller;
  readonly #recordIds = new Map<number, string>();
  #hasWaiting: boolean;

  constructor({
    store,
    audit,
    caller,
  }: { readonly store: RecordStore; readonly audit: AuditService; readonly caller: InterchangeCaller }) {
    this.#store = store;
    this.#keys = new ImportKeyStore(store.db);
    this.#attachments = new AttachmentStore(store);
    this.#audit = audit;
    this.#caller = caller;
    this.#hasWaiting = this.#keys.hasWaiting();
  }

  /** Records one entry, or what changed in it since it came in last. Entries that it refers to must have come before. */
  take(entry: ImportedEntry, tx: RecordTransaction): ImportOutcome {
    const held = this.#keys.find(entry);
    const links = this.#links(entry);
    if (held === undefined) {
      const recordId = tx.create(recordTypeNamed(entry.recordType), { ...entry.fields, ...links.fields });
      const { hash } = entry.fields;
      if (entry.content !== undefined && typeof hash === 'string')
        this.#attachments.add(recordId, { hash, bytes: entry.content });
      this.#remember(entry, recordId, 'create', links);
      this.#linkThoseThatWait(entry, recordId, tx);
      return 'taken';
    }
    this.#recordIds.set(entry.number, held.recordId);
    if (held.fieldHashes === entry.fieldHashes) return 'unchanged';
    const isChanged = patchWhatMayBe(tx, held.recordId, changedFields(entry, held, links.fields));
    this.#remember(entry, held.recordId, isChanged ? 'update' : undefined, links);
    return isChanged ? 'taken' : 'unchanged';
  }

  #remember(
    entry: ImportedEntry,
    recordId: string,
    action: 'create' | 'update' | undefined,
    links: { readonly fields: Fields; readonly waiting: readonly ImportedReference[] },
  ): void {
    this.#recordIds.set(entry.number, recordId);
    const { fieldHashes, fullUrl } = entry;
    this.#keys.put(entry, { recordId, fieldHashes, fullUrl });
    for (const { field, reference } of links.waiting) {
      const form = referenceForm(reference);
      if (form.kind === 'text') continue;
      const name = form.kind === 'resource' ? `${form.resourceType}/${form.id}` : reference;
      this.#keys.wait({ recordId, field }, { sourceSystem: entry.sourceSystem, reference: name });
      this.#hasWaiting = true;
    }
    if (action === undefined) return;
    const patientId = entry.recordType === 'patient' ? recordId : links.fields.patient;
    this.#audit.append(this.#caller, {
      action: 'import',
      recordType: entry.recordType,
      recordId,
      ...(typeof patientId === 'string' ? { patientId } : {}),
      detail: { [action]: entry.sourceSystem },
    });
  }

  /** The fields that the entry's references give, and those that lead nowhere yet. */
  #links(entry: ImportedEntry): { fields: Fields; waiting: ImportedReference[] } {
    const fields: Fields = {};
    const waiting: ImportedReference[] = [];
    for (const reference of entry.references) {
      const recordId = this.#recordFor(entry, reference);
      if (recordId !== undefined) fields[reference.field] = recordId;
      else waiting.push(reference);
    }
    const nowhere = entry.mentions.filter(({ reference }) => this.#heldRecord(entry, reference) === undefined);
    for (const { path, reference } of [...waiting, ...nowhere])
      this.unresolved.push({ file: entry.file, path, reference });
    return { fields, waiting };
  }

  #recordFor(entry: ImportedEntry, { field, reference, target }: ImportedReference): string | undefined {
    if (target !== null) return this.#recordIds.get(target);
    const held = this.#heldRecord(entry, reference);
    return held !== undefined && mayHold(recordTypeNamed(entry.recordType), field, held.resourceType)
      ? held.recordId
      : undefined;
  }

  /** A record of an earlier import that a reference leads to. */
  #heldRecord({ sourceSystem }: ImportedEntry, reference: string): ForeignRecord | undefined {
    const form = referenceForm(reference);
    if (form.kind === 'text') return undefined;
    const byUrl = this.#keys.recordUnder(reference);
    if (byUrl !== undefined || form.kind === 'url') return byUrl;
    return this.#keys.recordOf({ sourceSystem, resourceType: form.resourceType, foreignId: form.id });
  }

  #linkThoseThatWait(entry: ImportedEntry, recordId: string, tx: RecordTransaction): void {
    if (!this.#hasWaiting) return;
    const { sourceSystem, resourceType, foreignId, fullUrl } = entry;
    const waiting = [
      ...this.#keys.waitingFor(`${resourceType}/${foreignId}`, sourceSystem),
      ...this.#keys.waitingFor(fullUrl ?? `urn:uuid:${foreignId}`, undefined),
    ];
    for (const one of waiting) {
      const type = this.#store.record(one.recordId)?.type;
      if (type === undefined || !mayHold(type, one.field, resourceType)) continue;
      patchWhatMayBe(tx, one.recordId, { [one.field]: recordId });
      this.#keys.stopWaiting(one);
    }
  }
}

/** Whether a reference field is for records of this resource type. */
function mayHold(type: RecordType, field: string, resourceType: string): boolean {
  return resourceKind(resourceType)?.recordType.name === fieldNamed(type, field).to;
}

/** What came in differently from last time; null where it no longer says anything. */
function changedFields(entry: ImportedEntry, held: ImportKey, links: Fields): Record<string, FieldValue | null> {
  const before = JSON.parse(held.fieldHashes) as Record<string, string>;
  const now = JSON.parse(entry.fieldHashes) as Record<string, string>;
  const changed: Record<string, FieldValue | null> = {};
  for (const [name, { number }] of Object.entries(recordTypeNamed(entry.recordType).fields)) {
    if (before[number] !== now[number]) changed[name] = entry.fields[name] ?? links[name] ?? null;
  }
  return changed;
}

/** Writes what the importing role may write; a value that an authorised person wrote here, or that is written once, stays. */
function patchWhatMayBe(tx: RecordTransaction, recordId: string, fields: Record<string, FieldValue | null>): boolean {
  try {
    return tx.patch(recordId, fields);
  } catch (error) {
    if (!hasCode(error, 'SH-K102') && !hasCode(error, 'SH-K103')) throw error;
    const names = Object.keys(fields);
    if (names.length < 2) return false;
    return names
      .map((name) => patchWhatMayBe(tx, recordId, { [name]: fields[name] as FieldValue | null }))
      .some(Boolean);
  }
}

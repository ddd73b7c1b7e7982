import { createHash } from 'node:crypto';
import { setImmediate as letOthersIn } from 'node:timers/promises';
import { isContentOf, MAX_CONTENT_BYTES } from '@santehaggui/protocols/documents/content-type.ts';
import { MAX_PIECE_BYTES } from '@santehaggui/protocols/frames/blob-messages.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { RecordAccess } from '../access/record-access.ts';
import type { ShownRecord } from '../access/shown-record.ts';
import type { AuditService } from '../audit/audit-service.ts';
import type { Staff } from '../people/caller.ts';
import type { ApiRecord } from '../resources/api-record.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import type { AttachmentStore } from '../store/attachment-store.ts';
import type { StoredRecord } from '../store/stored-record.ts';
import { failDocument } from './document-errors.ts';
import type { ContentScanner } from './malware-scanner.ts';

/** What the service is made of. */
export type DocumentsOptions = {
  readonly attachments: AttachmentStore;
  readonly audit: AuditService;
  readonly access: RecordAccess;
  readonly resources: ResourcesService;
  readonly clock: Clock;
  /** Without it nothing is scanned. */
  readonly scanner?: ContentScanner | undefined;
};

/** A part of a file: all of it, or so many bytes from `offset` on of a file of `size`. */
export type HandedIn = {
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly size: number;
};

/** Where the content of a document is. */
export type ContentState = {
  readonly state: 'none' | 'incomplete' | 'here' | 'elsewhere';
  readonly received: number;
  readonly size: number | null;
};

const TWICE_AT_ONCE = { fr: 'un autre envoi est en cours', en: 'somebody else is sending it' };

/** The content of documents: handed in once, shown to whoever may read the document, each time with an audit entry. */
export class DocumentsService {
  readonly #options: DocumentsOptions;
  /** Documents that somebody hands in at this moment: what another sends meanwhile would get its hash. */
  readonly #busy = new Set<string>();

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  /**
   * Takes content, whole or a part of it; the record, once all is here and is what its type says, else how much is here. The same
   * content once more changes nothing. Throws SH-N130, SH-A002, SH-K240 when another content is there, SH-I241 for a part that does
   * not follow, SH-I240 for what is not of its type or empty, SH-F240 where the disk is nearly full, SH-I242 and SH-T240 as {@link ContentScanner} does,
   * SH-K241 for a document that another facility made.
   */
  async handIn(staff: Staff, part: HandedIn): Promise<ApiRecord | ContentState> {
    const { access, resources } = this.#options;
    const record = resources.stored(documentReference, part.id);
    access.require(staff, 'update', record, ['contentType', 'size', 'hash']);
    if (record.fields.hash !== undefined) return this.#again(staff, record, part);
    if (!access.isOwn(staff, record)) throw failDocument('SH-K241');
    if (this.#busy.has(part.id)) throw failDocument('SH-I241', { why: TWICE_AT_ONCE });
    this.#busy.add(part.id);
    try {
      return await this.#take(staff, record, part);
    } finally {
      this.#busy.delete(part.id);
    }
  }

  async #take(staff: Staff, record: StoredRecord, part: HandedIn): Promise<ApiRecord | ContentState> {
    const { attachments, access, resources } = this.#options;
    await this.#keep(part);
    const { received, size } = attachments.find(part.id) ?? { received: 0, size: part.size };
    if (received < size) return { state: 'incomplete', received, size };
    const hash = await attachments.hashOf(part.id);
    const start = attachments.part(part.id, 0, part.contentType.startsWith('text/') ? size : 4096);
    if (!isContentOf(part.contentType, start)) {
      attachments.giveUp(part.id);
      throw failDocument('SH-I240', { why: part.contentType });
    }
    await this.#refuseMalware(part.id, attachments.part(part.id, 0, size));
    access.transact(staff, (tx) => {
      attachments.complete(part.id, hash);
      tx.patch(part.id, { contentType: part.contentType, size, hash });
      this.#note(staff, record, { action: 'update', what: 'content', size });
    });
    return resources.written(staff, documentReference, part.id);
  }

  /** What holds malware, or nobody can tell of, is given up: it is sent anew, or another picture is taken. */
  async #refuseMalware(id: string, content: Uint8Array): Promise<void> {
    try {
      await this.#options.scanner?.refuseMalware(content);
    } catch (error) {
      this.#options.attachments.giveUp(id);
      throw error;
    }
  }

  /** The content and the document, for whoever may read it. Throws SH-N130, SH-A002, SH-N240, what the scanner throws, and SH-N241: then it is asked for. */
  async show(staff: Staff, id: string): Promise<{ readonly record: ShownRecord; readonly content: Uint8Array }> {
    const { attachments, clock } = this.#options;
    const record = this.#readable(staff, id);
    const found = attachments.find(id);
    if (record.fields.hash === undefined) throw failDocument('SH-N240');
    const content = found?.isWhole === true ? attachments.part(id, 0, found.size) : undefined;
    const isHere = content !== undefined && content.length === found?.size;
    this.#note(staff, record, { action: 'read', what: 'content', ...(isHere ? {} : { state: 'elsewhere' }) });
    if (!isHere) {
      // What a damaged file has lost a part of is not shown for the whole.
      if (content !== undefined) attachments.noteMissing(id);
      attachments.askFor(id, clock.now());
      throw failDocument('SH-N241');
    }
    // What came from elsewhere was looked at by nobody, and what is known of malware grows.
    await this.#options.scanner?.refuseMalware(content);
    return { record, content };
  }

  /** Where the content of a document is. Throws SH-N130, SH-A002. */
  state(staff: Staff, id: string): ContentState {
    const record = this.#readable(staff, id);
    const found = this.#options.attachments.find(id);
    const size = found?.size ?? null;
    if (found?.isWhole === true) return { state: 'here', received: found.received, size };
    if (record.fields.hash !== undefined) return { state: 'elsewhere', received: found?.received ?? 0, size };
    return { state: found === undefined ? 'none' : 'incomplete', received: found?.received ?? 0, size };
  }

  #readable(staff: Staff, id: string): ShownRecord {
    const { access, resources } = this.#options;
    const record = resources.stored(documentReference, id);
    // Whoever may not see that there is content may not see the content.
    access.require(staff, 'read', record, ['hash']);
    return access.read(staff, record);
  }

  async #again(staff: Staff, record: StoredRecord, part: HandedIn): Promise<ApiRecord | ContentState> {
    const { resources } = this.#options;
    const isWhole = part.bytes.length === part.size;
    const isSame = isWhole && createHash('sha256').update(part.bytes).digest('hex') === record.fields.hash;
    // The last part of what was handed in part by part may come twice.
    const isRepeat = !isWhole && record.fields.size === part.size && this.#isPartOf(part);
    if (!isSame && !isRepeat) throw failDocument('SH-K240');
    return resources.written(staff, documentReference, record.id);
  }

  #isPartOf({ id, offset, bytes }: HandedIn): boolean {
    return Buffer.compare(this.#options.attachments.part(id, offset, bytes.length), bytes) === 0;
  }

  /** On disk when it resolves, in pieces of which each is a short transaction. */
  async #keep({ id, bytes, offset, size }: HandedIn): Promise<void> {
    const { attachments } = this.#options;
    if (size === 0) throw failDocument('SH-I240', { why: '0' });
    if (!attachments.hasRoomFor(size)) throw failDocument('SH-F240');
    if (size > MAX_CONTENT_BYTES || offset + bytes.length > size) throw failDocument('SH-I241', { why: `${size}` });
    // From the beginning: whatever was handed in before is given up.
    if (offset === 0) attachments.giveUp(id);
    const held = attachments.find(id);
    const isNext = offset === (held?.received ?? 0) && size === (held?.size ?? size);
    if (!isNext) throw failDocument('SH-I241', { why: `${held?.received ?? 0}/${held?.size ?? size}` });
    for (let at = 0; at < bytes.length; at += 4 * MAX_PIECE_BYTES) {
      attachments.handIn(id, { size, bytes: bytes.subarray(at, at + 4 * MAX_PIECE_BYTES) });
      await letOthersIn();
    }
  }

  #note(
    staff: Staff,
    record: Pick<StoredRecord, 'id' | 'fields'>,
    { action, ...detail }: { readonly action: 'read' | 'update' } & Readonly<Record<string, string | number>>,
  ): void {
    const { patient } = record.fields;
    this.#options.audit.append(staff, {
      action,
      recordType: documentReference.name,
      recordId: record.id,
      ...(typeof patient === 'string' ? { patientId: patient } : {}),
      detail,
    });
  }
}

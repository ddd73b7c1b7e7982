import {
  type BlobAsk,
  type BlobHave,
  type BlobMessage,
  MAX_PIECE_BYTES,
} from '@santehaggui/protocols/frames/blob-messages.ts';
import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { AttachmentsService } from '../attachments/attachments-service.ts';

/** What the parcels of one node said of attachments: how far the hub is now with what came, and what the node wants. */
export class ParcelAttachments {
  readonly #attachments: AttachmentsService;
  readonly #facility: string;
  readonly #haves = new Map<string, BlobHave>();
  readonly #asks = new Map<string, BlobAsk>();

  constructor(attachments: AttachmentsService, facility: string) {
    this.#attachments = attachments;
    this.#facility = facility;
  }

  /** Takes what a node's parcel says, which only a node says; gives how many bytes of content came. */
  async take(message: BlobMessage): Promise<number> {
    if (message.kind === 'blob-ask') this.#asks.set(message.record, message);
    if (message.kind !== 'blob-piece') return 0;
    const { newBytes, ...have } = await this.#attachments.take(this.#facility, message);
    this.#haves.set(message.record, have);
    return newBytes;
  }

  /** Notes documents that the way back tells the node of: it will want their content as well. */
  told(node: number, changes: readonly CarriedChange[]): void {
    for (const { encoded } of changes) {
      const change = decodeChange(encoded);
      if (change.kind !== 'record' || change.recordType !== documentReference.number) continue;
      if (change.origin.node === node || this.#asks.has(change.recordId)) continue;
      const { recordId: record } = change;
      this.#asks.set(record, { kind: 'blob-ask', record, offset: 0, pieceBytes: MAX_PIECE_BYTES });
    }
  }

  /** For the way back: how far the hub is with what came, then what is wanted, as far as the budget of bytes goes. */
  async *answers(budget: number): AsyncGenerator<BlobMessage> {
    // A parcel may be written over by a later one: what was said once is said again for a while.
    for (const { record, size } of await this.#attachments.recentlyWhole(this.#facility))
      if (!this.#haves.has(record)) yield { kind: 'blob-have', record, upTo: size };
    yield* this.#haves.values();
    let left = budget;
    for (const { record, offset: from } of this.#asks.values()) {
      const found = left > 0 ? await this.#attachments.find(this.#facility, record) : undefined;
      if (found === undefined) continue;
      for (let offset = from; offset < found.size && left > 0; offset += MAX_PIECE_BYTES) {
        const to = Math.min(offset + Math.min(MAX_PIECE_BYTES, left), found.size);
        const bytes = await this.#attachments.part(this.#facility, record, { from: offset, to });
        if (bytes.length === 0) break;
        yield { kind: 'blob-piece', record, offset, size: found.size, bytes };
        left -= bytes.length;
      }
    }
  }
}

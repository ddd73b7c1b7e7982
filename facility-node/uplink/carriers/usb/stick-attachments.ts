import type { BlobMessage } from '@santehaggui/protocols/frames/blob-messages.ts';
import { MAX_PIECE_BYTES } from '@santehaggui/protocols/frames/blob-messages.ts';
import { MalformedMessage } from '@santehaggui/protocols/frames/messages.ts';
import type { AttachmentStore } from '../../../store/attachment-store.ts';

/** A parcel names so many attachments that this node wants: as many as the way back can bring. */
const MAX_ASKED = 500;

/**
 * What a parcel says of attachments, after all changes: which ones this node wants, then pieces of those that the hub has not got, as far
 * as the budget of bytes goes. A content that does not fit is begun: the next parcel goes on once the hub has receipted it.
 */
export function* attachmentsForHub(
  attachments: AttachmentStore,
  { budget, fetchMaxBytes }: { readonly budget: number; readonly fetchMaxBytes: number },
): Generator<BlobMessage> {
  const asked = new Set<string>();
  for (let next = attachments.nextToFetch(asked, fetchMaxBytes); next !== undefined && asked.size < MAX_ASKED; ) {
    asked.add(next.record);
    yield { kind: 'blob-ask', record: next.record, offset: next.received, pieceBytes: MAX_PIECE_BYTES };
    next = attachments.nextToFetch(asked, fetchMaxBytes);
  }
  const sent = new Set<string>();
  for (let left = budget, next = attachments.nextToSend(sent); left > 0 && next !== undefined; ) {
    const { record, size, hubReceived } = next;
    sent.add(record);
    for (let offset = hubReceived; offset < size && left > 0; offset += MAX_PIECE_BYTES) {
      const bytes = attachments.part(record, offset, Math.min(MAX_PIECE_BYTES, left));
      if (bytes.length === 0) break;
      yield { kind: 'blob-piece', record, offset, size, bytes };
      left -= bytes.length;
    }
    next = attachments.nextToSend(sent);
  }
}

/** Takes what the hub's parcel says of attachments; gives how many bytes of content are new here. Throws MalformedMessage for what only a node says. */
export async function takeFromHub(attachments: AttachmentStore, message: BlobMessage): Promise<number> {
  if (message.kind === 'blob-piece') return attachments.isFull() ? 0 : (await attachments.take(message)).newBytes;
  if (message.kind !== 'blob-have') throw new MalformedMessage(`${message.kind} in a parcel of the hub`);
  if (message.refusal === undefined) attachments.noteHubHas(message.record, message.upTo);
  else attachments.noteTold(message.record, message.refusal);
  return 0;
}

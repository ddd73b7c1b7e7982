import type { SyncVerification } from '@santehaggui/protocols/api/admin-api.ts';
import type { Digest, DigestAsk } from '@santehaggui/protocols/frames/digest-messages.ts';
import { type DigestEntry, digestsByRange } from '@santehaggui/protocols/journal/digest.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import type { AttachmentStore } from '../store/attachment-store.ts';
import { differentKeys, MAX_DIFFERENCES, MovedOn } from './replica-check.ts';

/**
 * Compares the contents of attachments that are whole here with those at the hub, once the records are proven the same, and names the
 * records of which one side has lost the content. What is missing at either end is set out to be carried again.
 */
export async function checkContents(
  attachments: AttachmentStore,
  ask: (ask: DigestAsk) => Promise<Digest>,
  fetchMaxBytes: number,
): Promise<SyncVerification['differences']> {
  if (!attachments.hasAny()) return [];
  const mine = attachments.digests();
  const answer = async (question: DigestAsk): Promise<readonly DigestEntry[]> => {
    const { entries } = await ask(question);
    if (entries === null) throw new MovedOn();
    return entries;
  };
  const lost: string[] = [];
  for (const key of differentKeys(digestsByRange(mine), await answer({ level: 'contents' }))) {
    const range = Number(key);
    const here = mine.filter((entry) => Number.parseInt(entry.key.slice(0, 2), 16) === range);
    const there = await answer({ level: 'contents-of', range });
    for (const record of differentKeys(here, there)) {
      const isHere = here.some((entry) => entry.key === record);
      if (isHere) attachments.noteHubHas(record, 0);
      // What is too large to come by itself is not missing.
      else if (attachments.isExpected(record, fetchMaxBytes)) attachments.noteMissing(record);
      else continue;
      lost.push(record);
    }
  }
  return lost
    .slice(0, MAX_DIFFERENCES)
    .map((recordId) => ({ recordType: documentReference.name, recordId, fields: ['hash'] }));
}

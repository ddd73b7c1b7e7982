import { type EncodedBody, PLAIN } from '@santehaggui/protocols/frames/codec/codec.ts';
import { SLOW_FRAME_BYTES } from '@santehaggui/protocols/frames/exchange-machine.ts';
import { type LiveLane, SEAL_BYTES } from '@santehaggui/protocols/frames/seal.ts';
import type { JournalStore } from '../store/journal-store.ts';

/** A frame is coded in one go, in which nobody at the LAN is served: 250 changes take some 30 ms. */
const MAX_FRAME_CHANGES = 250;
/** Journalled bytes a coded one at most, about: what is read for a frame. */
const MAX_COMPRESSION = 60;
/** From so many changes on, a fast link is given them as they stand. */
const BULK_CHANGES = 20_000;

/** The changes of the next frame, coded: as many as fit, at least one; undefined when there are none. `model`: what both ends know. */
export function prepareChanges(
  { journal, lane, model: known }: { readonly journal: JournalStore; readonly lane: LiveLane; readonly model: number },
  { after, upTo, maxBytes }: { readonly after: number; readonly upTo: number; readonly maxBytes: number },
): { readonly upTo: number; readonly encoded: EncodedBody } | undefined {
  // A link that takes large frames at once is fast: a great backlog is then held up by the coding alone.
  const isBulk = maxBytes > SLOW_FRAME_BYTES && journal.lastSequence() - after > BULK_CHANGES;
  const model = isBulk ? PLAIN : known;
  const limit = isBulk ? Number.POSITIVE_INFINITY : MAX_FRAME_CHANGES;
  const limits = { bytes: isBulk ? maxBytes : maxBytes * MAX_COMPRESSION, changes: limit, upTo };
  let changes = journal.journalAfter(after, limits);
  for (;;) {
    const last = changes.at(-1);
    if (last === undefined) return undefined;
    const encoded = lane.prepare(changes, { model, stampOf: (id) => journal.creationOf(id) });
    if (encoded.body.length + SEAL_BYTES <= maxBytes || changes.length === 1) return { upTo: last.position, encoded };
    const fitting = Math.floor((changes.length * maxBytes * 0.9) / encoded.body.length);
    changes = changes.slice(0, Math.max(1, Math.min(fitting, changes.length - 1)));
  }
}

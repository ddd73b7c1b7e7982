import { FIRST_GENERATION, type HubHello, type NodeHello } from '@santehaggui/protocols/frames/messages.ts';
import type { FeedPlace } from '../restoration/restoration-service.ts';

/** The longest past that a HELLO tells. */
const MAX_LINEAGE = 32;

/** Where the feed goes on for a node that is to be filled: not from its beginning, which is of another node or disk. */
export function placeOfLoad(
  { told }: FeedPlace,
  { hello, loadAfter }: { readonly hello: NodeHello; readonly loadAfter: number },
): FeedPlace {
  const generation = told?.generation ?? hello.feedGeneration ?? FIRST_GENERATION;
  return { upTo: loadAfter, told: { generation, upTo: loadAfter, wantsOffer: told?.wantsOffer ?? false } };
}

/** Whether the hub once told a node that more is safe than it has now. A past that is told in part proves nothing. */
export function wasPromisedMore({ lineage, unacknowledged }: NodeHello, received: HubHello['received']): boolean {
  if (unacknowledged === undefined || (received === null && lineage.length === MAX_LINEAGE)) return false;
  const promised = (lineage[0]?.lastSequence ?? 0) - unacknowledged;
  return promised > (received?.upTo ?? 0);
}

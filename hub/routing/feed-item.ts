import type { StampParts } from '@santehaggui/protocols/frames/codec/change-shape.ts';
import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';

/** One entry of a feed. */
export type FeedItem = { readonly position: number; readonly encoded: EncodedChange };

/** A piece of a feed; `creations` tells which change created the records that it speaks of, as far as they are here. */
export type FeedPage = { readonly items: readonly FeedItem[]; readonly creations: ReadonlyMap<string, StampParts> };

/** How many bytes an entry takes in a frame, about. */
export function feedBytes({ encoded }: FeedItem): number {
  return encoded.meta.length + encoded.fields.length + 4;
}

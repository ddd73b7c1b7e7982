import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';

/** One entry of a feed. */
export type FeedItem = { readonly position: number; readonly encoded: EncodedChange };

/** How many bytes an entry takes in a frame, about. */
export function feedBytes({ encoded }: FeedItem): number {
  return encoded.meta.length + encoded.fields.length + 4;
}

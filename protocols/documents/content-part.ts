/** What is to be done with a piece of content: keep all of it but its first `skip` bytes; or nothing, because it is here or because something before it is not. */
export type PartVerdict = { readonly kind: 'keep'; readonly skip: number } | { readonly kind: 'repeat' | 'gap' };

/** Judges a piece by how much is here without a gap from the start. */
export function judgePart(received: number, part: { readonly offset: number; readonly length: number }): PartVerdict {
  if (part.offset > received) return { kind: 'gap' };
  if (part.offset + part.length <= received) return { kind: 'repeat' };
  return { kind: 'keep', skip: received - part.offset };
}

import { isConsistent, type TreeHead } from '../crypto/merkle-tree.ts';

/** A trail as its owner shows it: its head, and the proof that it goes on from the one over `from` entries (RFC 6962 §2.1.2). */
export type TrailShown = { readonly tree: TreeHead; readonly from: number; readonly proof: readonly Uint8Array[] };

/**
 * How a trail stands to what its witness has countersigned last: it `goes-on`; it was shown from another place (`other-place`), which
 * proves nothing yet; it is `shorter` or `rewritten`, which nobody undoes but a person.
 */
export type TrailStanding = 'goes-on' | 'other-place' | 'shorter' | 'rewritten';

/** Judges a trail that is shown; `known` is undefined for a witness that has countersigned nothing of it. */
export function judgeTrail(known: TreeHead | undefined, { tree, from, proof }: TrailShown): TrailStanding {
  if (known === undefined) return 'goes-on';
  if (tree.size < known.size) return 'shorter';
  if (from !== known.size) return 'other-place';
  return isConsistent(known, tree, proof) ? 'goes-on' : 'rewritten';
}

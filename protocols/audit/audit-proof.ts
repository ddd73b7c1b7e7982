import type { AuditProof } from '../api/audit-api.ts';
import { fromHex } from '../crypto/bytes.ts';
import { isConsistent, isIncluded, leafHash } from '../crypto/merkle-tree.ts';
import { isCountersigned, readCheckpoint, type SignedCheckpoint } from './checkpoint.ts';

/** What a proof shows: `anchored` entries of the trail are as a hub with that key has countersigned them. */
export type ProvenAudit =
  | { readonly isProven: true; readonly entries: number; readonly anchored: number; readonly anchoredAt: number | null }
  | { readonly isProven: false; readonly why: 'checkpoint' | 'entry' | 'anchor'; readonly entry?: number };

/** Judges a proof by nothing but itself: whose keys these are is for the reader to compare. */
export function judgeAuditProof(proof: AuditProof): ProvenAudit {
  const nodeKey = fromHex(proof.nodeKey);
  const checkpoint = readCheckpoint(signed(proof.checkpoint), nodeKey);
  if (checkpoint === undefined) return { isProven: false, why: 'checkpoint' };
  for (const { number, text, path } of proof.entries) {
    const isThere = isIncluded(leafHash(text), number - 1, { path: path.map(fromHex), head: checkpoint.tree });
    if (!isThere || numberIn(text) !== number) return { isProven: false, why: 'entry', entry: number };
  }
  const entries = checkpoint.tree.size;
  const { anchor } = proof;
  if (anchor === null) return { isProven: true, entries, anchored: 0, anchoredAt: null };
  const { at, signature } = anchor.countersignature;
  const seen = signed(anchor.checkpoint);
  const earlier = readCheckpoint(seen, nodeKey);
  const isWitnessed = isCountersigned(seen, { at, signature: fromHex(signature) }, fromHex(anchor.hubKey));
  const goesOn = earlier !== undefined && isConsistent(earlier.tree, checkpoint.tree, anchor.consistency.map(fromHex));
  if (!isWitnessed || !goesOn) return { isProven: false, why: 'anchor' };
  return { isProven: true, entries, anchored: earlier.tree.size, anchoredAt: at };
}

function signed({ bytes, signature }: { readonly bytes: string; readonly signature: string }): SignedCheckpoint {
  return { bytes: fromHex(bytes), signature: fromHex(signature) };
}

/** The number that an entry's own text says. */
function numberIn(text: string): unknown {
  try {
    return (JSON.parse(text) as readonly unknown[])[1];
  } catch {
    return undefined;
  }
}

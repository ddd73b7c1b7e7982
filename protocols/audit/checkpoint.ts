import { decodeCbor, encodeCbor } from '../cbor.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import type { TreeHead } from '../crypto/merkle-tree.ts';
import { isSignedBy, sign } from '../crypto/sodium.ts';
import { bytes, list, natural, text } from '../frames/message-parts.ts';

/** Where a node's chain of changes (docs/protocol.md, 2.3) stood: the whole head, not a part of it. */
export type JournalHead = { readonly incarnation: string; readonly sequence: number; readonly head: Uint8Array };

/** What an origin says of itself at a moment: how far its audit trail is, and its chain; `journal` is null before the first change. */
export type Checkpoint = {
  /** The node's number; 0 is the hub. */
  readonly node: number;
  readonly tree: TreeHead;
  readonly journal: JournalHead | null;
  /** By the signer's own clock, in milliseconds since 1970. */
  readonly at: number;
};

/** A checkpoint as it is signed and kept: the very bytes, and the Ed25519 signature over them. */
export type SignedCheckpoint = { readonly bytes: Uint8Array; readonly signature: Uint8Array };

/** The witness's word for a checkpoint: when it took it, and the signature over that and the checkpoint's bytes. */
export type Countersignature = { readonly at: number; readonly signature: Uint8Array };

const LABEL = 'SH-checkpoint-1';
const WITNESS_LABEL = 'SH-countersigned-1';

/** Signs a checkpoint with the origin's own key. */
export function signCheckpoint({ node, tree, journal, at }: Checkpoint, privateKey: Uint8Array): SignedCheckpoint {
  const chain = journal === null ? null : [fromHex(journal.incarnation), journal.sequence, journal.head];
  const encoded = encodeCbor([LABEL, node, tree.size, tree.root, chain, at]);
  return { bytes: encoded, signature: sign(encoded, privateKey) };
}

/** What was signed; undefined when the key did not sign it or it is no checkpoint. */
export function readCheckpoint(signed: SignedCheckpoint, publicKey: Uint8Array): Checkpoint | undefined {
  return isSignedBy(publicKey, signed.bytes, signed.signature) ? decodeCheckpoint(signed.bytes) : undefined;
}

/** What a checkpoint's bytes say, whoever signed them; undefined when they are none. */
export function decodeCheckpoint(signed: Uint8Array): Checkpoint | undefined {
  try {
    const [label, node, size, root, chain, at] = list(decodeCbor(signed));
    if (text(label) !== LABEL) return undefined;
    const tree = { size: natural(size), root: bytes(root, 32) };
    return { node: natural(node), tree, journal: chain === null ? null : journalOf(list(chain)), at: natural(at) };
  } catch {
    return undefined;
  }
}

/** The witness signs that it has seen the checkpoint, and that it goes on from all that it had signed before. */
export function countersign({ bytes: seen }: SignedCheckpoint, at: number, privateKey: Uint8Array): Countersignature {
  return { at, signature: sign(witnessed(seen, at), privateKey) };
}

/** Whether the witness signed this checkpoint. */
export function isCountersigned(
  { bytes: seen }: Pick<SignedCheckpoint, 'bytes'>,
  { at, signature }: Countersignature,
  publicKey: Uint8Array,
): boolean {
  return isSignedBy(publicKey, witnessed(seen, at), signature);
}

function witnessed(seen: Uint8Array, at: number): Uint8Array {
  return encodeCbor([WITNESS_LABEL, seen, at]);
}

function journalOf([incarnation, sequence, head]: readonly unknown[]): JournalHead {
  return { incarnation: toHex(bytes(incarnation, 6)), sequence: natural(sequence), head: bytes(head, 32) };
}

import type { Countersignature, SignedCheckpoint } from '../audit/checkpoint.ts';
import { encodeCbor } from '../cbor.ts';
import { bytes, list, natural } from './message-parts.ts';

/** What an end found wrong with itself before it signed: its first entry that is not as it was written (0: none), and faults of consents. */
export type OwnFaults = { readonly entry: number; readonly consents: number };

/** Nothing. */
export const NO_FAULTS: OwnFaults = { entry: 0, consents: 0 };

/** The node shows its trail: where it is, signed, and that it goes on from the one over `from` entries (docs/protocol.md, 11.5). */
export type Sign = {
  readonly kind: 'sign';
  readonly checkpoint: SignedCheckpoint;
  readonly from: number;
  readonly proof: readonly Uint8Array[];
  readonly faults: OwnFaults;
  /** So many entries of the hub's own trail this node has countersigned. */
  readonly witnessed: number;
};

/** The hub's trail, as it shows it to a witness that knows `from` entries of it. */
export type ShownTrail = {
  readonly checkpoint: SignedCheckpoint;
  readonly from: number;
  readonly proof: readonly Uint8Array[];
};

/**
 * The hub's answer: `countersigned`; `behind`: it knows the trail over `known` entries and wants to be shown how it goes on from
 * there; `refused`: the trail does not go on from what it has countersigned.
 */
export type Signed = {
  readonly kind: 'signed';
  readonly verdict:
    | { readonly result: 'countersigned'; readonly countersignature: Countersignature }
    | { readonly result: 'behind' | 'refused' };
  readonly known: number;
  readonly faults: OwnFaults;
  readonly trail: ShownTrail | null;
  /** What is answered, where the question is long gone: in a parcel alone. */
  readonly checkpoint?: SignedCheckpoint;
};

/** The node's word for the hub's trail over so many entries; null: it is not the one that the node has countersigned before. */
export type Witnessed = {
  readonly kind: 'witnessed';
  readonly entries: number;
  readonly countersignature: Countersignature | null;
};

const TAGS = { sign: 0, signed: 1, witnessed: 2 } as const;
const RESULTS = ['countersigned', 'behind', 'refused'] as const;
/** A tree of 2^53 leaves has no longer proof. */
const MAX_PROOF = 2 * 53;

/** The body of a SIGN frame. */
export function encodeSign(message: Sign | Signed | Witnessed): Uint8Array {
  const tag = TAGS[message.kind];
  if (message.kind === 'sign') {
    const { checkpoint, from, proof, faults, witnessed } = message;
    return encodeCbor([tag, ...signedOf(checkpoint), from, proof, ...faultsOf(faults), witnessed]);
  }
  if (message.kind === 'witnessed') return encodeCbor([tag, message.entries, ...wordOf(message.countersignature)]);
  const { verdict, known, faults, trail, checkpoint } = message;
  const word = verdict.result === 'countersigned' ? wordOf(verdict.countersignature) : wordOf(null);
  const shown = trail === null ? null : [...signedOf(trail.checkpoint), trail.from, trail.proof];
  const answered = checkpoint === undefined ? [] : [signedOf(checkpoint)];
  return encodeCbor([tag, RESULTS.indexOf(verdict.result), ...word, known, ...faultsOf(faults), shown, ...answered]);
}

/** A SIGN frame from its decoded CBOR; throws RangeError on anything that {@link encodeSign} cannot have made. */
export function signOf([tag, ...parts]: readonly unknown[]): Sign | Signed | Witnessed {
  if (tag === TAGS.sign) return toSign(parts);
  if (tag === TAGS.signed) return toSigned(parts);
  if (tag !== TAGS.witnessed) throw new RangeError('no such SIGN');
  const [entries, at, signature] = parts;
  return { kind: 'witnessed', entries: natural(entries), countersignature: toWord(at, signature) };
}

function toSign([content, signature, from, proof, entry, consents, witnessed]: readonly unknown[]): Sign {
  return {
    kind: 'sign',
    checkpoint: toCheckpoint(content, signature),
    from: natural(from),
    proof: toProof(proof),
    faults: { entry: natural(entry), consents: natural(consents) },
    witnessed: natural(witnessed),
  };
}

function toSigned([result, at, signature, known, entry, consents, shown, answered]: readonly unknown[]): Signed {
  const named = RESULTS[natural(result)];
  const word = toWord(at, signature);
  if (named === undefined || (named === 'countersigned') !== (word !== null)) throw new RangeError('no verdict');
  const [answeredBytes, answeredSignature] = answered === undefined ? [] : list(answered);
  return {
    kind: 'signed',
    verdict:
      named === 'countersigned' ? { result: named, countersignature: word as Countersignature } : { result: named },
    known: natural(known),
    faults: { entry: natural(entry), consents: natural(consents) },
    trail: shown === null ? null : toTrail(list(shown)),
    ...(answered === undefined ? {} : { checkpoint: toCheckpoint(answeredBytes, answeredSignature) }),
  };
}

function toTrail([content, signature, from, proof]: readonly unknown[]): ShownTrail {
  return { checkpoint: toCheckpoint(content, signature), from: natural(from), proof: toProof(proof) };
}

function toCheckpoint(content: unknown, signature: unknown): SignedCheckpoint {
  return { bytes: bytes(content), signature: bytes(signature, 64) };
}

function toProof(value: unknown): readonly Uint8Array[] {
  const hashes = list(value);
  if (hashes.length > MAX_PROOF) throw new RangeError('no proof');
  return hashes.map((hash) => bytes(hash, 32));
}

function toWord(at: unknown, signature: unknown): Countersignature | null {
  return signature === null ? null : { at: natural(at), signature: bytes(signature, 64) };
}

function signedOf({ bytes: content, signature }: SignedCheckpoint): readonly Uint8Array[] {
  return [content, signature];
}

function faultsOf({ entry, consents }: OwnFaults): readonly number[] {
  return [entry, consents];
}

function wordOf(word: Countersignature | null): readonly unknown[] {
  return word === null ? [0, null] : [word.at, word.signature];
}

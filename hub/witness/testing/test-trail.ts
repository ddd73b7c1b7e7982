import type { JournalHead } from '@santehaggui/protocols/audit/checkpoint.ts';
import { type SignedCheckpoint, signCheckpoint } from '@santehaggui/protocols/audit/checkpoint.ts';
import {
  completedBy,
  consistencyProof,
  leafHash,
  rootOf,
  type SubtreeSource,
} from '@santehaggui/protocols/crypto/merkle-tree.ts';
import type { SignKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { NO_FAULTS, type Sign } from '@santehaggui/protocols/frames/sign-messages.ts';

/** Whose trail it is. */
export type TrailOwner = { readonly node: number; readonly signKeys: SignKeys };

/** An audit trail of a node in a test: a real tree over texts. */
export class TestTrail {
  readonly #node: TrailOwner;
  readonly #texts: string[];

  constructor(node: TrailOwner, texts: readonly string[]) {
    this.#node = node;
    this.#texts = [...texts];
  }

  /** Appends an entry. */
  add(text: string): void {
    this.#texts.push(text);
  }

  /** Shows it as it goes on from `from` entries. */
  show(from: number, { journal = null }: { readonly journal?: JournalHead | null } = {}): Sign {
    const size = this.#texts.length;
    const source = this.#tree();
    const tree = { size, root: rootOf(size, source) };
    const checkpoint: SignedCheckpoint = signCheckpoint(
      { node: this.#node.node, tree, journal, at: Date.now() },
      this.#node.signKeys.privateKey,
    );
    const proof = from > size ? [] : consistencyProof(from, size, source);
    return { kind: 'sign', checkpoint, from, proof, faults: NO_FAULTS, witnessed: 0 };
  }

  #tree(): SubtreeSource {
    const rows: (readonly Uint8Array[])[] = [];
    const source: SubtreeSource = { subtree: (level, last) => rows[last]?.[level] as Uint8Array };
    for (const [index, text] of this.#texts.entries()) rows.push(completedBy(index, leafHash(text), source));
    return source;
  }
}

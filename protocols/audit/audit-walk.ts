import { toHex } from '../crypto/bytes.ts';
import { completedBy, rootOf, type SubtreeSource, type TreeHead } from '../crypto/merkle-tree.ts';
import { type AuditFacts, auditLeaf } from './audit-entry.ts';

/**
 * What is wrong with an entry: `rewritten` says something else than its hash; `missing` is not there; `inserted` was put there past
 * the trail; `tree`: the hash over entries up to this one is not theirs; `history`: up to here the trail is not the one that the
 * hub has countersigned, from here on.
 */
export type AuditFinding = {
  readonly entry: number;
  readonly kind: 'rewritten' | 'missing' | 'inserted' | 'tree' | 'history';
};

/** An entry as it lies in a store: its number, its facts, and the hashes that it completes, 32 bytes each. */
export type WalkedEntry = { readonly number: number; readonly facts: AuditFacts; readonly tree: Uint8Array | null };

/** What a walk over the whole trail has shown. `anchored`: so many entries are as the hub has countersigned them. */
export type AuditVerdict = {
  readonly entries: number;
  readonly head: Uint8Array;
  readonly anchored: number;
  readonly findings: readonly AuditFinding[];
};

const HASH_BYTES = 32;
/** As many are told as a person reads. */
const MAX_FINDINGS = 100;

/**
 * Goes through an audit trail entry by entry and believes nothing that is stored: each hash is made again from what it stands for.
 * What is wrong is told where it is, not everywhere after it.
 */
export class AuditWalk {
  readonly #anchors: TreeHead[];
  readonly #findings: AuditFinding[] = [];
  /** By level, the stored hash of the last subtree of that size; undefined where an entry under it is missing. */
  readonly #peaks: (Uint8Array | undefined)[] = [];
  #number = 0;
  #entries = 0;
  #anchored = 0;

  /** `anchors` are the heads that the hub has countersigned. */
  constructor(anchors: readonly TreeHead[]) {
    this.#anchors = [...anchors].sort((left, right) => left.size - right.size);
  }

  /** Takes the next entry, in rising order of numbers. */
  take({ number, facts, tree }: WalkedEntry): void {
    if (number > this.#number + 1) {
      this.#found('missing', this.#number + 1);
      this.#skipTo(number);
    }
    this.#number = number;
    this.#entries += 1;
    const stored = hashesOf(tree);
    if (stored.length === 0) this.#found('inserted', number);
    else this.#judge(number, facts, stored);
    this.#settle(number - 1, stored);
    this.#meetAnchors();
  }

  /** Ends the walk; `expected` entries were counted as they were written. */
  finish(expected: number): AuditVerdict {
    if (this.#number < expected) this.#found('missing', this.#number + 1);
    else if (this.#number > expected) this.#found('inserted', expected + 1);
    const [beyond] = this.#anchors;
    if (beyond !== undefined && expected <= this.#number) this.#found('missing', this.#number + 1);
    const head = rootOf(this.#number, this.#source());
    return { entries: this.#entries, head, anchored: this.#anchored, findings: this.#findings };
  }

  #judge(number: number, facts: AuditFacts, stored: readonly Uint8Array[]): void {
    const [leaf] = stored as [Uint8Array];
    if (toHex(auditLeaf(number, facts)) !== toHex(leaf)) this.#found('rewritten', number);
    const made = completedBy(number - 1, leaf, this.#source());
    // A subtree over an entry that is missing cannot be made again: what is stored of it is believed until an anchor speaks.
    const isOther = made.some((hash, level) => {
      const isJudged = made.slice(0, level).every((_, below) => this.#peaks[below] !== undefined);
      return isJudged && level > 0 && toHex(hash) !== toHex(stored[level] ?? new Uint8Array());
    });
    if (isOther || made.length !== stored.length) this.#found('tree', number);
  }

  /** Keeps what is stored, so that one wrong hash is told once. */
  #settle(index: number, stored: readonly Uint8Array[]): void {
    const levels = levelsOf(index);
    for (let level = 0; level < levels; level += 1) this.#peaks[level] = stored[level];
  }

  #skipTo(number: number): void {
    // Every subtree that a missing entry belongs to is unknown; those that end before it are still peaks.
    for (let level = 0; level < 53; level += 1) {
      const size = 2 ** level;
      const endsAfterGap = Math.floor((number - 1) / size) > Math.floor(this.#number / size);
      if (endsAfterGap) this.#peaks[level] = undefined;
    }
  }

  #meetAnchors(): void {
    for (let [anchor] = this.#anchors; anchor !== undefined && anchor.size <= this.#number; [anchor] = this.#anchors) {
      this.#anchors.shift();
      if (anchor.size < this.#number) continue;
      if (toHex(rootOf(anchor.size, this.#source())) === toHex(anchor.root)) this.#anchored = anchor.size;
      else this.#found('history', this.#anchored + 1);
    }
  }

  #source(): SubtreeSource {
    return { subtree: (level) => this.#peaks[level] ?? new Uint8Array(HASH_BYTES) };
  }

  #found(kind: AuditFinding['kind'], entry: number): void {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ entry, kind });
  }
}

/** How many subtrees end with a leaf: its own hash, and one for each bit that is set at the end of its number. */
function levelsOf(index: number): number {
  let levels = 1;
  for (let rest = index; rest % 2 === 1; rest = Math.floor(rest / 2)) levels += 1;
  return levels;
}

function hashesOf(tree: Uint8Array | null): readonly Uint8Array[] {
  if (tree === null) return [];
  const count = Math.floor(tree.length / HASH_BYTES);
  return Array.from(
    { length: count },
    (_, at) => new Uint8Array(tree.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
}

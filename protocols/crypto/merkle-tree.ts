import { sha256 } from './hash.ts';

/**
 * A Merkle tree of RFC 6962 §2.1 over SHA-256. Leaves are counted from 0. The tree is kept by leaf: with each leaf go the hashes of
 * the perfect subtrees that it completes, smallest first, so that appending writes one row and every proof reads a few.
 */
export type SubtreeSource = {
  /** The hash over the 2^`level` leaves of which the last is `last`. Throws where there is none. */
  readonly subtree: (level: number, last: number) => Uint8Array;
};

/** The subtrees that some work on a tree asks for: to be read beforehand, where they lie behind a wire. */
export function subtreesOf(
  work: (source: SubtreeSource) => unknown,
): readonly { readonly level: number; readonly last: number }[] {
  const asked: { readonly level: number; readonly last: number }[] = [];
  work({
    subtree: (level, last) => {
      asked.push({ level, last });
      return new Uint8Array(32);
    },
  });
  return asked;
}

const LEAF = Uint8Array.of(0);
const INTERIOR = Uint8Array.of(1);

/** The hash of a leaf's bytes. */
export function leafHash(bytes: Uint8Array | string): Uint8Array {
  return sha256(LEAF, bytes);
}

/** The hash over two subtrees. */
export function interiorHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(INTERIOR, left, right);
}

/** What goes with leaf number `index`: its hash, then those of the larger subtrees that it completes. */
export function completedBy(index: number, leaf: Uint8Array, source: SubtreeSource): readonly Uint8Array[] {
  const hashes = [leaf];
  for (let level = 0; bitAt(index, level) === 1; level += 1) {
    const left = source.subtree(level, index - 2 ** level);
    hashes.push(interiorHash(left, hashes[level] as Uint8Array));
  }
  return hashes;
}

/** The head of the tree over the first `size` leaves. */
export function rootOf(size: number, source: SubtreeSource): Uint8Array {
  return size === 0 ? sha256() : rangeHash(0, size, source);
}

/** The audit path of leaf `index` in the tree over `size` leaves (RFC 6962 §2.1.1). */
export function inclusionProof(index: number, size: number, source: SubtreeSource): readonly Uint8Array[] {
  if (index < 0 || index >= size) throw new RangeError('no such leaf');
  const path = (from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle
      ? [...path(from, middle), rangeHash(middle, to, source)]
      : [...path(middle, to), rangeHash(from, middle, source)];
  };
  return path(0, size);
}

/** The proof that the tree over `size` leaves goes on from the one over `earlier` (RFC 6962 §2.1.2). */
export function consistencyProof(earlier: number, size: number, source: SubtreeSource): readonly Uint8Array[] {
  if (earlier < 0 || earlier > size) throw new RangeError('no such trees');
  if (earlier === 0 || earlier === size) return [];
  const descend = (range: { readonly from: number; readonly to: number }, isWhole: boolean): Uint8Array[] => {
    const { from, to } = range;
    if (earlier === to) return isWhole ? [] : [rangeHash(from, to, source)];
    const middle = from + splitOf(to - from);
    return earlier <= middle
      ? [...descend({ from, to: middle }, isWhole), rangeHash(middle, to, source)]
      : [...descend({ from: middle, to }, false), rangeHash(from, middle, source)];
  };
  return descend({ from: 0, to: size }, true);
}

/** A tree's size and head. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** Whether `path` proves that `leaf` is number `index` of the tree (RFC 9162 §2.1.3.2); false on anything malformed. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  { path, head }: { readonly path: readonly Uint8Array[]; readonly head: TreeHead },
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= head.size) return false;
  let [position, last, hash] = [index, head.size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      hash = interiorHash(sibling, hash);
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)];
    } else hash = interiorHash(hash, sibling);
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && isEqual(hash, head.root);
}

/** Whether `proof` shows that the later tree goes on from the earlier one (RFC 9162 §2.1.4.2); false on anything malformed. */
export function isConsistent(earlier: TreeHead, later: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && isEqual(earlier.root, later.root);
  if (earlier.size === 0) return proof.length === 0 && isEqual(earlier.root, sha256());
  const steps = isPowerOfTwo(earlier.size) ? [earlier.root, ...proof] : [...proof];
  const first = steps.shift();
  if (first === undefined) return false;
  let [position, last] = [earlier.size - 1, later.size - 1];
  while (isOdd(position)) [position, last] = [half(position), half(last)];
  let [before, after] = [first, first];
  for (const step of steps) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      before = interiorHash(step, before);
      after = interiorHash(step, after);
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)];
    } else after = interiorHash(after, step);
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && isEqual(before, earlier.root) && isEqual(after, later.root);
}

/** The hash over the leaves from `from` to before `to`, as the recursion of RFC 6962 meets it: `from` is a multiple of its subtrees' sizes. */
function rangeHash(from: number, to: number, source: SubtreeSource): Uint8Array {
  const size = to - from;
  if (isPowerOfTwo(size)) return source.subtree(Math.log2(size), to - 1);
  const middle = from + splitOf(size);
  return interiorHash(rangeHash(from, middle, source), rangeHash(middle, to, source));
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

// By arithmetic, because bit operators end at 31 bits.
const bitAt = (value: number, level: number): number => Math.floor(value / 2 ** level) % 2;
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const isPowerOfTwo = (size: number): boolean => splitOf(size) * 2 === size || size === 1;

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

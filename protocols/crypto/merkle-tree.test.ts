import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import {
  completedBy,
  consistencyProof,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
  rootOf,
  type SubtreeSource,
} from './merkle-tree.ts';

/** The inputs and heads that implementations of Certificate Transparency test with. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function treeOf(leaves: readonly Uint8Array[]): SubtreeSource {
  const rows: (readonly Uint8Array[])[] = [];
  const source: SubtreeSource = { subtree: (level, last) => rows[last]?.[level] as Uint8Array };
  for (const [index, leaf] of leaves.entries()) rows.push(completedBy(index, leaf, source));
  return source;
}

const numbered = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => leafHash(String(index)));
const headOf = (size: number, source: SubtreeSource) => ({ size, root: rootOf(size, source) });
const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 5 ? byte ^ 1 : byte));

describe('the Merkle tree of RFC 6962', () => {
  it('has the heads that other implementations have', () => {
    const source = treeOf(LEAVES.map((hex) => leafHash(fromHex(hex))));
    expect(ROOTS.map((_, size) => toHex(rootOf(size, source)))).toEqual(ROOTS);
  });

  it('has the paths that other implementations have', () => {
    const source = treeOf(LEAVES.map((hex) => leafHash(fromHex(hex))));
    expect(inclusionProof(5, 8, source).map(toHex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencyProof(6, 8, source).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('proves every leaf of every size, and nothing else', () => {
    const leaves = numbered(40);
    const source = treeOf(leaves);
    for (let size = 1; size <= leaves.length; size += 1) {
      const head = headOf(size, source);
      for (let index = 0; index < size; index += 1) {
        const path = inclusionProof(index, size, source);
        const leaf = leaves[index] as Uint8Array;
        expect(isIncluded(leaf, index, { path, head })).toBe(true);
        expect(isIncluded(flipped(leaf), index, { path, head })).toBe(false);
        expect(isIncluded(leaf, index, { path: [...path, leaf], head })).toBe(false);
        if (size > 1) expect(isIncluded(leaf, (index + 1) % size, { path, head })).toBe(false);
      }
    }
  });

  it('proves that a tree goes on from an earlier one, and of no other', () => {
    const source = treeOf(numbered(40));
    for (let size = 0; size <= 40; size += 1) {
      for (let earlier = 0; earlier <= size; earlier += 1) {
        const [before, after] = [headOf(earlier, source), headOf(size, source)];
        const proof = consistencyProof(earlier, size, source);
        expect(isConsistent(before, after, proof)).toBe(true);
        expect(isConsistent({ ...before, root: flipped(before.root) }, after, proof)).toBe(false);
        expect(isConsistent(before, { ...after, root: flipped(after.root) }, proof)).toBe(earlier === 0 && size > 0);
        if (size > earlier) expect(isConsistent(after, before, proof)).toBe(false);
        if (proof.length > 0) expect(isConsistent(before, after, proof.slice(1))).toBe(false);
      }
    }
  });

  it('has another head when any leaf is changed, left out or put in', () => {
    const leaves = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(leaves, fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (made, at, other) => {
        const all: readonly Uint8Array[] = made;
        const index = at % all.length;
        const root = toHex(rootOf(all.length, treeOf(all)));
        const rootAfter = (start: number, remove: number, ...put: Uint8Array[]): string => {
          const changed = all.toSpliced(start, remove, ...put);
          return toHex(rootOf(changed.length, treeOf(changed)));
        };
        fc.pre(toHex(other) !== toHex(all[index] as Uint8Array));
        expect(rootAfter(index, 1, other)).not.toBe(root);
        expect(rootAfter(index, 1)).not.toBe(root);
        expect(rootAfter(index, 0, other)).not.toBe(root);
      }),
      { numRuns: 60 },
    );
  });
});

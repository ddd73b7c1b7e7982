import { describe, expect, it } from 'vitest';
import { completedBy, consistencyProof, leafHash, rootOf, type SubtreeSource } from '../crypto/merkle-tree.ts';
import { judgeTrail } from './witness.ts';

/** A tree over texts. */
function treeOf(texts: readonly string[]) {
  const rows: (readonly Uint8Array[])[] = [];
  const source: SubtreeSource = { subtree: (level, last) => rows[last]?.[level] as Uint8Array };
  for (const [index, text] of texts.entries()) rows.push(completedBy(index, leafHash(text), source));
  return {
    head: { size: texts.length, root: rootOf(texts.length, source) },
    from: (size: number) => consistencyProof(size, texts.length, source),
  };
}

const TEXTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

describe('a witness', () => {
  it('lets a trail go on that holds what it has countersigned', () => {
    const whole = treeOf(TEXTS);
    for (let size = 0; size <= TEXTS.length; size++) {
      const known = treeOf(TEXTS.slice(0, size)).head;
      expect(judgeTrail(known, { tree: whole.head, from: size, proof: whole.from(size) }), `from ${size}`).toBe(
        'goes-on',
      );
    }
  });

  it('believes the first trail that it is shown', () => {
    expect(judgeTrail(undefined, { tree: treeOf(TEXTS).head, from: 3, proof: [] })).toBe('goes-on');
  });

  it('asks again where the trail is shown from another place', () => {
    const whole = treeOf(TEXTS);
    expect(judgeTrail(treeOf(['a', 'b']).head, { tree: whole.head, from: 3, proof: whole.from(3) })).toBe(
      'other-place',
    );
  });

  it('notices one entry that was rewritten, left out or put in', () => {
    const known = treeOf(TEXTS.slice(0, 5)).head;
    const others = [
      ['a', 'B', 'c', 'd', 'e', 'f', 'g'],
      ['a', 'c', 'd', 'e', 'f', 'g'],
      ['a', 'a2', 'b', 'c', 'd', 'e', 'f', 'g'],
    ];
    for (const texts of others) {
      const other = treeOf(texts);
      expect(judgeTrail(known, { tree: other.head, from: 5, proof: other.from(5) })).toBe('rewritten');
    }
  });

  it('notices a trail that was cut off, wherever it says that it goes on from', () => {
    const short = treeOf(TEXTS.slice(0, 3));
    expect(judgeTrail(treeOf(TEXTS).head, { tree: short.head, from: 3, proof: [] })).toBe('shorter');
  });
});

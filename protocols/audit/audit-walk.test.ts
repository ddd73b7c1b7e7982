import { describe, expect, it } from 'vitest';
import { completedBy, rootOf } from '../crypto/merkle-tree.ts';
import { type AuditFacts, auditLeaf } from './audit-entry.ts';
import { AuditWalk, type WalkedEntry } from './audit-walk.ts';

const facts = (number: number): AuditFacts => ({
  at: 1_790_000_000_000 + number,
  login: 'awa',
  practitionerId: null,
  role: 'nurse',
  action: 'read',
  recordType: 'patient',
  recordId: `record-${number}`,
  patientId: `record-${number}`,
  purpose: 'TREAT',
  requestId: null,
  sourceAddress: '192.168.1.7',
  decision: 'permit',
  detail: null,
});

/** A trail as a store keeps it: each entry with what it completes. */
function trailOf(count: number, factsOf: (number: number) => AuditFacts = facts): WalkedEntry[] {
  const rows: (readonly Uint8Array[])[] = [];
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const hashes = completedBy(index, auditLeaf(number, factsOf(number)), {
      subtree: (level, last) => rows[last]?.[level] as Uint8Array,
    });
    rows.push(hashes);
    return { number, facts: factsOf(number), tree: Buffer.concat(hashes) };
  });
}

function headOf(trail: readonly WalkedEntry[], size: number) {
  const subtree = (level: number, last: number) =>
    new Uint8Array((trail[last] as { readonly tree: Uint8Array }).tree.subarray(level * 32, level * 32 + 32));
  return { size, root: rootOf(size, { subtree }) };
}

function walk(trail: readonly WalkedEntry[], { anchors = [] as ReturnType<typeof headOf>[], expected = 50 } = {}) {
  const going = new AuditWalk(anchors);
  for (const entry of trail) going.take(entry);
  return going.finish(expected);
}

const all = Array.from({ length: 50 }, (_, at) => at + 1);

describe('a walk over an audit trail', () => {
  it('finds nothing in a trail that nobody touched, and how much of it is anchored', () => {
    const trail = trailOf(50);
    const anchors = [headOf(trail, 7), headOf(trail, 32)];
    const verdict = walk(trail, { anchors });
    expect(verdict).toEqual({ entries: 50, head: headOf(trail, 50).root, anchored: 32, findings: [] });
    expect(walk([], { expected: 0 }).findings).toEqual([]);
  });

  it.each(all)('finds entry %i rewritten, taken away, or without its hashes, and nothing else', (number) => {
    const trail = trailOf(50);
    const at = number - 1;
    const entry = trail[at] as WalkedEntry;
    const rewritten = { ...entry, facts: { ...entry.facts, login: 'other' } };
    expect(walk(trail.with(at, rewritten)).findings).toEqual([{ entry: number, kind: 'rewritten' }]);
    expect(walk(trail.toSpliced(at, 1)).findings).toEqual([{ entry: number, kind: 'missing' }]);
    expect(walk(trail.with(at, { ...entry, tree: null })).findings[0]).toEqual({ entry: number, kind: 'inserted' });
  });

  it('finds entries put in: at the end past the count, and in between by the numbers that no longer fit', () => {
    const trail = trailOf(50);
    const [first] = trail as [WalkedEntry];
    expect(walk(trailOf(51)).findings).toEqual([{ entry: 51, kind: 'inserted' }]);
    const shifted = trail.toSpliced(20, 0, first).map((entry, at) => ({ ...entry, number: at + 1 }));
    expect(walk(shifted, { expected: 51 }).findings[0]).toEqual({ entry: 21, kind: 'rewritten' });
  });

  it('finds a hash over entries that is not theirs', () => {
    const trail = trailOf(50);
    const entry = trail[31] as { readonly tree: Uint8Array } & WalkedEntry;
    const tree = entry.tree.slice();
    tree[5 * 32] = (tree[5 * 32] as number) ^ 1;
    expect(walk(trail.with(31, { ...entry, tree })).findings).toContainEqual({ entry: 32, kind: 'tree' });
  });

  it('finds a trail that was written anew whole, by what was countersigned', () => {
    const anchors = [headOf(trailOf(50), 7), headOf(trailOf(50), 32)];
    const forged = trailOf(50, (number) => ({ ...facts(number), login: number === 20 ? 'other' : 'awa' }));
    expect(walk(forged)).toMatchObject({ findings: [] });
    expect(walk(forged, { anchors })).toMatchObject({ anchored: 7, findings: [{ entry: 8, kind: 'history' }] });
  });

  it('finds a trail shorter than what was countersigned, even where its own count was put right', () => {
    const anchors = [headOf(trailOf(50), 40)];
    expect(walk(trailOf(30), { anchors, expected: 30 }).findings).toEqual([{ entry: 31, kind: 'missing' }]);
  });
});

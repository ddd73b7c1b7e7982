import { describe, expect, it } from 'vitest';
import { growingLineage, standingOf } from './standing.ts';

const head = (fill: number) => new Uint8Array(32).fill(fill);
const chains = new Map([
  ['a', { lastSequence: 100, head: head(1) }],
  ['b', { lastSequence: 150, head: head(2) }],
]);
const parked = (incarnation: string, ...sequences: readonly number[]) =>
  sequences.map((sequence) => ({ incarnation, sequence, isLast: true }));

describe('what a node is told of its past', () => {
  it('is the newest incarnation that both know, and never more than the node has of it', () => {
    const lineage = [
      { incarnation: 'c', lastSequence: 160 },
      { incarnation: 'b', lastSequence: 150 },
    ];
    expect(standingOf(lineage, { chains, parked: [] })).toEqual({
      incarnation: 'b',
      upTo: 150,
      head: head(2),
      beyond: [],
    });
    const restored = standingOf([{ incarnation: 'a', lastSequence: 80 }], { chains, parked: [] });
    expect(restored).toMatchObject({ incarnation: 'a', upTo: 80, head: new Uint8Array(0) });
    expect(standingOf([{ incarnation: 'x', lastSequence: 3 }], { chains, parked: [] })).toBeNull();
    expect(standingOf([], { chains, parked: [] })).toBeNull();
  });

  it('names what is beyond a gap, but nothing that another copy of the disk wrote', () => {
    // The disk was put back to 120 after 130 to 132 had been sent, and goes on as `d`.
    const known = { chains, parked: [...parked('b', 130, 131, 132), ...parked('d', 125, 126, 140)] };
    const restored = growingLineage('d', [{ incarnation: 'b', lastSequence: 120 }]);
    expect(standingOf(restored, known)).toMatchObject({
      incarnation: 'b',
      upTo: 120,
      beyond: [
        { from: 125, to: 126 },
        { from: 140, to: 140 },
      ],
    });
    expect(
      standingOf([{ incarnation: 'd', lastSequence: 9 }], { chains: new Map(), parked: parked('d', 4) }),
    ).toMatchObject({
      incarnation: 'd',
      upTo: 0,
      beyond: [{ from: 4, to: 4 }],
    });
  });
});

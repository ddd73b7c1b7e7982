import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { decodeIncoming } from '@santehaggui/protocols/journal/follow-chain.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { clockRulings } from './clock-check.ts';
import { FakeNode } from './fake-node.ts';

beforeAll(() => sodiumReady());

const NOW = Date.UTC(2026, 10, 18);
const MINUTE = 60_000;

describe('rulings on clocks', () => {
  it('are one for each unbroken run of changes more than ten minutes ahead', () => {
    const node = new FakeNode('here');
    for (const minutes of [0, 11, 500_000, 10, 12, -60]) {
      node.create('patient', { familyName: 'Keïta', givenName: 'Salif' }, { clockMs: NOW + minutes * MINUTE });
    }
    const changes = decodeIncoming(node.node, node.changesAfter(0)).flatMap(({ change, encoded }) =>
      change === undefined ? [] : [{ change, encoded, head: null }],
    );
    const target = { node: node.node, incarnation: node.incarnation };
    const correctedTo = { ms: NOW, counter: 0 };
    expect(clockRulings(changes, NOW)).toEqual([
      { kind: 'clock-correction', target, from: 3, to: 4, correctedTo },
      { kind: 'clock-correction', target, from: 6, to: 6, correctedTo },
    ]);
  });
});

import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ChainKnowledge,
  type ChainOutcome,
  decodeIncoming,
  followChain,
  headKey,
  OutOfTurn,
  parentsOf,
} from './chain-check.ts';
import { FakeNode } from './fake-node.ts';

beforeAll(() => sodiumReady());

const PATIENT = { familyName: 'Keïta', givenName: 'Salif' };

function knowledgeOf(node: FakeNode, before?: ChainOutcome): ChainKnowledge {
  return {
    node: node.node,
    journalKey: node.journalKey,
    current: before?.current ?? null,
    chains: before?.chains ?? new Map(),
    headsAt: new Map(),
  };
}

function follow(node: FakeNode, from = 0, before?: ChainOutcome, limit = 1000): ChainOutcome {
  return followChain(knowledgeOf(node, before), decodeIncoming(node.node, node.changesAfter(from, limit)));
}

describe('a node’s chain', () => {
  it('is followed through openings of later incarnations to the head that the node has', () => {
    const node = new FakeNode('here');
    node.create('patient', PATIENT);
    node.restart();
    node.create('patient', PATIENT, { isLast: false });
    const outcome = follow(node);
    const chain = outcome.chains.get(node.incarnation);
    expect(chain?.head).toEqual(node.head());
    expect(chain).toMatchObject({ lastSequence: 4, completedSequence: 2 });
    expect(outcome).toMatchObject({ repeats: 0, forks: [], unreadable: [] });
    expect([...outcome.refusals]).toEqual([]);
  });

  it('tells repeats from what is new', () => {
    const node = new FakeNode('here');
    node.create('patient', PATIENT);
    const first = follow(node);
    node.create('patient', PATIENT);
    const second = follow(node, 0, first);
    expect(second.repeats).toBe(2);
    expect(second.fresh.map(({ change }) => change.sequence)).toEqual([3]);
  });

  it('takes no gap', () => {
    const node = new FakeNode('here');
    for (let index = 0; index < 3; index++) node.create('patient', PATIENT);
    expect(() => follow(node, 2)).toThrow(OutOfTurn);
    const first = follow(node, 0, undefined, 2);
    expect(() => follow(node, 3, first)).toThrow(OutOfTurn);
  });

  it('names a fork, and an opening whose parent’s head is not what is here', () => {
    const node = new FakeNode('here');
    node.create('patient', PATIENT);
    node.create('patient', PATIENT);
    const before = follow(node);
    const restored = node.restoredTo(2);
    restored.create('patient', PATIENT);
    const incoming = decodeIncoming(node.node, restored.changesAfter(2));
    expect(parentsOf(incoming)).toEqual([{ incarnation: node.incarnation, sequence: 2 }]);
    const head = before.fresh[1]?.head as Uint8Array;
    const known = { ...knowledgeOf(node, before), headsAt: new Map([[headKey(node.incarnation, 2), head]]) };
    const forked = followChain(known, incoming);
    expect(forked.forks).toEqual([restored.incarnation]);
    expect([...forked.refusals]).toEqual([]);
    expect(forked.chains.get(restored.incarnation)?.head).toEqual(restored.head());

    const altered = followChain(
      { ...known, headsAt: new Map([[headKey(node.incarnation, 2), new Uint8Array(32)]]) },
      incoming,
    );
    expect(altered.refusals.get(3)?.code).toBe('SH-X302');
    expect(altered.fresh).toHaveLength(2);
  });

  it('goes on over a change of an incarnation that was never opened', () => {
    const node = new FakeNode('here');
    node.create('patient', PATIENT);
    const stranger = new FakeNode('here', node.node);
    stranger.create('patient', PATIENT);
    stranger.create('patient', PATIENT);
    const before = follow(node);
    const [, , third] = stranger.changesAfter(0);
    const outcome = followChain(knowledgeOf(node, before), decodeIncoming(node.node, [third as never]));
    expect(outcome.refusals.get(3)?.code).toBe('SH-X301');
    expect(outcome.chains.get(stranger.incarnation)?.lastSequence).toBe(3);
  });
});

import { sodiumReady } from '@santehaggui/protocols/crypto/sodium.ts';
import {
  ChainFollower,
  type ChainKnowledge,
  type ChainOutcome,
  decodeIncoming,
  headKey,
  type IncomingChange,
  isParkedComplete,
  parentsOf,
} from '@santehaggui/protocols/journal/follow-chain.ts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
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
    parked: [],
  };
}

function followChain(knowledge: ChainKnowledge, incoming: readonly IncomingChange[]): ChainOutcome {
  const follower = new ChainFollower(knowledge);
  follower.take(incoming);
  return follower.outcome();
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

  it('parks what comes beyond a gap, and links it once the gap is closed, across openings too', () => {
    const node = new FakeNode('here');
    for (let index = 0; index < 3; index++) node.create('patient', PATIENT);
    node.restart();
    node.create('patient', PATIENT, { isLast: false });
    node.create('patient', PATIENT);
    const all = decodeIncoming(node.node, node.changesAfter(0));
    const last = all.length;
    const beyond = followChain(knowledgeOf(node), all.slice(last - 2));
    expect(beyond.parked.map(({ sequence, isLast }) => [sequence, isLast])).toEqual([
      [last - 1, false],
      [last, true],
    ]);
    expect(beyond.fresh.every(({ head }) => head === null)).toBe(true);
    expect(isParkedComplete(beyond.parked, node.incarnation, last - 1)).toBe(true);
    expect(isParkedComplete(beyond.parked.slice(0, 1), node.incarnation, last - 1)).toBe(false);

    const follower = new ChainFollower({ ...knowledgeOf(node), parked: beyond.parked });
    follower.take([...all.slice(0, last - 3), all[last - 1] as IncomingChange]);
    const run = follower.closing();
    expect(run).toEqual({ incarnation: node.incarnation, from: last - 1, to: last });
    follower.link(all.slice(last - 2));
    expect(follower.outcome().linked).toEqual([]);
    expect(follower.closing()).toBeUndefined();
    follower.take(all.slice(last - 3, last - 2));
    expect(follower.closing()).toEqual(run);
    follower.link(all.slice(last - 2));
    expect(follower.closing()).toBeUndefined();
    const outcome = follower.outcome();
    expect(outcome.linked.map(({ change }) => change.sequence)).toEqual([last - 1, last]);
    expect(outcome).toMatchObject({ repeats: 1, parked: [], forks: [], current: node.incarnation });
    expect(outcome.chains.get(node.incarnation)?.head).toEqual(node.head());
    expect([...outcome.refusals]).toEqual([]);
  });

  it('ends in the same heads, whatever the order in which the changes came', () => {
    const node = new FakeNode('here');
    for (let start = 0; start < 3; start++) {
      node.restart();
      for (let index = 0; index < 3; index++) node.create('patient', PATIENT, { isLast: index === 2 });
    }
    const all = decodeIncoming(node.node, node.changesAfter(0));
    fc.assert(
      fc.property(fc.shuffledSubarray([...all.keys()], { minLength: all.length }), (order) => {
        let known = knowledgeOf(node);
        let repeats = 0;
        for (const index of order) {
          const follower = new ChainFollower(known);
          follower.take([all[index] as IncomingChange, all[order[0] as number] as IncomingChange]);
          for (let run = follower.closing(); run !== undefined; run = follower.closing())
            follower.link(all.filter(({ position }) => position >= run.from && position <= run.to));
          const outcome = follower.outcome();
          repeats += outcome.repeats;
          const linked = new Set(outcome.linked.map(({ change }) => change.sequence));
          known = {
            ...known,
            current: outcome.current,
            chains: outcome.chains,
            parked: [...known.parked, ...outcome.parked].filter(({ sequence }) => !linked.has(sequence)),
          };
          expect(outcome.forks).toEqual([]);
          expect([...outcome.refusals]).toEqual([]);
        }
        expect(repeats).toBe(order.length);
        expect(known.parked).toEqual([]);
        expect(known.chains.get(node.incarnation)?.head).toEqual(node.head());
      }),
    );
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

  it('parks changes of an incarnation whose opening it has not seen, however far others went', () => {
    const node = new FakeNode('here');
    for (let index = 0; index < 6; index++) node.create('patient', PATIENT);
    const before = follow(node);
    const restored = node.restoredTo(2);
    for (let index = 0; index < 3; index++) restored.create('patient', PATIENT);
    const theirs = decodeIncoming(node.node, restored.changesAfter(2));
    const beyond = followChain(knowledgeOf(node, before), theirs.slice(2));
    expect(beyond.parked.map(({ sequence }) => sequence)).toEqual(theirs.slice(2).map(({ position }) => position));
    expect(beyond).toMatchObject({ forks: [], isBranching: false, current: node.incarnation });
    const head = before.fresh[1]?.head as Uint8Array;
    const headsAt = new Map([[headKey(node.incarnation, 2), head]]);
    const follower = new ChainFollower({ ...knowledgeOf(node, before), headsAt, parked: beyond.parked });
    expect(follower.closing()).toMatchObject({ incarnation: restored.incarnation });
    follower.link(theirs.slice(2));
    expect(follower.closing()).toBeUndefined();
    follower.take(theirs.slice(0, 2));
    follower.link(theirs.filter(({ position }) => position >= (follower.closing()?.from ?? Number.POSITIVE_INFINITY)));
    expect(follower.outcome()).toMatchObject({ forks: [restored.incarnation], parked: [], isBranching: true });
    expect(follower.outcome().chains.get(restored.incarnation)?.head).toEqual(restored.head());
  });
});

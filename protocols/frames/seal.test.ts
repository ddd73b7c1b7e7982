import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkKeysOfHub, linkKeysOfNode, sealKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import { decodeMessage, encodeMessage, frameTypeOf, MalformedMessage, type Message } from './messages.ts';
import { ForgedFrame, helloHeader, LiveLane, openHello, sealHello } from './seal.ts';

beforeAll(sodiumReady);

function link(seed: number) {
  const node = sealKeysFromSeed(new Uint8Array(32).fill(seed));
  const hub = sealKeysFromSeed(new Uint8Array(32).fill(200));
  return { node: linkKeysOfNode(node, hub.publicKey), hub: linkKeysOfHub(hub, node.publicKey) };
}

const nonce = new Uint8Array(16).fill(5);
const MESSAGES: readonly Message[] = [
  {
    kind: 'node-hello',
    nonce,
    lineage: [{ incarnation: 'aabbccddeeff', lastSequence: 12 }],
    feedReceived: 3,
    wallMs: 1_790_000_000_000,
    isClockTrusted: true,
  },
  { kind: 'hub-hello', nonce, received: { incarnation: 'aabbccddeeff', upTo: 9 }, wallMs: 1_790_000_000_001 },
  { kind: 'hub-hello', nonce, received: null, wallMs: 0 },
  {
    kind: 'changes',
    changes: [
      { position: 8, encoded: { meta: Uint8Array.of(1), fields: Uint8Array.of() } },
      { position: 9, encoded: { meta: Uint8Array.of(2), fields: Uint8Array.of(3) } },
    ],
  },
  { kind: 'ack', upTo: 9, head: new Uint8Array(8), refused: [{ position: 8, code: 'SH-X101' }], repeats: 1 },
  { kind: 'digest', ask: { level: 'records', type: 4, range: 200 }, at: { sequence: 9, feed: 2 }, entries: null },
  {
    kind: 'digest',
    ask: { level: 'ranges', type: 4 },
    at: { sequence: 9, feed: 2 },
    entries: [{ key: '7', count: 3, digest: nonce }],
  },
  {
    kind: 'digest',
    ask: { level: 'fields', record: 'a0000000-0000-8000-8000-000000000001' },
    at: { sequence: 9, feed: 2 },
    entries: [],
  },
  { kind: 'digest', ask: { level: 'types' }, at: { sequence: 0, feed: 0 }, entries: [] },
];
const seed = {
  nodeIncarnation: '010203040506',
  hubIncarnation: 'a1a2a3a4a5a6',
  nodeNonce: nonce,
  hubNonce: new Uint8Array(16),
};

describe('frames on the live lane', () => {
  it('carry every message both ways', () => {
    const { node, hub } = link(1);
    const [nodeLane, hubLane] = [new LiveLane(node, seed), new LiveLane(hub, seed)];
    for (const message of MESSAGES) {
      expect(decodeMessage(frameTypeOf(message), encodeMessage(message))).toEqual(message);
      if (message.kind === 'node-hello' || message.kind === 'hub-hello') continue;
      expect(hubLane.open(nodeLane.seal(message))).toEqual(message);
      expect(nodeLane.open(hubLane.seal(message))).toEqual(message);
    }
  });

  it('are refused when flipped anywhere, out of order, repeated, or of another node', () => {
    const ack = MESSAGES[4] as Message;
    const { node, hub } = link(1);
    const frame = new LiveLane(node, seed).seal(ack);
    for (let at = 0; at < frame.length; at++) {
      const flipped = Uint8Array.from(frame, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => new LiveLane(hub, seed).open(flipped)).toThrow(ForgedFrame);
    }
    const lane = new LiveLane(hub, seed);
    lane.open(frame);
    expect(() => lane.open(frame)).toThrow(ForgedFrame);
    expect(() => new LiveLane(hub, seed).open(new LiveLane(link(2).node, seed).seal(ack))).toThrow(ForgedFrame);
    expect(() => new LiveLane(hub, { ...seed, hubNonce: nonce }).open(frame)).toThrow(ForgedFrame);
  });

  it('begin with a HELLO that names and proves its node', () => {
    const { node, hub } = link(1);
    const header = { node: 0xabcdef, incarnation: '010203040506', counter: 65_535 };
    const frame = sealHello(header, MESSAGES[0] as Message, node.send);
    expect(helloHeader(frame)).toEqual(header);
    expect(openHello(frame, hub.receive)).toEqual(MESSAGES[0]);
    expect(() => openHello(sealHello(header, MESSAGES[0] as Message, link(2).node.send), hub.receive)).toThrow(
      ForgedFrame,
    );
    const renamed = Uint8Array.from(frame, (byte, index) => (index === 3 ? byte ^ 1 : byte));
    expect(() => openHello(renamed, hub.receive)).toThrow(ForgedFrame);
  });

  it('decode to an error that says malformed, whatever a stranger sends', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 5, 9), fc.uint8Array({ maxLength: 200 }), (type, body) => {
        try {
          decodeMessage(type, body);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

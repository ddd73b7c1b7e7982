import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkKeysOfHub, linkKeysOfNode, sealKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import type { Change } from '../journal/change.ts';
import { decodeChange, encodeChange } from '../journal/change-codec.ts';
import { ChangesCodec, NEWEST_MODEL } from './codec/codec.ts';
import {
  type Changes,
  decodeMessage,
  encodeMessage,
  frameTypeOf,
  type HubHello,
  MalformedMessage,
  type NodeHello,
  type PlainMessage,
} from './messages.ts';
import { ForgedFrame, helloHeader, LiveLane, laneContexts, openHello, sealHello } from './seal.ts';

beforeAll(sodiumReady);

function link(seed: number) {
  const node = sealKeysFromSeed(new Uint8Array(32).fill(seed));
  const hub = sealKeysFromSeed(new Uint8Array(32).fill(200));
  return { node: linkKeysOfNode(node, hub.publicKey), hub: linkKeysOfHub(hub, node.publicKey) };
}

const nonce = new Uint8Array(16).fill(5);
const MESSAGES: readonly PlainMessage[] = [
  {
    kind: 'node-hello',
    nonce,
    lineage: [{ incarnation: 'aabbccddeeff', lastSequence: 12 }],
    feedReceived: 3,
    wallMs: 1_790_000_000_000,
    isClockTrusted: true,
    newestModel: 1,
    late: [{ from: 4, to: 6 }],
  },
  {
    kind: 'hub-hello',
    nonce,
    received: { incarnation: 'aabbccddeeff', upTo: 9, beyond: [{ from: 11, to: 12 }] },
    wallMs: 1_790_000_000_001,
    newestModel: 2,
  },
  { kind: 'hub-hello', nonce, received: null, wallMs: 0, newestModel: 0 },
  {
    kind: 'ack',
    upTo: 9,
    head: new Uint8Array(8),
    refused: [{ position: 8, code: 'SH-X101' }],
    repeats: 1,
    beyond: [],
  },
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

const codec = new ChangesCodec();
const { up, down } = laneContexts({ node: 9, ...seed }, MESSAGES[0] as NodeHello, MESSAGES[1] as HubHello);
const UP = { codec, sending: up, receiving: down };
const DOWN = { codec, sending: down, receiving: up };

describe('frames on the live lane', () => {
  it('carry changes one frame after the other, each beginning where the last ended', () => {
    const { node, hub } = link(1);
    const [nodeLane, hubLane] = [new LiveLane(node, seed, UP), new LiveLane(hub, seed, DOWN)];
    const writing = { stampOf: () => undefined, model: NEWEST_MODEL };
    const sizes = [5000, 5001, 5002].map((sequence) => {
      const change: Change = {
        kind: 'record',
        origin: { node: 9, incarnation: '010203040506' },
        sequence,
        orderClock: { ms: 1_790_000_000_500 + sequence, counter: 0 },
        isClockTrusted: true,
        isLastOfTransaction: true,
        isCreate: false,
        recordId: 'a0000000-0000-8000-8000-000000000001',
        recordType: 1,
        author: null,
        role: 'nurse',
        writes: { 6: { kind: 'register', value: 'Sangha', base: null, authorised: true } },
      };
      const changes = [{ position: sequence, encoded: encodeChange(change) }];
      // A body that is not sent after all leaves no trace.
      nodeLane.prepare([{ position: 9000, encoded: encodeChange(change) }], writing);
      const frame = nodeLane.sealChanges(nodeLane.prepare(changes, writing));
      const opened = hubLane.open(frame) as Changes;
      expect(opened.changes.map(({ position, encoded }) => [position, decodeChange(encoded)])).toEqual([
        [sequence, change],
      ]);
      return frame.length;
    });
    expect(sizes[1]).toBeLessThan(sizes[0] as number);
  });

  it('carry every message both ways', () => {
    const { node, hub } = link(1);
    const [nodeLane, hubLane] = [new LiveLane(node, seed, UP), new LiveLane(hub, seed, DOWN)];
    for (const message of MESSAGES) {
      expect(decodeMessage(frameTypeOf(message), encodeMessage(message))).toEqual(message);
      if (message.kind === 'node-hello' || message.kind === 'hub-hello') continue;
      expect(hubLane.open(nodeLane.seal(message))).toEqual(message);
      expect(nodeLane.open(hubLane.seal(message))).toEqual(message);
    }
  });

  it('are refused when flipped anywhere, out of order, repeated, or of another node', () => {
    const ack = MESSAGES[3] as PlainMessage;
    const { node, hub } = link(1);
    const frame = new LiveLane(node, seed, UP).seal(ack);
    for (let at = 0; at < frame.length; at++) {
      const flipped = Uint8Array.from(frame, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => new LiveLane(hub, seed, DOWN).open(flipped)).toThrow(ForgedFrame);
    }
    const lane = new LiveLane(hub, seed, DOWN);
    lane.open(frame);
    expect(() => lane.open(frame)).toThrow(ForgedFrame);
    expect(() => new LiveLane(hub, seed, DOWN).open(new LiveLane(link(2).node, seed, UP).seal(ack))).toThrow(
      ForgedFrame,
    );
    expect(() => new LiveLane(hub, { ...seed, hubNonce: nonce }, DOWN).open(frame)).toThrow(ForgedFrame);
  });

  it('begin with a HELLO that names and proves its node', () => {
    const { node, hub } = link(1);
    const header = { node: 0xabcdef, incarnation: '010203040506', counter: 65_535 };
    const frame = sealHello(header, MESSAGES[0] as PlainMessage, node.send);
    expect(helloHeader(frame)).toEqual(header);
    expect(openHello(frame, hub.receive)).toEqual(MESSAGES[0]);
    expect(() => openHello(sealHello(header, MESSAGES[0] as PlainMessage, link(2).node.send), hub.receive)).toThrow(
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

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkKeysOfHub, linkKeysOfNode, sealKeysFromSeed, sodiumReady } from '../crypto/sodium.ts';
import { encodeChange } from '../journal/change-codec.ts';
import { ChangesCodec } from './codec/codec.ts';
import { ForgedFrame } from './seal.ts';
import { openShort, sealShortAck, sealShortChanges, shortBody, shortHeader } from './short-frames.ts';
import { PieceCollector, payloadOf, piecesOf, textOf, textRoom } from './short-pieces.ts';

beforeAll(() => sodiumReady());

const codec = new ChangesCodec();
const HEADER = { node: 7, incarnation: '010203040506', counter: 3 };
const ACK = {
  kind: 'ack',
  upTo: 0,
  head: new Uint8Array(),
  refused: [],
  repeats: 0,
  beyond: [{ from: 4, to: 9 }],
} as const;

function link() {
  const node = sealKeysFromSeed(new Uint8Array(32).fill(1));
  const hub = sealKeysFromSeed(new Uint8Array(32).fill(2));
  return { node: linkKeysOfNode(node, hub.publicKey), hub: linkKeysOfHub(hub, node.publicKey) };
}

function change(sequence: number) {
  const encoded = encodeChange({
    kind: 'record',
    origin: { node: 7, incarnation: '010203040506' },
    sequence,
    orderClock: { ms: 1_790_000_000_000, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    isCreate: true,
    recordId: '00000000-0000-8000-8000-000000000001',
    recordType: 1,
    author: null,
    role: 'nurse',
    writes: { '1': { kind: 'register', value: 'Traoré', base: null, authorised: true } },
  });
  return { position: sequence, encoded };
}

describe('a short frame', () => {
  it('decodes alone, in any order, at the other end of its link and nowhere else', () => {
    const { node, hub } = link();
    const frames = [12, 40, 41].map((sequence, index) => {
      const body = shortBody([change(sequence)], HEADER, { codec, stampOf: () => undefined });
      return sealShortChanges({ ...HEADER, counter: index }, body, node.send);
    });
    for (const [index, sequence] of [41, 12, 40, 12].entries()) {
      const frame = frames[[2, 0, 1, 0][index] as number] as Uint8Array;
      expect(shortHeader(frame).node).toBe(7);
      const opened = openShort(frame, { linkKey: hub.receive, codec });
      expect(opened).toMatchObject({ kind: 'changes', changes: [{ position: sequence }] });
    }
    expect(() => openShort(frames[0] as Uint8Array, { linkKey: node.receive, codec })).toThrow(ForgedFrame);
    const ack = sealShortAck(HEADER, ACK, hub.send);
    expect(openShort(ack, { linkKey: node.receive, codec })).toEqual({ kind: 'ack', ack: ACK });
  });

  it('is refused when anything of it was changed, and whatever else it is', () => {
    const { node, hub } = link();
    const frame = sealShortChanges(
      HEADER,
      shortBody([change(12)], HEADER, { codec, stampOf: () => undefined }),
      node.send,
    );
    const open = (bytes: Uint8Array) => openShort(bytes, { linkKey: hub.receive, codec });
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Uint8Array.from(frame);
        altered[at] = (altered[at] as number) ^ flip;
        expect(() => open(altered)).toThrow(ForgedFrame);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(() => open(noise)).toThrow(ForgedFrame);
      }),
    );
  });

  it('comes back from pieces and texts in any order, and pieces of different frames never mix', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 1200 }),
        fc.uint8Array({ minLength: 200, maxLength: 400 }),
        fc.nat(),
        (one, two, seed) => {
          fc.pre(one[0] !== 0x0f && two[0] !== 0x0f);
          const room = textRoom();
          const texts = [...piecesOf(one, 1, room), ...piecesOf(two, 2, room)].map(textOf);
          for (const text of texts) expect(text.length).toBeLessThanOrEqual(160);
          const collector = new PieceCollector();
          const order = texts.toSorted((a, b) => ((a.length * 7919 + seed) % 13) - ((b.length * 7919 + seed) % 13));
          const frames = order.flatMap((text) => collector.take('+223', payloadOf(text) as Uint8Array, 0) ?? []);
          expect(frames.map((frame) => Buffer.from(frame).toString('hex')).sort()).toEqual(
            [one, two].map((frame) => Buffer.from(frame).toString('hex')).sort(),
          );
        },
      ),
    );
    expect(payloadOf('Bonjour')).toBeUndefined();
    expect(() => piecesOf(new Uint8Array(5000), 1, 133)).toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, frameTypeOf, MalformedMessage, type PlainMessage } from './messages.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const HUB_HELLO = { kind: 'hub-hello', nonce: new Uint8Array(16), received: null, wallMs: 7, newestModel: 1 } as const;
const NODE_HELLO = {
  kind: 'node-hello',
  nonce: new Uint8Array(16),
  lineage: [],
  feedReceived: 4,
  wallMs: 7,
  isClockTrusted: true,
  newestModel: 1,
  unacknowledged: 3,
  late: [],
} as const;

describe('messages after a restoration', () => {
  it.each<PlainMessage>([
    { kind: 'offer', upTo: 9, isLast: false, changes: [{ meta: bytes(1, 2), fields: bytes(3) }] },
    { kind: 'offer', upTo: 0, isLast: true, changes: [] },
    { kind: 'offered', upTo: 9 },
    HUB_HELLO,
    { ...HUB_HELLO, feed: { generation: '0102030405ff', upTo: 12, wantsOffer: true } },
    NODE_HELLO,
    { ...NODE_HELLO, feedGeneration: '0102030405ff' },
    { ...NODE_HELLO, late: [{ from: 3, to: 4 }], feedGeneration: '0102030405ff' },
  ])('come back as they were sent: $kind', (message) => {
    expect(decodeMessage(frameTypeOf(message), encodeMessage(message))).toMatchObject(message);
  });

  it('are refused when they are none', () => {
    const { kind: _, ...rest } = NODE_HELLO;
    const hello = encodeMessage({ kind: 'node-hello', ...rest });
    expect(() => decodeMessage(9, hello)).toThrow(MalformedMessage);
    expect(() => decodeMessage(10, encodeMessage({ kind: 'offer', upTo: 1, isLast: true, changes: [] }))).not.toThrow();
    expect(() => decodeMessage(9, encodeMessage({ kind: 'offered', upTo: 1 }))).toThrow(MalformedMessage);
  });
});

import { describe, expect, it } from 'vitest';
import { stampOf } from '../journal/stamp.ts';
import { decodeMessage, encodeMessage, frameTypeOf, MalformedMessage, type PlainMessage } from './messages.ts';
import { MAX_REPAIRED } from './repair-messages.ts';

const RECORD = 'aa000000-0000-8000-8000-000000000000';
const STAMP = stampOf({ node: 7, incarnation: '0a0b0c0d0e0f' }, 12);
const CHANGE = { meta: Uint8Array.of(1, 2), fields: Uint8Array.of(3) };
const AT = { sequence: 9, feed: 4 };

const MESSAGES: readonly PlainMessage[] = [
  { kind: 'repair', records: [RECORD], wants: [STAMP], names: [], gives: [CHANGE] },
  {
    kind: 'repaired',
    changes: [CHANGE],
    missing: [{ incarnation: '0a0b0c0d0e0f', from: 3, to: 5 }],
    changesMended: 2,
    recordsMended: 1,
  },
  { kind: 'loading', patients: 20_000, left: 19_200, records: 280_000 },
  { kind: 'digest', ask: { level: 'proof', digest: 'ab'.repeat(16) }, at: AT, entries: null },
  { kind: 'digest', ask: { level: 'differing', types: [{ type: 1, records: 3 }] }, at: AT, entries: null },
  {
    kind: 'digest',
    ask: { level: 'journal' },
    at: AT,
    entries: [{ key: '170', count: 2, digest: new Uint8Array(16) }],
  },
  { kind: 'digest', ask: { level: 'histories', range: 170 }, at: AT, entries: [] },
  { kind: 'digest', ask: { level: 'changes', record: RECORD }, at: AT, entries: [] },
];

describe('the messages of comparing and mending', () => {
  it('come back as they were sent', () => {
    for (const message of MESSAGES)
      expect(decodeMessage(frameTypeOf(message), encodeMessage(message))).toEqual(message);
  });

  it('are refused with more in them than is mended at once', () => {
    const gives = Array.from({ length: MAX_REPAIRED + 1 }, () => CHANGE);
    const body = encodeMessage({ kind: 'repair', records: [], wants: [], names: [], gives });
    expect(() => decodeMessage(11, body)).toThrow(MalformedMessage);
  });
});

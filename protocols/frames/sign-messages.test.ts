import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../cbor.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import { decodeMessage, encodeMessage, FRAME_TYPE, MalformedMessage, type PlainMessage } from './messages.ts';
import { NO_FAULTS, type Sign, type Signed } from './sign-messages.ts';

const VECTORS = join(import.meta.dirname, '../../fixtures/vectors/sign-frames.json');
const checkpoint = { bytes: Uint8Array.of(1, 2, 3), signature: new Uint8Array(64).fill(4) };
const word = { at: 1_795_000_000_000, signature: new Uint8Array(64).fill(5) };
const hash = new Uint8Array(32).fill(6);
const SIGN: Sign = { kind: 'sign', checkpoint, from: 7, proof: [hash, hash], faults: NO_FAULTS, witnessed: 9 };
const SIGNED: Signed = {
  kind: 'signed',
  verdict: { result: 'countersigned', countersignature: word },
  known: 12,
  faults: { entry: 3, consents: 1 },
  trail: { checkpoint, from: 9, proof: [hash] },
};
const MESSAGES: readonly PlainMessage[] = [
  SIGN,
  SIGNED,
  { ...SIGNED, verdict: { result: 'behind' }, trail: null },
  { ...SIGNED, verdict: { result: 'refused' }, checkpoint },
  { kind: 'witnessed', entries: 20, countersignature: word },
  { kind: 'witnessed', entries: 20, countersignature: null },
];

describe('a SIGN frame', () => {
  it.each(MESSAGES)('says what was said: $kind', (message) => {
    expect(decodeMessage(FRAME_TYPE.sign, encodeMessage(message))).toEqual(message);
  });

  it('has the bytes of its golden vectors, which never change', () => {
    const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as readonly string[];
    expect(MESSAGES.map((message) => toHex(encodeMessage(message)))).toEqual(vectors);
    expect(vectors.map((body) => decodeMessage(FRAME_TYPE.sign, fromHex(body)))).toEqual(MESSAGES);
  });

  it.each([
    ['another tag', [3, 0, null]],
    ['a short signature', [2, 1, 5, new Uint8Array(63)]],
    ['a hash that is none', [0, checkpoint.bytes, checkpoint.signature, 0, [new Uint8Array(31)], 0, 0, 0]],
    ['a countersignature that is missing', [1, 0, 0, null, 0, 0, 0, null]],
    ['a refusal with a countersignature', [1, 2, 5, word.signature, 0, 0, 0, null]],
    ['a verdict that nobody knows', [1, 3, 0, null, 0, 0, 0, null]],
    [
      'a proof longer than any tree',
      [0, checkpoint.bytes, checkpoint.signature, 0, Array.from({ length: 107 }, () => hash), 0, 0, 0],
    ],
  ])('is refused with %s', (_, parts) => {
    expect(() => decodeMessage(FRAME_TYPE.sign, encodeCbor(parts))).toThrow(MalformedMessage);
  });
});

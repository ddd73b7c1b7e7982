import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../cbor.ts';
import { fromHex, fromUuid, toHex } from '../crypto/bytes.ts';
import { MAX_CONTENT_BYTES } from '../documents/content-type.ts';
import { type BlobMessage, MAX_PIECE_BYTES } from './blob-messages.ts';
import { decodeMessage, encodeMessage, FRAME_TYPE, MalformedMessage } from './messages.ts';

const VECTORS = join(import.meta.dirname, '../../fixtures/vectors/blob-frames.json');
const record = 'a0000000-0000-8000-8000-000000000001';
const MESSAGES: readonly BlobMessage[] = [
  { kind: 'blob-piece', record, offset: 0, size: 3, bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'blob-piece', record, offset: 70_000, size: MAX_CONTENT_BYTES, bytes: new Uint8Array(16).fill(7) },
  { kind: 'blob-have', record, upTo: 70_016 },
  { kind: 'blob-have', record, upTo: 0, refusal: 'unknown' },
  { kind: 'blob-have', record, upTo: 0, refusal: 'differs' },
  { kind: 'blob-ask', record, offset: 512, pieceBytes: 1024 },
  { kind: 'blob-absent', record },
  { kind: 'blob-ready', record },
  { kind: 'blob-have', record, upTo: 70_000, refusal: 'later' },
];

describe('a BLOB frame', () => {
  it.each(MESSAGES)('says what was said: $kind', (message) => {
    expect(decodeMessage(FRAME_TYPE.blob, encodeMessage(message))).toEqual(message);
  });

  it('has the bytes of its golden vectors, which never change', () => {
    const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as readonly string[];
    expect(MESSAGES.map((message) => toHex(encodeMessage(message)))).toEqual(vectors);
    expect(vectors.map((body) => decodeMessage(FRAME_TYPE.blob, fromHex(body)))).toEqual(MESSAGES);
  });

  const id = fromUuid(record);
  it.each([
    ['another tag', [5, id]],
    ['a short id', [4, id.subarray(1)]],
    ['no bytes', [0, id, 0, 3, new Uint8Array(0)]],
    ['more bytes than a piece may have', [0, id, 0, MAX_CONTENT_BYTES, new Uint8Array(MAX_PIECE_BYTES + 1)]],
    ['more bytes than the content', [0, id, 2, 3, new Uint8Array(2)]],
    ['content larger than any', [0, id, 0, MAX_CONTENT_BYTES + 1, new Uint8Array(2)]],
    ['a text for bytes', [0, id, 0, 3, 'abc']],
    ['a refusal that nobody knows', [1, id, 0, 3]],
    ['pieces of nothing', [2, id, 0, 0]],
    ['pieces too large', [2, id, 0, MAX_PIECE_BYTES + 1]],
  ])('is refused with %s', (_, parts) => {
    expect(() => decodeMessage(FRAME_TYPE.blob, encodeCbor(parts))).toThrow(MalformedMessage);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StampParts } from './change-shape.ts';
import { ChangesCodec } from './codec.ts';
import type { FrameContext } from './frame-memory.ts';

type Vector = {
  readonly context: FrameContext;
  readonly stamps: Readonly<Record<string, StampParts>>;
  readonly body: string;
  readonly changes: readonly { readonly position: number; readonly meta: string; readonly fields: string }[];
};

const FOLDER = join(import.meta.dirname, '../../../fixtures/vectors');
const released = readdirSync(FOLDER)
  .filter((name) => name.startsWith('changes-model-'))
  .map(
    (name) =>
      JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as {
        readonly model: number;
        readonly frames: readonly Vector[];
      },
  );
const codec = new ChangesCodec();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the golden vectors of released models', () => {
  it.each(released)('still decode and encode as they did, model $model', ({ model, frames }) => {
    expect(frames.length).toBeGreaterThan(3);
    for (const { context, stamps, body, changes } of frames) {
      const decoded = codec.decode(Buffer.from(body, 'hex'), context).changes;
      expect(
        decoded.map(({ position, encoded }) => ({ position, meta: hex(encoded.meta), fields: hex(encoded.fields) })),
      ).toEqual(changes);
      const again = codec.encode(decoded, { context, stampOf: (id) => stamps[id], model });
      expect(hex(again.body)).toBe(body);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLines } from './admin-stream.ts';

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncIterable<Buffer> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  for (const [index, place] of places.slice(1).entries()) yield bytes.subarray(places[index], place);
}

describe('NDJSON', () => {
  it('is read the same wherever the pieces are cut, in the middle of a letter too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ name: fc.string({ unit: 'grapheme' }), done: fc.nat() }), { minLength: 1 }),
        fc.array(fc.nat()),
        fc.boolean(),
        async (values, cuts, isEnded) => {
          const text = values.map((value) => JSON.stringify(value)).join('\n') + (isEnded ? '\n' : '');
          expect(await Array.fromAsync(jsonLines(pieces(Buffer.from(text), cuts)))).toEqual(values);
        },
      ),
    );
  });

  it('refuses a line that is not JSON', async () => {
    await expect(Array.fromAsync(jsonLines(pieces(Buffer.from('{"a":1}\n{"b":'), [])))).rejects.toThrow(SyntaxError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EVIDENCE_CHARACTERS, readSignature, writeSignature } from './signature.ts';

const point = fc.record({ x: fc.integer({ min: 0, max: 255 }), y: fc.integer({ min: 0, max: 127 }) });

describe('a signature', () => {
  it('comes back stroke by stroke, each where it was drawn, and fits into 2,048 characters for a long name', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(point, { minLength: 2, maxLength: 90 }), { minLength: 1, maxLength: 4 }),
        (strokes) => {
          const read = readSignature(writeSignature(strokes));
          fc.pre(read !== undefined);
          for (const [index, stroke] of strokes.entries()) {
            expect(read?.[index]?.[0]).toEqual(stroke[0]);
            expect(read?.[index]?.at(-1)).toEqual(stroke.at(-1));
            for (const drawn of stroke) expect(read?.[index]).toContainEqual(drawn);
          }
        },
      ),
    );
    const name = Array.from({ length: 4 }, () =>
      Array.from({ length: 180 }, (_, at) => ({ x: at, y: (at * 7) % 100 })),
    );
    expect(writeSignature(name).length).toBeLessThanOrEqual(MAX_EVIDENCE_CHARACTERS);
  });

  it('is no dot, no other text, nothing cut off and nothing off the pad', () => {
    const good = writeSignature([
      [
        { x: 0, y: 0 },
        { x: 100, y: 60 },
      ],
    ]);
    expect(readSignature(good)).toHaveLength(1);
    expect(
      readSignature(
        writeSignature([
          [
            { x: 5, y: 5 },
            { x: 6, y: 6 },
          ],
        ]),
      ),
    ).toBeUndefined();
    for (const bad of ['', 's1:', 's1:!!!!', good.slice(0, -3), good.replace('s1', 's2'), `s1:${'A'.repeat(2100)}`])
      expect(readSignature(bad), bad).toBeUndefined();
    expect(readSignature(`s1:${Buffer.from([2, 200, 100, 127, 60]).toString('base64url')}`)).toBeUndefined();
  });
});

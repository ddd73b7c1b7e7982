import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES, MalformedMessage } from './messages.ts';
import { framesOfOneBody, POSTED, packFrames, unpackFrames } from './posted-frames.ts';

describe('posted frames', () => {
  it('come out of a body as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (frames) => {
        const unpacked = unpackFrames(packFrames(frames)).map((frame) => [...frame]);
        expect(unpacked).toEqual(frames.map((frame) => [...frame]));
      }),
    );
  });

  it('are refused when the body is cut anywhere but between two of them', () => {
    const frames = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(4)];
    const body = packFrames(frames);
    const whole = new Set([0, 7, 11, body.length]);
    for (let cut = 0; cut <= body.length; cut++) {
      if (whole.has(cut)) expect(() => unpackFrames(body.subarray(0, cut))).not.toThrow();
      else expect(() => unpackFrames(body.subarray(0, cut))).toThrow(MalformedMessage);
    }
  });

  it('never throw anything else, whatever a stranger posts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        try {
          unpackFrames(body);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
  });

  it('are spread over several bodies when they are large, the largest frame fitting one', () => {
    const large = new Uint8Array(MAX_FRAME_BYTES);
    expect(packFrames([large]).length).toBeLessThanOrEqual(POSTED.maxBodyBytes);
    expect(framesOfOneBody([large, Uint8Array.of(1)])).toHaveLength(2);
    expect(framesOfOneBody([large, large])).toEqual([large]);
    expect(framesOfOneBody([])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { qrLines } from './qr-code.ts';

describe('a QR code on a terminal', () => {
  it('is drawn two rows a line, with a light border', () => {
    const lines = qrLines('Sangha');
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([25]));
    expect(lines.length).toBe(13);
    expect(lines[0]).toBe('█'.repeat(25));
    expect(lines[1]?.startsWith('██ ▄▄▄▄▄ █')).toBe(true);
  });
});

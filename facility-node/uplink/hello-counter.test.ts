import { describe, expect, it } from 'vitest';
import { HelloCounter } from './hello-counter.ts';

describe('HelloCounter', () => {
  it('never gives a counter twice under one incarnation, and goes on with another when they are used up', () => {
    let made = 0;
    const counter = new HelloCounter('0a0b0c0d0e0f', (count) => new Uint8Array(count).fill(++made));
    const seen = new Set<string>();
    for (let n = 0; n < 65_536 + 3; n++) {
      const { incarnation, helloCounter } = counter.next();
      expect(helloCounter).toBeLessThanOrEqual(0xffff);
      seen.add(`${incarnation} ${helloCounter}`);
    }
    expect(seen.size).toBe(65_539);
    expect(counter.next()).toEqual({ incarnation: '010101010101', helloCounter: 3 });
  });
});

import { describe, expect, it } from 'vitest';
import { HelloCounter } from './hello-counter.ts';

describe('the hub’s HELLO counters', () => {
  it('count for each node by itself and take a fresh incarnation when 16 bits are used up', () => {
    const counter = new HelloCounter('0000000000aa', (count) => new Uint8Array(count).fill(0xbb));
    expect(counter.next(7)).toEqual({ node: 0, incarnation: '0000000000aa', counter: 0 });
    expect(counter.next(8)).toEqual({ node: 0, incarnation: '0000000000aa', counter: 0 });
    for (let index = 1; index < 0xffff; index++) counter.next(7);
    expect(counter.next(7)).toEqual({ node: 0, incarnation: '0000000000aa', counter: 0xffff });
    expect(counter.next(7)).toEqual({ node: 0, incarnation: 'bbbbbbbbbbbb', counter: 0 });
  });
});

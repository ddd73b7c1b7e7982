import { describe, expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

describe('a turnstile', () => {
  it('lets so many in at once, the others in their order, and refuses who would wait behind too many', async () => {
    const turnstile = new Turnstile({ atOnce: 2, waiting: 3 });
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (number: number) =>
      turnstile.pass(async () => {
        begun.push(number);
        await new Promise<void>((end) => ends.push(end));
        return number;
      });
    const all = [1, 2, 3, 4, 5].map(work);
    await expect(work(6)).rejects.toMatchObject({ code: 'SH-A005', status: 429 });
    expect(begun).toEqual([1, 2]);
    for (let turn = 0; turn < 5; turn++) {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
      expect(begun.length).toBe(Math.min(3 + turn, 5));
    }
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
  });

  it('hands the place on after work that failed', async () => {
    const turnstile = new Turnstile({ atOnce: 1, waiting: 1 });
    const failing = turnstile.pass(() => Promise.reject(new RangeError('no')));
    const next = turnstile.pass(async () => 'in');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('in');
    expect(await turnstile.pass(async () => 'again')).toBe('again');
  });
});

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ChallengeBook } from './challenge-book.ts';

describe('a challenge', () => {
  it('serves once, for its purpose, within five minutes', async () => {
    const clock = new FakeClock();
    const book = new ChallengeBook(clock);
    const [first, second] = [book.open('sign-in'), book.open('sign-in')];
    expect(Buffer.from(first, 'base64url')).toHaveLength(32);
    expect(book.take('unlock', first)).toBe(false);
    expect([book.take('sign-in', first), book.take('sign-in', first)]).toEqual([true, false]);
    expect(book.take('sign-in', `${second.slice(0, 20)}${second[20] === 'A' ? 'B' : 'A'}${second.slice(21)}`)).toBe(
      false,
    );
    expect(new ChallengeBook(clock).take('sign-in', second)).toBe(false);
    await clock.advance(5 * 60_000);
    expect(book.take('sign-in', second)).toBe(false);
    const late = book.open('sign-in');
    await clock.advance(5 * 60_000 - 1);
    expect([book.take('sign-in', late), book.take('sign-in', late)]).toEqual([true, false]);
  });

  it('is good however many others were asked for meanwhile, and was handed out to nobody else', () => {
    const book = new ChallengeBook(new FakeClock());
    const one = book.open('sign-in');
    const others = Array.from({ length: 5000 }, () => book.open('sign-in'));
    expect(new Set([one, ...others]).size).toBe(5001);
    expect(book.take('sign-in', one)).toBe(true);
  });

  it.each(['', 'AAAA', 'A'.repeat(43), '\u0000', 'é'.repeat(43)])('is not %j', (text) => {
    expect(new ChallengeBook(new FakeClock()).take('sign-in', text)).toBe(false);
  });
});

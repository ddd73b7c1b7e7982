import { describe, expect, it } from 'vitest';
import { memoryLimiters } from '../limits/limiter.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { BoundCodes } from './bound-codes.ts';
import { CodeSender, type SendCode } from './code-sender.ts';

const another = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const opened = () => {
  const clock = new FakeClock();
  const sent: string[] = [];
  const send: SendCode = async (to, { text }) => {
    if (to === 'nobody') throw new Error('not taken');
    sent.push(text);
  };
  const sender = new CodeSender({ purpose: 'test', send, make: memoryLimiters });
  const codes = new BoundCodes({ clock, sender });
  const ask = async (binding: string, to = binding): Promise<string> => {
    await codes.send(binding, to, (code) => code);
    return sent.at(-1) as string;
  };
  return { clock, codes, ask, sent };
};

describe('a code', () => {
  it('is six digits, says yes to what it was asked for and to nothing else, and serves once', async () => {
    const { codes, ask } = opened();
    const code = await ask('a');
    expect(code).toMatch(/^\d{6}$/);
    await ask('b');
    expect(codes.prove('b', code)).toBe(false);
    expect(codes.prove('c', code)).toBe(false);
    expect(codes.prove('a', another(code))).toBe(false);
    expect(codes.prove('a', code)).toBe(true);
    expect(codes.prove('a', code)).toBe(false);
  });

  it('is good for ten minutes by a clock that runs, for five attempts, and until the next', async () => {
    const { clock, codes, ask } = opened();
    const late = await ask('late');
    await clock.advance(10 * 60_000);
    expect(codes.prove('late', late)).toBe(false);
    const early = await ask('early');
    clock.setNow(clock.now() - 1);
    expect(codes.prove('early', early)).toBe(false);
    const guessed = await ask('guessed');
    for (let attempt = 0; attempt < 5; attempt++) expect(codes.prove('guessed', another(guessed))).toBe(false);
    expect(codes.prove('guessed', guessed)).toBe(false);
    const first = await ask('again');
    const second = await ask('again');
    expect([first === second, codes.prove('again', second)]).toEqual([expect.any(Boolean), true]);
    expect(codes.prove('again', first)).toBe(false);
  });

  it('is sent three times an hour to one number, and no longer good for being refused', async () => {
    const { codes, ask } = opened();
    for (let index = 0; index < 3; index++) await ask(`x${index}`, '+22376000001');
    await expect(ask('x4', '+22376000001')).rejects.toMatchObject({ code: 'SH-A005' });
    await ask('x5', '+22376000002');
    await expect(ask('x6', 'nobody')).rejects.toThrow('not taken');
    expect(codes.prove('x6', '000000')).toBe(false);
  });
});

import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { ATTEMPTS, untilItGoes } from './until-it-goes.ts';

const hurried: Clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
const { signal } = new AbortController();

function failing(times: number, error: Error) {
  let calls = 0;
  const work = async (): Promise<number> => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { work, calls: () => calls };
}

describe('something done over a bad link', () => {
  it('is done again until it goes', async () => {
    const { work } = failing(5, failRuntime('SH-T002'));
    expect(await untilItGoes(work, { clock: hurried, signal })).toBe(6);
  });

  it('is given up at last, with the last error', async () => {
    const { work, calls } = failing(1000, failRuntime('SH-T002'));
    await expect(untilItGoes(work, { clock: hurried, signal })).rejects.toMatchObject({ code: 'SH-T002' });
    expect(calls()).toBe(ATTEMPTS);
  });

  it('is not repeated for an error that will not pass, nor after the signal', async () => {
    const refused = failing(1, failRuntime('SH-A002'));
    await expect(untilItGoes(refused.work, { clock: hurried, signal })).rejects.toMatchObject({ code: 'SH-A002' });
    expect(refused.calls()).toBe(1);
    const over = failing(0, failRuntime('SH-T002'));
    const reason = new Error('enough');
    const aborted = { clock: hurried, signal: AbortSignal.abort(reason) };
    await expect(untilItGoes(over.work, aborted)).rejects.toBe(reason);
    expect(over.calls()).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { backoff } from './backoff.ts';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  it('sleeps, and wakes with the reason of the signal', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(5);
    expect(systemClock.monotonic()).toBeGreaterThan(before);
    const reason = new Error('enough');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('the fake clock', () => {
  it('wakes sleepers in the order of their times, each at its own time', async () => {
    const clock = new FakeClock(1000);
    const woken: [string, number][] = [];
    void clock.sleep(30).then(() => woken.push(['late', clock.now()]));
    void clock.sleep(10).then(async () => {
      woken.push(['early', clock.now()]);
      await clock.sleep(5);
      woken.push(['again', clock.now()]);
    });
    await clock.advance(20);
    expect(woken).toEqual([
      ['early', 1010],
      ['again', 1015],
    ]);
    await clock.advance(10);
    expect(woken[2]).toEqual(['late', 1030]);
    expect(clock.sleeping).toBe(0);
  });

  it('forgets a sleeper whose signal aborts', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const sleep = clock.sleep(10, controller.signal);
    controller.abort('enough');
    await expect(sleep).rejects.toBe('enough');
    expect(clock.sleeping).toBe(0);
    await expect(clock.sleep(10, controller.signal)).rejects.toBe('enough');
  });

  it('steps the wall clock without moving the monotonic one', async () => {
    const clock = new FakeClock(5000);
    await clock.advance(10);
    clock.setNow(0);
    expect([clock.now(), clock.monotonic()]).toEqual([0, 10]);
  });
});

describe('backoff', () => {
  it('draws each wait from 0 to a ceiling that grows up to the longest, and starts again on reset', () => {
    const highest = backoff({ initialMs: 100, maxMs: 1000, factor: 3 }, () => 0.999_999);
    expect([highest.next(), highest.next(), highest.next(), highest.next()]).toEqual([99, 299, 899, 999]);
    highest.reset();
    expect(highest.next()).toBe(99);
    expect(backoff({ initialMs: 100, maxMs: 1000 }, () => 0).next()).toBe(0);
  });

  it('stays at the longest wait however often it failed', () => {
    const tired = backoff({ initialMs: 1, maxMs: 1000 }, () => 0.5);
    for (let failures = 0; failures < 3000; failures += 1) tired.next();
    expect(tired.next()).toBe(500);
  });
});

import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { Timekeeper } from './timekeeper.ts';

const DAY_MS = 24 * 3600 * 1000;
const noon = Date.UTC(2026, 5, 1, 12);
const zero = { ms: 0, counter: 0 };

describe('Timekeeper', () => {
  it('believes a battery-backed clock after days without power', () => {
    const clock = new FakeClock(noon);
    const keeper = new Timekeeper({ clock, hasRtc: true, stored: { floorMs: noon - 3 * DAY_MS, orderClock: zero } });
    expect(keeper.next()).toEqual({ clock: { ms: noon, counter: 0 }, trusted: true });
  });

  it('goes on from the floor when a clock without battery starts in 1970, and again from the hub’s time', async () => {
    const clock = new FakeClock(0);
    const keeper = new Timekeeper({ clock, hasRtc: false, stored: { floorMs: noon, orderClock: zero } });
    await clock.advance(60_000);
    expect(keeper.next()).toEqual({ clock: { ms: noon + 60_000, counter: 0 }, trusted: false });
    clock.setNow(noon + DAY_MS);
    expect(keeper.isTrusted()).toBe(false);
    keeper.provenBy(noon + DAY_MS);
    expect(keeper.isTrusted()).toBe(true);
    expect(keeper.next()).toEqual({ clock: { ms: noon + DAY_MS, counter: 0 }, trusted: true });
  });

  it('orders after what it received, but not after a clock that ran away', () => {
    const clock = new FakeClock(noon);
    const keeper = new Timekeeper({ clock, hasRtc: true, stored: { floorMs: noon, orderClock: zero } });
    keeper.observe({ ms: noon + 5000, counter: 7 });
    expect(keeper.next().clock).toEqual({ ms: noon + 5000, counter: 8 });
    keeper.observe({ ms: noon + DAY_MS, counter: 0 });
    expect(keeper.next().clock).toEqual({ ms: noon + 5000, counter: 9 });
  });

  it('never lets its floor fall nor its clock go back', async () => {
    const clock = new FakeClock(noon);
    const keeper = new Timekeeper({ clock, hasRtc: true, stored: { floorMs: noon, orderClock: zero } });
    const first = keeper.next().clock;
    keeper.provenBy(noon - DAY_MS);
    expect(keeper.state().floorMs).toBe(noon);
    clock.setNow(noon - DAY_MS);
    const second = keeper.next();
    expect(second.trusted).toBe(false);
    expect(second.clock).toEqual({ ms: first.ms, counter: first.counter + 1 });
    await clock.advance(1000);
    expect(keeper.state()).toEqual({ floorMs: noon + 1000, orderClock: second.clock });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareOrderClocks, MAX_AHEAD_MS, ORDER_CLOCK_START, observe, tick } from './order-clock.ts';

const TRUE_TIME = Date.UTC(2026, 10, 20);
const TWO_YEARS = 2 * 365 * 86_400_000;

describe('the order clock', () => {
  it('always advances and never passes its bound, whatever the wall clock says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wall: fc.integer({ min: -TWO_YEARS, max: TWO_YEARS }), step: fc.nat(60_000) }), {
          maxLength: 40,
        }),
        (steps) => {
          let clock = ORDER_CLOCK_START;
          let elapsedMs = 0;
          for (const { wall, step } of steps) {
            elapsedMs += step;
            const next = tick(clock, { wallMs: TRUE_TIME + wall, floorMs: TRUE_TIME, elapsedMs }).clock;
            expect(compareOrderClocks(next, clock)).toBeGreaterThan(0);
            expect(next.ms).toBeLessThanOrEqual(TRUE_TIME + elapsedMs + MAX_AHEAD_MS);
            clock = next;
          }
        },
      ),
    );
  });

  it('believes the wall clock within the bound and marks what lies beyond it or behind the floor', () => {
    const reading = { floorMs: TRUE_TIME, elapsedMs: 1000 };
    expect(tick(ORDER_CLOCK_START, { ...reading, wallMs: TRUE_TIME + 60_000 })).toEqual({
      clock: { ms: TRUE_TIME + 60_000, counter: 0 },
      trusted: true,
    });
    expect(tick(ORDER_CLOCK_START, { ...reading, wallMs: TRUE_TIME + TWO_YEARS })).toEqual({
      clock: { ms: TRUE_TIME + 1000, counter: 0 },
      trusted: false,
    });
    expect(tick(ORDER_CLOCK_START, { ...reading, wallMs: TRUE_TIME - TWO_YEARS }).trusted).toBe(false);
  });

  it('counts up when time stands still, and carries after 65,535', () => {
    const reading = { wallMs: TRUE_TIME, floorMs: TRUE_TIME, elapsedMs: 0 };
    expect(tick({ ms: TRUE_TIME, counter: 0 }, reading).clock).toEqual({ ms: TRUE_TIME, counter: 1 });
    expect(tick({ ms: TRUE_TIME, counter: 0xffff }, reading).clock).toEqual({ ms: TRUE_TIME + 1, counter: 0 });
  });

  it('follows a remote clock within the bound and ignores one beyond it', () => {
    const reading = { wallMs: TRUE_TIME, floorMs: TRUE_TIME, elapsedMs: 0 };
    const own = { ms: TRUE_TIME, counter: 0 };
    expect(observe(own, { ms: TRUE_TIME + 5000, counter: 2 }, reading)).toEqual({ ms: TRUE_TIME + 5000, counter: 2 });
    expect(observe(own, { ms: TRUE_TIME + TWO_YEARS, counter: 0 }, reading)).toEqual(own);
    expect(observe(own, { ms: TRUE_TIME - 1, counter: 0 }, reading)).toEqual(own);
  });
});

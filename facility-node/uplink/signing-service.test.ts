import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { describe, expect, it } from 'vitest';
import { isTimeToSign, SigningService, type SigningSession } from './signing-service.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('when a node shows its trail', () => {
  it.each([
    ['at the first connection of a start', { nowMs: 5, shownMs: null, failures: 0, failedMs: 0 }, true],
    ['not again within the hour', { nowMs: HOUR, shownMs: 5, failures: 0, failedMs: 0 }, false],
    ['after an hour', { nowMs: HOUR + 5, shownMs: 5, failures: 0, failedMs: 0 }, true],
    ['not at once after a failure', { nowMs: MINUTE - 1, shownMs: null, failures: 1, failedMs: 0 }, false],
    ['a minute after a failure', { nowMs: MINUTE, shownMs: null, failures: 1, failedMs: 0 }, true],
    ['later after more of them', { nowMs: 4 * MINUTE, shownMs: null, failures: 4, failedMs: 0 }, false],
    ['at least every hour', { nowMs: HOUR, shownMs: null, failures: 40, failedMs: 0 }, true],
  ])('%s', (_, occasion, expected) => {
    expect(isTimeToSign(occasion)).toBe(expected);
  });

  it('is nothing while changes wait, and one conversation at a time', async () => {
    const live: SigningSession = { sign: () => Promise.reject(new Error('not asked')), witnessed: () => {} };
    let session: SigningSession | undefined;
    let conversations = 0;
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const signing = new SigningService({
      witness: {
        converse: async () => {
          conversations += 1;
          await answered;
          return [];
        },
      },
      session: () => session,
      clock: systemClock,
      log: recordingLog().log,
    });
    await signing.now();
    expect(conversations).toBe(0);
    session = live;
    const both = [signing.now(), signing.now()];
    answer();
    await Promise.all(both);
    expect(conversations).toBe(1);
  });
});

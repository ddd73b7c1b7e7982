import { MOST_A_DAY } from '@santehaggui/protocols/records/emergency-access.ts';
import type { Asked } from './emergency-store.ts';

/** A day, in milliseconds. */
export const DAY_MS = 24 * 3600_000;

/**
 * Which of what was asked of others, the oldest first, the hub answers no more by itself: it counts what it answered in the 24 hours
 * before, by when it hears of it, and not what it left.
 */
export function beyondLimit(asked: readonly Asked[]): readonly Asked[] {
  const answered: number[] = [];
  return asked.filter(({ at }) => {
    const isBeyond = answered.filter((one) => one > at - DAY_MS).length >= MOST_A_DAY;
    if (!isBeyond) answered.push(at);
    return isBeyond;
  });
}

import { describe, expect, it } from 'vitest';
import { type ProofOccasion, selfProof } from './self-proof-machine.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 26, 12);
const NIGHT = Date.UTC(2026, 10, 26, 2);
const at = { sequence: 10, feed: 4 };
const proven = (ms: number): ProofOccasion['state'] => ({
  provenAt: ms,
  provenSequence: 10,
  provenFeed: 4,
  journalsAt: ms,
});
const occasion = (more: Partial<ProofOccasion>): ProofOccasion => ({
  wallMs: NOON,
  isReady: true,
  state: proven(NOON - 4 * HOUR),
  at,
  quietMs: 10 * 60_000,
  comparedMsAgo: 4 * HOUR,
  ...more,
});

describe('a node that proves by itself', () => {
  it('does nothing while nothing has moved since the last proof of the day', () => {
    expect(selfProof(occasion({}))).toBe('nothing');
  });

  it('compares once the backlog is empty and it has become quiet, at most once an hour', () => {
    const moved = { at: { sequence: 11, feed: 4 } };
    expect(selfProof(occasion(moved))).toBe('records');
    expect(selfProof(occasion({ ...moved, quietMs: 30_000 }))).toBe('nothing');
    expect(selfProof(occasion({ ...moved, comparedMsAgo: 20 * 60_000 }))).toBe('nothing');
    expect(selfProof(occasion({ ...moved, isReady: false }))).toBe('nothing');
  });

  it('compares every night, and after a day and a half at any time', () => {
    const state = proven(NIGHT - 23 * HOUR);
    expect(selfProof(occasion({ wallMs: NIGHT, state }))).toBe('records');
    expect(selfProof(occasion({ wallMs: NOON, state: proven(NOON - 23 * HOUR) }))).toBe('nothing');
    expect(selfProof(occasion({ wallMs: NOON, state: proven(NOON - 37 * HOUR) }))).toBe('records');
  });

  it('compares the journals every week, at night', () => {
    const state = { ...proven(NOON), journalsAt: NIGHT - 7 * DAY };
    expect(selfProof(occasion({ wallMs: NIGHT, state }))).toBe('journals');
    expect(selfProof(occasion({ wallMs: NOON, state }))).toBe('nothing');
    expect(selfProof(occasion({ wallMs: NOON + 8 * DAY, state: { ...state, provenAt: NOON + 8 * DAY } }))).toBe(
      'journals',
    );
  });

  it('proves at the first occasion what never was, the journals a night later', () => {
    const never = { provenAt: null, provenSequence: null, provenFeed: null, journalsAt: null };
    expect(selfProof(occasion({ state: never, comparedMsAgo: null }))).toBe('records');
    expect(selfProof(occasion({ wallMs: NIGHT, state: { ...proven(NIGHT - HOUR), journalsAt: null } }))).toBe(
      'journals',
    );
  });
});

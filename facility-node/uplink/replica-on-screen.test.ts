import { describe, expect, it } from 'vitest';
import { LoadingPace, replicaOnScreen } from './replica-on-screen.ts';

describe('how far a node is filled', () => {
  it('is told in patients, with the time that the rest takes at the present pace', () => {
    const pace = new LoadingPace();
    pace.note(20_000, 0);
    expect(pace.secondsLeft()).toBeNull();
    pace.note(16_000, 60_000);
    expect(pace.secondsLeft()).toBe(240);
    const state = { provenAt: null, provenSequence: null, provenFeed: null, journalsAt: null, mendedAt: null };
    const loading = { patients: 20_000, left: 16_000 };
    expect(replicaOnScreen({ ...state, mendedRecords: 0, loading }, 240)).toEqual({
      proof: null,
      loading: { patients: 20_000, loaded: 4000, secondsLeft: 240 },
    });
  });

  it('counts anew when another load begins, and looks back a quarter of an hour', () => {
    const pace = new LoadingPace();
    pace.note(10, 0);
    pace.note(20_000, 1000);
    expect(pace.secondsLeft()).toBeNull();
    pace.note(10_000, 1000 + 60_000);
    pace.note(9000, 1000 + 20 * 60_000);
    pace.note(8000, 1000 + 21 * 60_000);
    expect(pace.secondsLeft()).toBe(8 * 60);
  });
});

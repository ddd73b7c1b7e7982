import { describe, expect, it } from 'vitest';
import { openTestClinic } from '../lan/testing/test-clinic.ts';
import { ReplicaStateStore } from '../store/replica-state-store.ts';

describe('what people at work are told of this replica', () => {
  it('is how far the hub has filled it, and when it was proven to be as the hub’s', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    expect((await nurse('GET', '/api/v1/replica')).body).toEqual({ loading: null, proof: null });
    const replica = new ReplicaStateStore(clinic.node.db);
    replica.loads({ patients: 20_000, left: 15_800 });
    replica.proven({ at: Date.UTC(2026, 10, 26), sequence: 12, feed: 3 });
    expect((await nurse('GET', '/api/v1/replica')).body).toEqual({
      loading: { patients: 20_000, loaded: 4200, secondsLeft: null },
      proof: { provenAt: '2026-11-26T00:00:00.000Z', sequence: 12, mendedAt: null, mendedRecords: 0 },
    });
    replica.loads(null);
    expect((await nurse('GET', '/api/v1/replica')).body).toMatchObject({ loading: null });
    expect((await clinic.anonymous('GET', '/api/v1/replica')).status).toBe(401);
  });
});

import type { SyncStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { ReplicaState } from '../store/replica-state-store.ts';

/** The state of a replica as `sync status` shows it; `secondsLeft`: how long the rest of its loading may take, null while unknown. */
export function replicaOnScreen(
  { provenAt, provenSequence, mendedAt, mendedRecords, loading }: ReplicaState,
  secondsLeft: number | null = null,
): Pick<SyncStatus, 'proof' | 'loading'> {
  const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const isKnown = provenAt !== null || mendedAt !== null;
  return {
    proof: isKnown
      ? { provenAt: instant(provenAt), sequence: provenSequence, mendedAt: instant(mendedAt), mendedRecords }
      : null,
    loading:
      loading === null
        ? null
        : { patients: loading.patients, loaded: Math.max(0, loading.patients - loading.left), secondsLeft },
  };
}

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

/** How fast a node is being filled, over the last quarter of an hour of this start. */
export class LoadingPace {
  readonly #notes: { readonly left: number; readonly atMs: number }[] = [];

  /** Notes how many patients are still to come; `atMs` on the monotonic clock. */
  note(left: number, atMs: number): void {
    const last = this.#notes.at(-1);
    // Another load has begun.
    if (last !== undefined && left > last.left) this.#notes.length = 0;
    this.#notes.push({ left, atMs });
    while (this.#notes.length > 2 && atMs - (this.#notes[0]?.atMs ?? atMs) > WINDOW_MS) this.#notes.shift();
  }

  /** How long the rest will take at this pace; null while there is none. */
  secondsLeft(): number | null {
    const [first, last] = [this.#notes[0], this.#notes.at(-1)];
    if (first === undefined || last === undefined || last.left >= first.left) return null;
    return Math.round((last.left * (last.atMs - first.atMs)) / (first.left - last.left) / 1000);
  }
}

const WINDOW_MS = 15 * 60_000;

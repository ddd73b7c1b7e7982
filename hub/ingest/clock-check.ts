import { MAX_AHEAD_MS } from '@santehaggui/protocols/journal/order-clock.ts';
import type { HubDraft } from '../registers/hub-origin-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';

/**
 * The hub's rulings on changes whose clock is more than 10 minutes ahead of the hub's: one for each unbroken run of
 * sequences of an origin, all counting from the hub's present.
 */
export function clockRulings(changes: readonly StoredChange[], nowMs: number): readonly HubDraft[] {
  const ahead = changes.filter((stored) => isOfRecord(stored) && stored.change.orderClock.ms > nowMs + MAX_AHEAD_MS);
  const rulings: Extract<HubDraft, { kind: 'clock-correction' }>[] = [];
  for (const { change } of ahead) {
    const last = rulings.at(-1);
    if (
      last !== undefined &&
      last.target.incarnation === change.origin.incarnation &&
      last.to === change.sequence - 1
    ) {
      rulings[rulings.length - 1] = { ...last, to: change.sequence };
    } else {
      const correctedTo = { ms: nowMs, counter: 0 };
      rulings.push({
        kind: 'clock-correction',
        target: change.origin,
        from: change.sequence,
        to: change.sequence,
        correctedTo,
      });
    }
  }
  return rulings;
}

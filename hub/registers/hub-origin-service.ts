import { deriveRecordId } from '@santehaggui/protocols/crypto/hash.ts';
import { chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change, ClockCorrection, Erasure, FieldWrites, Release } from '@santehaggui/protocols/journal/change.ts';
import { encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { compareOrderClocks, type OrderClock, tick } from '@santehaggui/protocols/journal/order-clock.ts';
import type { Origin } from '@santehaggui/protocols/journal/stamp.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { type HubOriginState, lockOrigin, writeOrigin } from './hub-origin-store.ts';
import { Register } from './register-service.ts';
import type { StoredChange } from './stored-change.ts';

/** What the hub writes: a new record, a patch of one, a ruling on clocks that ran ahead, the end of copies, or an erasure. */
export type HubDraft =
  | { readonly kind: 'create'; readonly recordType: number; readonly writes: FieldWrites }
  | { readonly kind: 'patch'; readonly recordType: number; readonly recordId: string; readonly writes: FieldWrites }
  | ({ readonly kind: 'release' } & Pick<Release, 'holder' | 'records'>)
  | ({ readonly kind: 'erasure' } & Pick<Erasure, 'patient' | 'records'>)
  | ({ readonly kind: 'clock-correction' } & Pick<ClockCorrection, 'target' | 'from' | 'to' | 'correctedTo'>);

/** Changes for {@link HubOrigin.append}, in one transaction of `sql`. */
export type HubAppend = { readonly sql: Sql; readonly drafts: readonly HubDraft[]; readonly nowMs: number };

/** Changes for {@link HubOrigin.takeBack}, in one transaction of `sql`. */
export type HubTakeBack = { readonly sql: Sql; readonly changes: readonly StoredChange[]; readonly nowMs: number };

/**
 * The hub as an origin like the nodes: node 0, one incarnation a start, opened with the first change. Its records stand in
 * the schema `registry`, in the same two tables as a facility's.
 */
export class HubOrigin {
  readonly #incarnation: string;
  readonly #journalKey: Uint8Array;

  constructor(options: { readonly incarnation: string; readonly journalKey: Uint8Array }) {
    this.#incarnation = options.incarnation;
    this.#journalKey = options.journalKey;
  }

  /** Journals and merges drafts as one transaction of the hub's; answers the changes without an opening. */
  async append({ sql, drafts, nowMs }: HubAppend): Promise<readonly StoredChange[]> {
    if (drafts.length === 0) return [];
    let state = await lockOrigin(sql);
    const origin: Origin = { node: 0, incarnation: this.#incarnation };
    const stored: StoredChange[] = [];
    const write = (make: (entry: ReturnType<typeof entryOf>) => Change): void => {
      // The hub is the authority on time: its own clock is the proof.
      const { clock } = tick(state.clock, { wallMs: nowMs, floorMs: nowMs, elapsedMs: 0 });
      const change = make(entryOf(origin, state.sequence + 1, clock));
      const encoded = encodeChange(change);
      const head = chainHead(state.head, encoded, this.#journalKey);
      state = { incarnation: this.#incarnation, sequence: change.sequence, head, clock };
      stored.push({ change, encoded, head });
    };
    if (state.incarnation !== this.#incarnation)
      write((entry) => ({ ...entry, kind: 'opening', parent: parentOf(state) }));
    drafts.forEach((draft, index) => {
      write((entry) => changeOf(draft, { ...entry, isLastOfTransaction: index === drafts.length - 1 }));
    });
    await writeOrigin(sql, state);
    await new Register(sql, REGISTRY).apply(stored, { receivedAt: new Date(nowMs) });
    return stored.filter(({ change }) => change.kind !== 'opening');
  }

  /** Takes back changes that the hub wrote before it was restored; its own later ones are later by their clocks too. */
  async takeBack({ sql, changes, nowMs }: HubTakeBack): Promise<void> {
    if (changes.length === 0) return;
    const state = await lockOrigin(sql);
    const latest = changes.map(({ change }) => change.orderClock).reduce(laterClock, state.clock);
    await writeOrigin(sql, { ...state, clock: latest });
    await new Register(sql, REGISTRY).apply(changes, { receivedAt: new Date(nowMs) });
  }
}

function laterClock(left: OrderClock, right: OrderClock): OrderClock {
  return compareOrderClocks(left, right) < 0 ? right : left;
}

type Entry = Pick<Change, 'origin' | 'sequence' | 'orderClock' | 'isClockTrusted' | 'isLastOfTransaction'>;

function entryOf(origin: Origin, sequence: number, orderClock: Change['orderClock']): Entry {
  return { origin, sequence, orderClock, isClockTrusted: true, isLastOfTransaction: false };
}

function parentOf({
  incarnation,
  head,
}: HubOriginState): { readonly incarnation: string; readonly head: Uint8Array } | null {
  return incarnation === null ? null : { incarnation, head };
}

function changeOf(draft: HubDraft, entry: Entry): Change {
  if (draft.kind === 'clock-correction' || draft.kind === 'release' || draft.kind === 'erasure')
    return { ...entry, ...draft };
  const { recordType, writes } = draft;
  const recordId = draft.kind === 'create' ? deriveRecordId(entry.origin, entry.sequence) : draft.recordId;
  return {
    ...entry,
    kind: 'record',
    isCreate: draft.kind === 'create',
    recordId,
    recordType,
    author: null,
    role: 'system',
    writes,
  };
}

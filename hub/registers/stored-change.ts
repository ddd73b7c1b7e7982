import type { Change, ClockCorrection, Erasure, RecordChange, Release } from '@santehaggui/protocols/journal/change.ts';
import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { FollowedChange } from '@santehaggui/protocols/journal/follow-chain.ts';

/** A change as it goes into a journal; its head is null in schemas of other facilities too. */
export type StoredChange = FollowedChange & {
  /** Why it was refused: it is then kept for the chain, and belongs to no record. */
  readonly refusal?: string;
  /** It came beyond a gap, before the record that it changes: it is merged once the gap is closed. */
  readonly isWaiting?: boolean;
  /** Of this facility's own node and without a head yet: its words are needed to follow the chain. */
  readonly isBeyondGap?: boolean;
};

/** A place in the journals of one node. */
export type JournalPlace = { readonly incarnation: string; readonly sequence: number };

/** What a journal keeps at a place. `isMerged`: it counts for a record. */
export type KeptEntry = JournalPlace & {
  readonly isMerged: boolean;
  readonly encoded: EncodedChange;
  readonly head: Uint8Array | null;
};

/** The `kind` column of a journal. */
export const JOURNAL_KIND = {
  record: 0,
  opening: 1,
  'clock-correction': 2,
  unreadable: 3,
  release: 4,
  erasure: 5,
} as const;

/** The key of a change in a journal. */
export function journalKeyOf({ change }: Pick<StoredChange, 'change'>): string {
  return `${change.origin.node}.${change.origin.incarnation}.${change.sequence}`;
}

/** Whether a correction rules on a change. */
export function covers(correction: ClockCorrection, change: Change): boolean {
  const { target, from, to } = correction;
  return (
    target.node === change.origin.node &&
    target.incarnation === change.origin.incarnation &&
    change.sequence >= from &&
    change.sequence <= to
  );
}

/** A stored change that changes a record, now or once a gap is closed, and was neither refused nor erased. */
export function isOfRecord(stored: StoredChange): stored is StoredChange & { readonly change: RecordChange } {
  return stored.change.kind === 'record' && stored.refusal === undefined && stored.change.isErased !== true;
}

/** A stored correction. */
export function isCorrection(stored: StoredChange): stored is StoredChange & { readonly change: ClockCorrection } {
  return stored.change.kind === 'clock-correction';
}

/** A stored release. */
export function isRelease(stored: StoredChange): stored is StoredChange & { readonly change: Release } {
  return stored.change.kind === 'release';
}

/** A stored erasure. */
export function isErasure(stored: StoredChange): stored is StoredChange & { readonly change: Erasure } {
  return stored.change.kind === 'erasure';
}

/** A change of a record that was erased, without its words: it stays for its chain, whose head it has already. */
export function withoutWords(stored: StoredChange & { readonly change: RecordChange }): StoredChange {
  const { change, encoded } = stored;
  return {
    ...stored,
    change: { ...change, writes: {}, isErased: true },
    encoded: { meta: encoded.meta, fields: new Uint8Array(0) },
  };
}

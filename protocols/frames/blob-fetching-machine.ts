import { piecesAfterDeath, SLOW_PIECE_BYTES } from './blob-sending-machine.ts';

/** Content that is wanted, and how much of it is here. */
export type WantedBlob = { readonly record: string; readonly received: number };

/**
 * A node that fetches content from the hub, pure:
 *
 * | state | input | effects | next |
 * |---|---|---|---|
 * | nothing asked | clear, or more | choose, once everything written here is safe at the hub | choosing |
 * | choosing | item | ask | asked, or nothing asked |
 * | asked | stored | at its end, or where it is refused, choose | asked, or choosing |
 * | asked | absent | choose | choosing |
 * | any | closed | – | nothing asked |
 *
 * Invariants: B5 one content at a time is asked for, from where it is here · B6 what is asked for says how large the pieces may begin: as
 * {@link piecesAfterDeath} has it after a connection that died while content was awaited.
 */
export type BlobFetching = {
  readonly isClear: boolean;
  readonly hasMore: boolean;
  readonly isChoosing: boolean;
  readonly item: WantedBlob | undefined;
  /** What the hub is told to begin with; it lasts from connection to connection. */
  readonly pieceBytes: number;
  readonly deliveredBytes: number;
};

/** What happened. `isOver`: it is whole, or was refused. */
export type BlobFetchingInput =
  | { readonly kind: 'clear'; readonly isClear: boolean }
  | { readonly kind: 'more' }
  | { readonly kind: 'item'; readonly item: WantedBlob | undefined }
  | { readonly kind: 'stored'; readonly record: string; readonly bytes: number; readonly isOver: boolean }
  | { readonly kind: 'absent'; readonly record: string }
  | { readonly kind: 'closed' };

/** What the caller now does; after choose it feeds back `item`. */
export type BlobFetchingEffect =
  | { readonly kind: 'choose' }
  | { readonly kind: 'ask'; readonly record: string; readonly offset: number; readonly pieceBytes: number };

/** The new state and what to do, in order. */
export type BlobFetchingStep = { readonly state: BlobFetching; readonly effects: readonly BlobFetchingEffect[] };

/** The machine at the start. */
export const BLOB_FETCHING_START: BlobFetching = {
  isClear: false,
  hasMore: true,
  isChoosing: false,
  item: undefined,
  pieceBytes: 1024,
  deliveredBytes: 0,
};

/** One step of the machine. */
export function stepBlobFetching(state: BlobFetching, input: BlobFetchingInput): BlobFetchingStep {
  switch (input.kind) {
    case 'clear':
      return pump({ ...state, isClear: input.isClear });
    case 'more':
      return pump({ ...state, hasMore: true });
    case 'item':
      return state.isChoosing ? asked({ ...state, isChoosing: false, item: input.item }) : { state, effects: [] };
    case 'stored':
      return stored(state, input);
    case 'absent':
      return input.record === state.item?.record ? pump(emptied(state)) : { state, effects: [] };
    case 'closed':
      return { state: closed(state), effects: [] };
  }
}

function asked(state: BlobFetching): BlobFetchingStep {
  const { item, pieceBytes } = state;
  if (item === undefined) return pump(state);
  return { state, effects: [{ kind: 'ask', record: item.record, offset: item.received, pieceBytes }] };
}

function stored(
  state: BlobFetching,
  { record, bytes, isOver }: Extract<BlobFetchingInput, { kind: 'stored' }>,
): BlobFetchingStep {
  const isNew = bytes > 0;
  const next: BlobFetching = {
    ...state,
    deliveredBytes: state.deliveredBytes + bytes,
    pieceBytes: isNew ? Math.min(SLOW_PIECE_BYTES, state.pieceBytes * 2) : state.pieceBytes,
  };
  return isOver && record === state.item?.record ? pump(emptied(next)) : { state: next, effects: [] };
}

function emptied(state: BlobFetching): BlobFetching {
  return { ...state, item: undefined, hasMore: true };
}

function closed({ item, pieceBytes, deliveredBytes }: BlobFetching): BlobFetching {
  const hasDied = item !== undefined;
  return {
    ...BLOB_FETCHING_START,
    pieceBytes: hasDied ? piecesAfterDeath(pieceBytes, deliveredBytes) : pieceBytes,
  };
}

function pump(state: BlobFetching): BlobFetchingStep {
  const { isClear, isChoosing, hasMore, item } = state;
  if (!isClear || isChoosing || !hasMore || item !== undefined) return { state, effects: [] };
  return { state: { ...state, isChoosing: true, hasMore: false }, effects: [{ kind: 'choose' }] };
}

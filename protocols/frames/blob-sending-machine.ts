import { type BlobHave, type BlobRefusal, MAX_PIECE_BYTES } from './blob-messages.ts';

/** Content to be sent: from where on the receiver is believed to lack it. `pieceBytes`: what the receiver wants the first piece to be at most. */
export type BlobItem = {
  readonly record: string;
  readonly size: number;
  readonly from: number;
  readonly pieceBytes?: number;
};

/**
 * Whoever sends content, node or hub, pure:
 *
 * | state | input | effects | next |
 * |---|---|---|---|
 * | nothing in hand | clear, or more | choose, once nothing goes before | choosing |
 * | choosing | item | send-piece as far as the window has room | sending, or nothing in hand |
 * | sending | have: the piece is there | note; send-piece; at the end choose | sending, or choosing |
 * | sending | have: less than the piece is there | note, nothing more until all pieces under way are answered, then send-piece from there | sending |
 * | sending | have with a refusal, or gone | note, choose | choosing |
 * | any | not clear | nothing is sent until clear | as it was |
 * | any | closed | – | nothing in hand |
 *
 * Invariants: B1 content goes after everything else: no piece is sent while anything is to go before · B2 what the receiver has said last
 * is believed, more or less than before · B3 pieces under way are at most two of the present size, so that little waits behind them ·
 * B4 a piece holds at least one byte, so any link that carries a small piece finishes; pieces double with each that arrives, and of a
 * connection that dies with pieces under way the next ones are a quarter of what it delivered, or half of a piece where that was nothing.
 */
export type BlobSending = {
  readonly isClear: boolean;
  /** Whether there may be something to choose. */
  readonly hasMore: boolean;
  readonly isChoosing: boolean;
  readonly item: BlobItem | undefined;
  readonly sentUpTo: number;
  /** Pieces that were not answered yet, oldest first. */
  readonly inFlight: readonly { readonly from: number; readonly upTo: number }[];
  /** Whether the receiver has less than was believed: what is under way is answered first. */
  readonly isRewinding: boolean;
  /** What the next piece aims at; it lasts from connection to connection. */
  readonly pieceBytes: number;
  readonly deliveredBytes: number;
};

/** What happened. `elapsedMs` is how long the piece was under way. */
export type BlobSendingInput =
  | { readonly kind: 'clear'; readonly isClear: boolean }
  | { readonly kind: 'more' }
  | { readonly kind: 'item'; readonly item: BlobItem | undefined }
  | { readonly kind: 'have'; readonly have: BlobHave; readonly elapsedMs: number }
  | { readonly kind: 'gone'; readonly record: string }
  | { readonly kind: 'closed' };

/** What the caller now does; after choose it feeds back `item`, where a piece cannot be read `gone`. */
export type BlobSendingEffect =
  | { readonly kind: 'choose' }
  | { readonly kind: 'send-piece'; readonly record: string; readonly offset: number; readonly length: number }
  /** Remember how far the receiver is. */
  | {
      readonly kind: 'note';
      readonly record: string;
      readonly upTo: number;
      readonly refusal: BlobRefusal | undefined;
    };

/** The new state and what to do, in order. */
export type BlobSendingStep = { readonly state: BlobSending; readonly effects: readonly BlobSendingEffect[] };

const FIRST_PIECE_BYTES = 1024;
/** The largest piece of a slow link, in bytes. */
export const SLOW_PIECE_BYTES = 4 * 1024;
const FAST_ANSWER_MS = 400;

/** No link is asked to carry smaller pieces, in bytes: the frame around one is three times as long. */
export const MIN_PIECE_BYTES = 16;

/** The machine at the start. */
export const BLOB_SENDING_START: BlobSending = {
  isClear: false,
  hasMore: true,
  isChoosing: false,
  item: undefined,
  sentUpTo: 0,
  inFlight: [],
  isRewinding: false,
  pieceBytes: FIRST_PIECE_BYTES,
  deliveredBytes: 0,
};

/** One step of the machine. */
export function stepBlobSending(state: BlobSending, input: BlobSendingInput): BlobSendingStep {
  switch (input.kind) {
    case 'clear':
      return pump({ ...state, isClear: input.isClear }, []);
    case 'more':
      return pump({ ...state, hasMore: true }, []);
    case 'item':
      return chosen(state, input.item);
    case 'have':
      return answered(state, input.have, input.elapsedMs);
    case 'gone':
      return input.record === state.item?.record ? pump(emptied(state), []) : { state, effects: [] };
    case 'closed':
      return { state: closed(state), effects: [] };
  }
}

/** The size of pieces after a connection that died with pieces of `pieceBytes` under way. */
export function piecesAfterDeath(pieceBytes: number, deliveredBytes: number): number {
  const aim = deliveredBytes > 0 ? Math.min(pieceBytes, deliveredBytes / 4) : pieceBytes / 2;
  return Math.max(MIN_PIECE_BYTES, Math.floor(aim));
}

function chosen(state: BlobSending, item: BlobItem | undefined): BlobSendingStep {
  if (!state.isChoosing) return { state, effects: [] };
  const { pieceBytes } = state;
  const next: BlobSending = {
    ...state,
    ...{ isChoosing: false, item, sentUpTo: item?.from ?? 0, inFlight: [], isRewinding: false },
    pieceBytes: item?.pieceBytes ?? pieceBytes,
  };
  return pump(next, []);
}

function answered(state: BlobSending, { record, upTo: told, refusal }: BlobHave, elapsedMs: number): BlobSendingStep {
  const { item } = state;
  const [piece, ...inFlight] = state.inFlight;
  // Of content that was given up, or an answer to nothing.
  if (item === undefined || record !== item.record || piece === undefined) return { state, effects: [] };
  const upTo = Math.min(told, item.size);
  const note = { kind: 'note' as const, record, upTo, refusal };
  if (refusal !== undefined || upTo === item.size) {
    const isNew = refusal === undefined;
    return pump(emptied(isNew ? grown(state, piece, elapsedMs) : state), [note]);
  }
  const isShort = upTo < piece.upTo;
  const isRewinding = (state.isRewinding || isShort) && inFlight.length > 0;
  const mustGoBack = state.isRewinding || isShort;
  const sentUpTo = mustGoBack ? (isRewinding ? state.sentUpTo : upTo) : Math.max(state.sentUpTo, upTo);
  const next = { ...state, inFlight, isRewinding, sentUpTo };
  return pump(isShort ? next : grown(next, piece, elapsedMs), [note]);
}

function grown(state: BlobSending, piece: BlobSending['inFlight'][number], elapsedMs: number): BlobSending {
  const limit = elapsedMs <= FAST_ANSWER_MS ? MAX_PIECE_BYTES : SLOW_PIECE_BYTES;
  return {
    ...state,
    pieceBytes: Math.min(limit, state.pieceBytes * 2),
    deliveredBytes: state.deliveredBytes + piece.upTo - piece.from,
  };
}

function emptied(state: BlobSending): BlobSending {
  return { ...state, item: undefined, inFlight: [], isRewinding: false, hasMore: true };
}

function closed(state: BlobSending): BlobSending {
  const { inFlight, pieceBytes, deliveredBytes } = state;
  const hasDied = inFlight.length > 0;
  return {
    ...BLOB_SENDING_START,
    pieceBytes: hasDied ? piecesAfterDeath(pieceBytes, deliveredBytes) : pieceBytes,
  };
}

function pump(state: BlobSending, before: readonly BlobSendingEffect[]): BlobSendingStep {
  const { item, isClear, isChoosing, hasMore, isRewinding, pieceBytes } = state;
  if (!isClear || isChoosing || isRewinding) return { state, effects: before };
  if (item === undefined) {
    if (!hasMore) return { state, effects: before };
    // Cleared before the choice, so that what comes during it is not missed.
    return { state: { ...state, isChoosing: true, hasMore: false }, effects: [...before, { kind: 'choose' }] };
  }
  const effects = [...before];
  const inFlight = [...state.inFlight];
  let underWay = inFlight.reduce((sum, { from, upTo }) => sum + upTo - from, 0);
  let { sentUpTo } = state;
  while (underWay < 2 * pieceBytes && sentUpTo < item.size) {
    const length = Math.min(pieceBytes, item.size - sentUpTo);
    effects.push({ kind: 'send-piece', record: item.record, offset: sentUpTo, length });
    inFlight.push({ from: sentUpTo, upTo: sentUpTo + length });
    sentUpTo += length;
    underWay += length;
  }
  return { state: { ...state, inFlight, sentUpTo }, effects };
}

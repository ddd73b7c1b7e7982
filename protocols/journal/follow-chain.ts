import type { CarriedChange } from '../frames/messages.ts';
import { CHAIN_START, chainHead } from './chain.ts';
import type { Change, Opening } from './change.ts';
import { decodeChange, type EncodedChange, MalformedChange } from './change-codec.ts';
import type { Refusal } from './check-change.ts';

/** Where the chain of one incarnation stands. */
export type ChainState = {
  readonly lastSequence: number;
  /** The last change that ended a transaction. */
  readonly completedSequence: number;
  readonly head: Uint8Array;
};

/** What a node sent, decoded as far as it could be. `change` is undefined for bytes that are no change of that node. */
export type IncomingChange = {
  readonly position: number;
  readonly encoded: EncodedChange;
  readonly change: Change | undefined;
};

/** A change that was followed; `head` is the chain's after it, null while changes before it are missing. */
export type FollowedChange = {
  readonly change: Change;
  readonly encoded: EncodedChange;
  readonly head: Uint8Array | null;
};

/** Bytes that a node journalled and that are no change: kept, so that its chain goes on, and never looked at again. */
export type UnreadableChange = {
  readonly node: number;
  readonly incarnation: string;
  readonly sequence: number;
  readonly encoded: EncodedChange;
  readonly head: Uint8Array | null;
};

/** A change that is here although changes before it are not; `isLast` of its transaction. */
export type ParkedChange = { readonly incarnation: string; readonly sequence: number; readonly isLast: boolean };

/** Parked changes that now continue a chain, with `from` ≤ sequence ≤ `to`. */
export type ParkedRun = { readonly incarnation: string; readonly from: number; readonly to: number };

/** The last change that a branch of a node's past shares with another. */
export type ForkPoint = { readonly incarnation: string; readonly sequence: number };

/** Thrown when what a node sends cannot be taken at all: the connection is closed, and the next HELLO settles where to go on. */
export class OutOfTurn extends Error {
  override readonly name = 'OutOfTurn';
}

/** What is known of a node's chains before a frame. */
export type ChainKnowledge = {
  readonly node: number;
  readonly journalKey: Uint8Array;
  /** The incarnation of the last change that came in turn; null before the first. */
  readonly current: string | null;
  readonly chains: ReadonlyMap<string, ChainState>;
  /** The chain head after `sequence` of a known incarnation, where an opening continues one that went further (a fork). */
  readonly headsAt: ReadonlyMap<string, Uint8Array>;
  /** What is here beyond a gap. */
  readonly parked: readonly ParkedChange[];
};

/** What a frame adds. */
export type ChainOutcome = {
  /** New here, in the order in which they came; those beyond a gap have no head. */
  readonly fresh: readonly FollowedChange[];
  readonly unreadable: readonly UnreadableChange[];
  readonly refusals: ReadonlyMap<number, Refusal>;
  readonly repeats: number;
  readonly current: string | null;
  readonly chains: ReadonlyMap<string, ChainState>;
  /** Incarnations that continue one from before its end: a restored or cloned disk. */
  readonly forks: readonly string[];
  /** Where these leave what came before; null for one that continues nothing. */
  readonly forkPoints: readonly (ForkPoint | null)[];
  /** Whether changes came of another branch than those before them. */
  readonly isBranching: boolean;
  /** New beyond a gap, and still so. */
  readonly parked: readonly ParkedChange[];
  /** Beyond a gap before, now in the chain. */
  readonly linked: readonly FollowedChange[];
  /** As {@link ChainOutcome.linked}, of bytes that are no change. */
  readonly linkedUnreadable: readonly UnreadableChange[];
};

/** So many changes of a node may wait beyond gaps. */
export const MAX_PARKED = 100_000;

/** Decodes what a node sent; a change that speaks of another origin or sequence than its place is not that node's. */
export function decodeIncoming(node: number, carried: readonly CarriedChange[]): readonly IncomingChange[] {
  return carried.map(({ position, encoded }) => {
    try {
      const change = decodeChange(encoded);
      const isOwn = change.origin.node === node && change.sequence === position && isForNodes(change);
      return { position, encoded, change: isOwn ? change : undefined };
    } catch (error) {
      if (error instanceof MalformedChange) return { position, encoded, change: undefined };
      throw error;
    }
  });
}

/** The key in {@link ChainKnowledge.headsAt}. */
export function headKey(incarnation: string, sequence: number): string {
  return `${incarnation}.${sequence}`;
}

/** The places whose chain heads a {@link ChainFollower} needs besides the ends of the chains. */
export function parentsOf(
  incoming: readonly IncomingChange[],
): readonly { readonly incarnation: string; readonly sequence: number }[] {
  return incoming.flatMap(({ change }) =>
    change?.kind === 'opening' && change.parent !== null
      ? [{ incarnation: change.parent.incarnation, sequence: change.sequence - 1 }]
      : [],
  );
}

/**
 * Follows a node's chain through what it sends (docs/protocol.md, 4.15): tells repeats from what is new, computes the head after
 * each change, and compares it where an opening claims one. What comes beyond a gap is parked, and linked into the chain once
 * the gap is closed: whoever follows asks {@link ChainFollower.closing} after each {@link ChainFollower.take}, reads these
 * changes and gives them to {@link ChainFollower.link}, until there are none.
 */
export class ChainFollower {
  readonly #knowledge: ChainKnowledge;
  readonly #chains: Map<string, ChainState>;
  /** Incarnations of which only what follows their opening is here, or the opening before what it continues. */
  readonly #unopened = new Set<string>();
  readonly #headsAt: Map<string, Uint8Array>;
  /** Whether each change beyond a gap ends its transaction. */
  readonly #waiting: Map<string, boolean>;
  readonly #parked: ParkedChange[] = [];
  readonly #fresh: FollowedChange[] = [];
  readonly #unreadable: UnreadableChange[] = [];
  readonly #linked: FollowedChange[] = [];
  readonly #linkedUnreadable: UnreadableChange[] = [];
  readonly #refusals = new Map<number, Refusal>();
  readonly #forks: string[] = [];
  readonly #forkPoints: (ForkPoint | null)[] = [];
  #isBranching = false;
  #current: string | null;
  #incarnation: string | undefined;
  #repeats = 0;

  constructor(knowledge: ChainKnowledge) {
    this.#knowledge = knowledge;
    this.#headsAt = new Map(knowledge.headsAt);
    this.#chains = new Map(knowledge.chains);
    this.#waiting = new Map(
      knowledge.parked.map(({ incarnation, sequence, isLast }) => [headKey(incarnation, sequence), isLast]),
    );
    this.#current = knowledge.current;
  }

  /** Follows what came. Throws {@link OutOfTurn} when more waits beyond gaps than a node can have there honestly. */
  take(incoming: readonly IncomingChange[]): void {
    for (const entry of incoming) this.#take(entry);
  }

  /** Parked changes that continue a chain as it now stands; undefined when there are none. */
  closing(): ParkedRun | undefined {
    if (this.#waiting.size === 0) return undefined;
    for (const [incarnation, { lastSequence }] of this.#chains) {
      const run = this.#runFrom(incarnation, lastSequence + 1);
      if (run !== undefined) return run;
    }
    // An incarnation whose opening was parked, because what it continues was not here.
    const firsts = new Map<string, number>();
    for (const key of this.#waiting.keys()) {
      const [incarnation, sequence] = key.split('.') as [string, string];
      if (this.#chains.has(incarnation) || this.#unopened.has(incarnation)) continue;
      firsts.set(incarnation, Math.min(Number(sequence), firsts.get(incarnation) ?? Number.POSITIVE_INFINITY));
    }
    for (const [incarnation, first] of firsts) return this.#runFrom(incarnation, first);
    return undefined;
  }

  /** Links a run of {@link ChainFollower.closing}, whose changes must be given in order; `headsAt` as in {@link ChainKnowledge}. */
  link(run: readonly IncomingChange[], headsAt: ChainKnowledge['headsAt'] = new Map()): void {
    for (const [key, head] of headsAt) this.#headsAt.set(key, head);
    for (const entry of run) {
      const incarnation = entry.change?.origin.incarnation ?? this.#incarnationOf(entry);
      if (entry.position > this.#endBefore(incarnation, entry.change) + 1) {
        this.#unopened.add(incarnation);
        return;
      }
      this.#waiting.delete(headKey(incarnation, entry.position));
      const head = this.#extend(incarnation, entry);
      if (entry.change === undefined) this.#linkedUnreadable.push(this.#unreadableOf(incarnation, entry, head));
      else this.#linked.push({ change: entry.change, encoded: entry.encoded, head });
    }
  }

  outcome(): ChainOutcome {
    return {
      fresh: this.#fresh,
      unreadable: this.#unreadable,
      refusals: this.#refusals,
      repeats: this.#repeats,
      current: this.#current,
      chains: this.#chains,
      forks: this.#forks,
      forkPoints: this.#forkPoints,
      isBranching: this.#isBranching,
      parked: this.#parked.filter(({ incarnation, sequence }) => this.#waiting.has(headKey(incarnation, sequence))),
      linked: this.#linked,
      linkedUnreadable: this.#linkedUnreadable,
    };
  }

  #take(entry: IncomingChange): void {
    const { position, encoded, change } = entry;
    const incarnation = change?.origin.incarnation ?? this.#incarnationOf(entry);
    this.#incarnation = incarnation;
    const chain = this.#chains.get(incarnation);
    if ((chain !== undefined && position <= chain.lastSequence) || this.#waiting.has(headKey(incarnation, position))) {
      this.#repeats++;
      return;
    }
    const isBeyond = position > this.#endBefore(incarnation, change) + 1;
    const head = isBeyond ? null : this.#extend(incarnation, entry);
    if (isBeyond) this.#park(incarnation, entry);
    if (change === undefined) {
      this.#unreadable.push(this.#unreadableOf(incarnation, entry, head));
      this.#refusals.set(position, { code: 'SH-X300', detail: 'not a change of this node at this place' });
    } else {
      this.#fresh.push({ change, encoded, head });
    }
  }

  #park(incarnation: string, { position, change }: IncomingChange): void {
    if (this.#waiting.size >= MAX_PARKED) throw new OutOfTurn(`${this.#waiting.size} changes wait beyond gaps`);
    const isLast = change?.isLastOfTransaction ?? false;
    this.#waiting.set(headKey(incarnation, position), isLast);
    this.#parked.push({ incarnation, sequence: position, isLast });
  }

  /** Takes a change into its chain, which it continues; gives the head after it. */
  #extend(incarnation: string, { position, encoded, change }: IncomingChange): Uint8Array {
    const known = this.#chains.get(incarnation);
    if (known !== undefined && incarnation !== this.#current) this.#isBranching = true;
    const before = known ?? this.#open(position, change);
    if (position !== before.lastSequence + 1) throw new OutOfTurn(`change ${position} after ${before.lastSequence}`);
    const head = chainHead(before.head, encoded, this.#knowledge.journalKey);
    const isLast = change?.isLastOfTransaction ?? false;
    const completedSequence = isLast ? position : before.completedSequence;
    this.#chains.set(incarnation, { lastSequence: position, completedSequence, head });
    this.#current = incarnation;
    this.#unopened.clear();
    return head;
  }

  /** The last sequence here before a change, if it is to continue something. */
  #endBefore(incarnation: string, change: Change | undefined): number {
    const chain = this.#chains.get(incarnation);
    if (chain !== undefined) return chain.lastSequence;
    if (change === undefined) return Number.POSITIVE_INFINITY;
    // An incarnation begins with its opening, and that continues what is here.
    if (change.kind !== 'opening') return Number.NEGATIVE_INFINITY;
    return change.parent === null ? 0 : (this.#chains.get(change.parent.incarnation)?.lastSequence ?? 0);
  }

  #end(): ChainState | undefined {
    return this.#current === null ? undefined : this.#chains.get(this.#current);
  }

  #runFrom(incarnation: string, from: number): ParkedRun | undefined {
    let to = from - 1;
    while (this.#waiting.has(headKey(incarnation, to + 1))) to++;
    return to < from ? undefined : { incarnation, from, to };
  }

  /** Bytes that are no change are taken to be of the incarnation of the change before them. */
  #incarnationOf({ position }: IncomingChange): string {
    for (const key of this.#waiting.keys()) if (key.endsWith(`.${position}`)) return key.split('.')[0] as string;
    return this.#incarnation ?? this.#current ?? '000000000000';
  }

  #unreadableOf(incarnation: string, { position, encoded }: IncomingChange, head: Uint8Array | null): UnreadableChange {
    return { node: this.#knowledge.node, incarnation, sequence: position, encoded, head };
  }

  /** What a new incarnation continues. */
  #open(position: number, change: Change | undefined): ChainState {
    if (change?.kind === 'opening') return this.#continueFrom(change);
    const lastSequence = position - 1;
    return { lastSequence, completedSequence: lastSequence, head: this.#end()?.head ?? CHAIN_START };
  }

  #forked(incarnation: string, point: ForkPoint | null): void {
    this.#forks.push(incarnation);
    this.#forkPoints.push(point);
    this.#isBranching = true;
  }

  #continueFrom({ origin, sequence, parent }: Opening): ChainState {
    const end = sequence - 1;
    const at = (head: Uint8Array): ChainState => ({ lastSequence: end, completedSequence: end, head });
    if (parent === null && end === 0) {
      if (this.#chains.size > 0) this.#forked(origin.incarnation, null);
      return at(CHAIN_START);
    }
    const chain = parent === null ? undefined : this.#chains.get(parent.incarnation);
    if (parent !== null && (parent.incarnation !== this.#current || chain?.lastSequence !== end))
      this.#forked(origin.incarnation, { incarnation: parent.incarnation, sequence: end });
    const known = chain?.lastSequence === end ? chain.head : this.#headsAt.get(headKey(parent?.incarnation ?? '', end));
    if (parent !== null && known !== undefined && Buffer.compare(known, parent.head) === 0) return at(known);
    this.#refusals.set(sequence, { code: 'SH-X302', detail: `opening of ${origin.incarnation}` });
    return at(parent?.head ?? known ?? CHAIN_START);
  }
}

/** The changes that were parked before and whose transaction a frame has completed, as far as they are still parked. */
export function completedParked(
  before: readonly ParkedChange[],
  added: readonly ParkedChange[],
): readonly ParkedChange[] {
  const earlier = new Map(before.map((parked) => [headKey(parked.incarnation, parked.sequence), parked]));
  const all = new Map([...before, ...added].map((parked) => [headKey(parked.incarnation, parked.sequence), parked]));
  const completed = new Map<string, ParkedChange>();
  for (const { incarnation, sequence } of added) {
    const run: ParkedChange[] = [];
    for (let at = sequence - 1; ; at--) {
      const parked = all.get(headKey(incarnation, at));
      if (parked === undefined || parked.isLast) break;
      run.push(parked);
    }
    if (!isCompletedBy(all, incarnation, sequence)) continue;
    for (const parked of run) {
      const key = headKey(parked.incarnation, parked.sequence);
      if (earlier.has(key)) completed.set(key, parked);
    }
  }
  return [...completed.values()];
}

/** Whether the transaction of a parked change ends among the parked changes that follow it without a gap. */
export function isParkedComplete(parked: readonly ParkedChange[], incarnation: string, sequence: number): boolean {
  const all = new Map(parked.map((change) => [headKey(change.incarnation, change.sequence), change]));
  return isCompletedBy(all, incarnation, sequence);
}

function isCompletedBy(all: ReadonlyMap<string, ParkedChange>, incarnation: string, sequence: number): boolean {
  for (let at = sequence; ; at++) {
    const parked = all.get(headKey(incarnation, at));
    if (parked === undefined) return false;
    if (parked.isLast) return true;
  }
}

/** Corrections, releases and erasures are the hub's to write, and no node sends what it has forgotten; what it erased it does. */
function isForNodes(change: Change): boolean {
  if (change.kind === 'record') return change.isForgotten !== true;
  return change.kind === 'opening';
}

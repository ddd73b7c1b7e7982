import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change, Opening } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { StoredChange, UnreadableChange } from '../registers/stored-change.ts';
import type { Refusal } from './change-check.ts';

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

/** Thrown when changes do not continue what is here: the connection is closed, and the next HELLO settles where to go on. */
export class OutOfTurn extends Error {
  override readonly name = 'OutOfTurn';
}

/** What is known of a node's chains before a frame. */
export type ChainKnowledge = {
  readonly node: number;
  readonly journalKey: Uint8Array;
  /** The incarnation of the last change that came; null before the first. */
  readonly current: string | null;
  readonly chains: ReadonlyMap<string, ChainState>;
  /** The chain head after `sequence` of a known incarnation, where an opening continues one that went further (a fork). */
  readonly headsAt: ReadonlyMap<string, Uint8Array>;
};

/** What a frame adds. */
export type ChainOutcome = {
  readonly fresh: readonly StoredChange[];
  readonly unreadable: readonly UnreadableChange[];
  readonly refusals: ReadonlyMap<number, Refusal>;
  readonly repeats: number;
  readonly current: string | null;
  readonly chains: ReadonlyMap<string, ChainState>;
  /** Incarnations that continue one from before its end: a restored or cloned disk. */
  readonly forks: readonly string[];
};

/** Decodes what a node sent; a change that speaks of another origin or sequence than its place is not that node's. */
export function decodeIncoming(node: number, carried: readonly CarriedChange[]): readonly IncomingChange[] {
  return carried.map(({ position, encoded }) => {
    try {
      const change = decodeChange(encoded);
      const isOwn = change.origin.node === node && change.sequence === position && change.kind !== 'clock-correction';
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

/** The places whose chain heads {@link followChain} needs besides the ends of the chains. */
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
 * Follows a node's chain through a frame: tells repeats from what is new, computes the head after each change, and
 * compares it where an opening claims one. Throws {@link OutOfTurn} on a gap.
 */
export function followChain(knowledge: ChainKnowledge, incoming: readonly IncomingChange[]): ChainOutcome {
  const follower = new ChainFollower(knowledge);
  for (const entry of incoming) follower.take(entry);
  return follower.outcome();
}

class ChainFollower {
  readonly #knowledge: ChainKnowledge;
  readonly #chains: Map<string, ChainState>;
  readonly #fresh: StoredChange[] = [];
  readonly #unreadable: UnreadableChange[] = [];
  readonly #refusals = new Map<number, Refusal>();
  readonly #forks: string[] = [];
  #current: string | null;
  #repeats = 0;

  constructor(knowledge: ChainKnowledge) {
    this.#knowledge = knowledge;
    this.#chains = new Map(knowledge.chains);
    this.#current = knowledge.current;
  }

  take({ position, encoded, change }: IncomingChange): void {
    const incarnation = change?.origin.incarnation ?? this.#current ?? '000000000000';
    const chain = this.#chains.get(incarnation);
    if (chain !== undefined && position <= chain.lastSequence) {
      this.#repeats++;
      return;
    }
    const before = chain ?? this.#open(incarnation, position, change);
    if (position !== before.lastSequence + 1) throw new OutOfTurn(`change ${position} after ${before.lastSequence}`);
    const head = chainHead(before.head, encoded, this.#knowledge.journalKey);
    const isLast = change?.isLastOfTransaction ?? false;
    this.#chains.set(incarnation, {
      lastSequence: position,
      completedSequence: isLast ? position : before.completedSequence,
      head,
    });
    this.#current = incarnation;
    if (change === undefined) {
      this.#unreadable.push({ node: this.#knowledge.node, incarnation, sequence: position, encoded, head });
      this.#refusals.set(position, { code: 'SH-X300', detail: 'not a change of this node at this place' });
    } else {
      this.#fresh.push({ change, encoded, head });
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
    };
  }

  /** What a new incarnation continues. */
  #open(incarnation: string, position: number, change: Change | undefined): ChainState {
    if (change?.kind === 'opening') return this.#continueFrom(change);
    const current = this.#current === null ? undefined : this.#chains.get(this.#current);
    if (change !== undefined) this.#refusals.set(position, { code: 'SH-X301', detail: incarnation });
    const end = current?.lastSequence ?? 0;
    return { lastSequence: end, completedSequence: end, head: current?.head ?? CHAIN_START };
  }

  #continueFrom({ origin, sequence, parent }: Opening): ChainState {
    const end = sequence - 1;
    const at = (head: Uint8Array): ChainState => ({ lastSequence: end, completedSequence: end, head });
    if (parent === null && end === 0) {
      if (this.#chains.size > 0) this.#forks.push(origin.incarnation);
      return at(CHAIN_START);
    }
    const chain = parent === null ? undefined : this.#chains.get(parent.incarnation);
    if (chain !== undefined && end > chain.lastSequence)
      throw new OutOfTurn(`opening ${sequence} after ${chain.lastSequence}`);
    if (parent !== null && (parent.incarnation !== this.#current || chain?.lastSequence !== end))
      this.#forks.push(origin.incarnation);
    const known =
      chain?.lastSequence === end ? chain.head : this.#knowledge.headsAt.get(headKey(parent?.incarnation ?? '', end));
    if (parent !== null && known !== undefined && Buffer.compare(known, parent.head) === 0) return at(known);
    this.#refusals.set(sequence, { code: 'SH-X302', detail: `opening of ${origin.incarnation}` });
    return at(parent?.head ?? known ?? CHAIN_START);
  }
}

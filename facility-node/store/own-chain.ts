import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import type { Change, Opening } from '@santehaggui/protocols/journal/change.ts';
import { encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { ChainTip, JournalTable } from './journal-table.ts';
import type { Timekeeper } from './timekeeper.ts';

/** Who this node is in its journal. `incarnation` is that of this start: 12 random hex digits. */
export type NodeOrigin = { readonly node: number; readonly incarnation: string; readonly journalKey: Uint8Array };

/** What every change says of itself, given by the chain. */
export type EntryHead = Pick<Opening, 'origin' | 'sequence' | 'orderClock' | 'isClockTrusted' | 'isLastOfTransaction'>;

/** Where the journal ends: the node's own last change, undefined before the first, and the position of the last entry of all. */
export type JournalEnd = { readonly tip: ChainTip | undefined; readonly position: number };

type Pending = { readonly change: Change; readonly position: number; readonly recordPosition: number | null };

/**
 * The node's own changes of one transaction, in sequence and chained. The first change of a start is preceded by the
 * opening of its incarnation. The last one carries the last-of-transaction bit, so each is written only when the next one
 * comes, or at the end.
 */
export class OwnChain {
  readonly #journal: JournalTable;
  readonly #origin: NodeOrigin;
  readonly #timekeeper: Timekeeper;
  readonly #receivedAt: number;
  #tip: ChainTip | undefined;
  #sequence: number;
  #position: number;
  readonly #written: Change[] = [];
  #pending: Pending | undefined;
  #isOpened: boolean;

  constructor(
    journal: JournalTable,
    context: {
      readonly origin: NodeOrigin;
      readonly timekeeper: Timekeeper;
      readonly nowMs: number;
      readonly end: JournalEnd;
    },
  ) {
    this.#journal = journal;
    this.#origin = context.origin;
    this.#timekeeper = context.timekeeper;
    this.#receivedAt = context.nowMs;
    this.#tip = context.end.tip;
    this.#sequence = this.#tip?.sequence ?? 0;
    this.#position = context.end.position;
    this.#isOpened = this.#tip?.incarnation === context.origin.incarnation;
  }

  /**
   * Adds the change that `make` builds from its place in the chain; `position` is where it will stand in the journal.
   * `firstPosition` is where the record's first change stands, if it has one already.
   */
  add<Made extends Change>(
    make: (head: EntryHead) => Made,
    firstPosition?: number,
  ): { readonly change: Made; readonly position: number } {
    if (!this.#isOpened) this.#open();
    return this.#append(make, firstPosition);
  }

  /** Writes what is still to be written, as the last of the transaction; gives all that was written in it. */
  finish(): readonly Change[] {
    this.#flush(true);
    return this.#written;
  }

  /** Where the journal ends with what was written. */
  end(): JournalEnd {
    return { tip: this.#tip, position: this.#position };
  }

  #open(): void {
    this.#isOpened = true;
    const parent =
      this.#tip === undefined ? null : { incarnation: this.#tip.incarnation, head: Uint8Array.from(this.#tip.head) };
    this.#append((head): Opening => ({ ...head, kind: 'opening', parent }));
  }

  #append<Made extends Change>(
    make: (head: EntryHead) => Made,
    firstPosition?: number,
  ): { readonly change: Made; readonly position: number } {
    this.#flush(false);
    const { node, incarnation } = this.#origin;
    const { clock, trusted } = this.#timekeeper.next();
    const change = make({
      origin: { node, incarnation },
      sequence: ++this.#sequence,
      orderClock: clock,
      isClockTrusted: trusted,
      isLastOfTransaction: false,
    });
    const position = ++this.#position;
    this.#pending = { change, position, recordPosition: change.kind === 'record' ? (firstPosition ?? position) : null };
    return { change, position };
  }

  #flush(isLast: boolean): void {
    if (this.#pending === undefined) return;
    const { position, recordPosition } = this.#pending;
    const change = isLast ? { ...this.#pending.change, isLastOfTransaction: true } : this.#pending.change;
    const encoded = encodeChange(change);
    const { node, incarnation, journalKey } = this.#origin;
    const head = chainHead(this.#tip?.head ?? CHAIN_START, encoded, journalKey);
    this.#journal.add({ position, change, recordPosition, encoded, head, receivedAt: this.#receivedAt });
    this.#tip = { node, incarnation, sequence: change.sequence, head };
    this.#written.push(change);
    this.#pending = undefined;
  }
}

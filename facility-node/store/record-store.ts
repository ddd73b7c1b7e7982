import type { RecordType } from '@santehaggui/protocols/records/record-type.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Database, Statement } from 'better-sqlite3';
import { ErasedTable } from './erased-table.ts';
import { JournalTable } from './journal-table.ts';
import { LaneTable } from './lane-table.ts';
import { type JournalEnd, type NodeOrigin, OwnChain } from './own-chain.ts';
import { type RecordIndexer, RecordTable } from './record-table.ts';
import { OpenTransaction, type RecordTransaction, type WriteContext } from './record-transaction.ts';
import { failStore } from './store-errors.ts';
import type { StoredRecord } from './stored-record.ts';
import type { Timekeeper } from './timekeeper.ts';

/** What a record store is made of; `indexers` run inside every transaction for each record whose state changed. */
export type RecordStoreOptions = {
  readonly db: Database;
  readonly origin: NodeOrigin;
  readonly timekeeper: Timekeeper;
  readonly clock: Clock;
  readonly indexers?: readonly RecordIndexer[];
};

/**
 * The one way to write records: one SQLite transaction for records, journal and whatever the work adds through `tx.db`,
 * durable when `transact` returns (docs/protocol.md, changes and the journal).
 */
export class RecordStore {
  /** The connection, for the stores of modules: their reads, and prepared statements to be run inside `transact`. */
  readonly db: Database;
  readonly #options: RecordStoreOptions;
  readonly #journal: JournalTable;
  readonly #records: RecordTable;
  readonly #lanes: LaneTable;
  readonly #erased: ErasedTable;
  readonly #putClock: Statement<[number, number, number]>;
  /** As long as nothing else was written than what {@link transact} wrote last. */
  #end: JournalEnd | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(options: RecordStoreOptions) {
    this.db = options.db;
    this.#options = options;
    this.#journal = new JournalTable(options.db);
    this.#records = new RecordTable(options.db, options.indexers ?? []);
    this.#lanes = new LaneTable(options.db, this.#records);
    this.#erased = new ErasedTable(options.db, options.origin.journalKey);
    this.#putClock = options.db.prepare(
      'update clock_state set floor_ms = ?, order_ms = ?, order_counter = ? where id = 1',
    );
    const tip = this.#journal.tip();
    if (tip !== undefined && tip.node !== options.origin.node) {
      throw failStore('SH-C102', { why: `${tip.node} ≠ ${options.origin.node}` });
    }
  }

  /** What this start of the daemon writes under. */
  get incarnation(): string {
    return this.#options.origin.incarnation;
  }

  /**
   * Runs the work in one immediate transaction and gives what it returns, once that is on disk; all its changes get
   * consecutive sequences and the last is marked so. What the work throws undoes everything. The work must be synchronous
   * and must not call `transact` (SH-B101). Throws SH-F101 when the disk is full.
   */
  transact<Result>(context: WriteContext, work: (tx: RecordTransaction) => Result): Result {
    let hasWritten = false;
    const knownEnd = this.#end;
    let newEnd: JournalEnd | undefined;
    const result = this.inTransaction((nowMs) => {
      const { origin, timekeeper } = this.#options;
      const end = knownEnd ?? { tip: this.#journal.tip(), position: this.#journal.lastPosition() };
      const chain = new OwnChain(this.#journal, { origin, timekeeper, nowMs, end });
      const tx = new OpenTransaction({ db: this.db, records: this.#records, chain, context, nowMs });
      let made: Result;
      try {
        made = this.#records.whileReading(() => work(tx));
      } finally {
        tx.close();
      }
      if (made instanceof Promise) throw failStore('SH-B101', { why: 'the work of a transaction is not asynchronous' });
      const changes = chain.finish();
      hasWritten = changes.length > 0;
      newEnd = chain.end();
      if (hasWritten) this.keepTime();
      this.#lanes.note({ changes, isLate: context.isLate === true });
      return made;
    });
    this.#end = newEnd;
    if (hasWritten) for (const listener of [...this.#listeners]) listener();
    return result;
  }

  /** The record as it is now; undefined when it is not here or of a type that this release does not know. */
  record(id: string): StoredRecord | undefined {
    return this.#records.stored(id);
  }

  /** See {@link RecordTable.writesOf}. */
  writesOf(types: readonly RecordType[]): number {
    return this.#records.writesOf(types);
  }

  /** The number of this node, as in the changes that it writes. */
  ownNode(): number {
    return this.#options.origin.node;
  }

  /** Calls the listener after each transaction that wrote a change; gives the function that ends this. */
  onCommitted(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The tables, for the stores of `store/` that write what others sent. */
  tables(): {
    readonly journal: JournalTable;
    readonly records: RecordTable;
    readonly lanes: LaneTable;
    readonly erased: ErasedTable;
  } {
    return { journal: this.#journal, records: this.#records, lanes: this.#lanes, erased: this.#erased };
  }

  /** The wall clock that transactions are stamped by, in milliseconds since 1970. */
  wallMs(): number {
    return this.#options.clock.now();
  }

  /** Whether the wall clock is within what this node can justify. */
  isClockTrusted(): boolean {
    return this.#options.timekeeper.isTrusted();
  }

  /** Stores the order clock and the time floor; inside a transaction they are as durable as the changes they stamped. */
  keepTime(): void {
    const { floorMs, orderClock } = this.#options.timekeeper.state();
    this.#putClock.run(floorMs, orderClock.ms, orderClock.counter);
  }

  /** One immediate transaction on this connection; the work is given the wall clock. */
  inTransaction<Result>(work: (nowMs: number) => Result): Result {
    if (this.db.inTransaction) throw failStore('SH-B101', { why: 'a transaction inside a transaction' });
    this.#end = undefined;
    try {
      return this.db.transaction(() => work(this.#options.clock.now())).immediate();
    } catch (error) {
      this.#records.noteUndone();
      throw (error as { code?: unknown }).code === 'SQLITE_FULL' ? failStore('SH-F101', { cause: error }) : error;
    }
  }
}

import type { StampParts } from '@santehaggui/protocols/frames/codec/change-shape.ts';
import type { Lanes } from '@santehaggui/protocols/frames/exchange-machine.ts';
import type { CarriedChange, LineageEntry } from '@santehaggui/protocols/frames/messages.ts';
import { type Ranges, subtractRanges } from '@santehaggui/protocols/frames/ranges.ts';
import type { Change, Erasure, Release } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, type EncodedChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { isErased } from '@santehaggui/protocols/journal/erased-fields.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Database, Statement } from 'better-sqlite3';
import type { RecordStore } from './record-store.ts';
import type { Timekeeper } from './timekeeper.ts';

/** How far the exchange with the hub is, as stored. */
export type SyncState = {
  /** The last sequence that the hub said is safe there. */
  readonly acknowledgedSequence: number;
  /** What is safe at the hub beyond that. */
  readonly acknowledgedBeyond: Ranges;
  /** An incarnation of another copy of this disk, or of this one before it was put back; null when none is known. */
  readonly otherBranch: string | null;
  /** The last entry of the hub's feed that is safe here. */
  readonly feedReceived: number;
  /** The generation that it counts in; undefined before any hub was restored. */
  readonly feedGeneration: string | undefined;
  /** How much of the journal a restored hub was given back; null when it wants nothing. */
  readonly offeredPosition: number | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly lastExchange: {
    readonly at: number;
    readonly ok: boolean;
    readonly carrier: string;
    readonly error?: string;
  } | null;
};

/** What became of a piece of the feed. */
export type FeedReport = { readonly upTo: number; readonly repeats: number; readonly quarantined: number };

/** How much of the journal is read: in bytes as journalled, in changes, and up to which sequence. */
export type JournalLimits = { readonly bytes?: number; readonly changes?: number; readonly upTo?: number };

const NO_LIMITS = {
  bytes: Number.POSITIVE_INFINITY,
  changes: Number.POSITIVE_INFINITY,
  upTo: Number.POSITIVE_INFINITY,
};

/** What became of the quarantine, by position in the feed. */
export type RetryReport = { readonly applied: readonly number[]; readonly kept: readonly number[] };

/** A change that the hub refused, and why. */
export type RefusedChange = { readonly position: number; readonly code: string };

type SyncRow = {
  readonly acknowledged_sequence: number;
  readonly acknowledged_beyond: string;
  readonly other_branch: string | null;
  readonly other_branch_at: number | null;
  readonly feed_received: number;
  readonly feed_generation: string;
  readonly offered_position: number | null;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly last_exchange_at: number | null;
  readonly last_exchange_ok: number | null;
  readonly last_exchange_carrier: string | null;
  readonly last_exchange_error: string | null;
};

type OwnRow = { readonly sequence: number; readonly meta: Buffer; readonly fields: Buffer };

/** For so long it is told that changes of another copy of the disk came. */
const BRANCH_TOLD_MS = 30 * 24 * 60 * 60 * 1000;

/** What a journal store is made of. */
export type JournalStoreOptions = { readonly store: RecordStore; readonly timekeeper: Timekeeper; readonly log: Log };

/** The journal as the uplink uses it: what is still to be sent, what was acknowledged, and what the hub sends. */
export class JournalStore {
  readonly #store: RecordStore;
  readonly #timekeeper: Timekeeper;
  readonly #log: Log;
  readonly #db: Database;
  readonly #after: Statement<[number], OwnRow>;
  readonly #headAt: Statement<[number], Buffer>;
  readonly #writtenAt: Statement<[number], number>;
  readonly #creation: Statement<[string], StampParts>;
  readonly #openings: Statement<[number], { incarnation: string; opened_sequence: number }>;
  readonly #sync: Statement<[], SyncRow>;
  readonly #putOtherBranch: Statement<[string, number]>;
  readonly #acknowledge: Statement<[number, string]>;
  readonly #receive: Statement<[number]>;
  readonly #quarantine: Statement<['up' | 'down', number, string, Uint8Array | null, Uint8Array | null, number]>;
  readonly #quarantinedDown: Statement<[], { position: number; meta: Buffer; fields: Buffer }>;
  readonly #leaveQuarantine: Statement<['up' | 'down', number]>;
  readonly #addBytes: Statement<[number, number]>;
  readonly #putLastExchange: Statement<[number, number, string, string | null]>;
  readonly #oldestPending: Statement<[number], number>;
  readonly #counts: Statement<[], { quarantined: number; conflicts: number }>;

  constructor({ store, timekeeper, log }: JournalStoreOptions) {
    const { db } = store;
    this.#store = store;
    this.#timekeeper = timekeeper;
    this.#log = log;
    this.#db = db;
    this.#after = db.prepare(
      'select sequence, meta, fields from journal where head is not null and sequence > ? order by sequence',
    );
    this.#headAt = db
      .prepare<[number], Buffer>('select head from journal where head is not null and sequence = ?')
      .pluck();
    this.#writtenAt = db
      .prepare<[number], number>('select received_at from journal where head is not null and sequence = ?')
      .pluck();
    this.#creation = db.prepare(
      `select j.node, j.incarnation, j.sequence from record r join journal j on j.position = r.created_position where r.id = ?`,
    );
    this.#openings = db.prepare(
      'select incarnation, opened_sequence from incarnation order by opened_sequence desc limit ?',
    );
    this.#sync = db.prepare(
      `select acknowledged_sequence, acknowledged_beyond, other_branch, other_branch_at, feed_received, feed_generation, offered_position, bytes_sent,
         bytes_received, last_exchange_at, last_exchange_ok, last_exchange_carrier, last_exchange_error
       from sync_state where id = 1`,
    );
    this.#putOtherBranch = db.prepare('update sync_state set other_branch = ?, other_branch_at = ? where id = 1');
    this.#acknowledge = db.prepare(
      'update sync_state set acknowledged_sequence = ?, acknowledged_beyond = ? where id = 1',
    );
    this.#receive = db.prepare('update sync_state set feed_received = ? where id = 1');
    this.#quarantine = db.prepare(
      `insert into quarantine (direction, position, code, meta, fields, at) values (?, ?, ?, ?, ?, ?)
       on conflict (direction, position) do update set code = excluded.code`,
    );
    this.#quarantinedDown = db.prepare(
      `select position, meta, fields from quarantine where direction = 'down' and meta is not null order by position`,
    );
    this.#leaveQuarantine = db.prepare('delete from quarantine where direction = ? and position = ?');
    this.#addBytes = db.prepare(
      'update sync_state set bytes_sent = bytes_sent + ?, bytes_received = bytes_received + ? where id = 1',
    );
    this.#putLastExchange = db.prepare(
      `update sync_state set last_exchange_at = ?, last_exchange_ok = ?, last_exchange_carrier = ?, last_exchange_error = ?
       where id = 1`,
    );
    this.#oldestPending = db
      .prepare<[number], number>(
        'select received_at from journal where head is not null and sequence > ? order by sequence limit 1',
      )
      .pluck();
    this.#counts = db.prepare(
      'select (select count(*) from quarantine) as quarantined, (select count(*) from conflict) as conflicts',
    );
  }

  /** The last sequence of the node's own chain; 0 before the first change. */
  lastSequence(): number {
    return this.#store.tables().journal.tip()?.sequence ?? 0;
  }

  /** Own changes after a sequence, in order: at least one if there is any, then as many as `limits` allow. */
  journalAfter(sequence: number, limits: JournalLimits = {}): readonly CarriedChange[] {
    const { bytes: limitBytes, changes: limit, upTo } = { ...NO_LIMITS, ...limits };
    const carried: CarriedChange[] = [];
    let bytes = 0;
    for (const row of this.#after.iterate(sequence)) {
      if (row.sequence > upTo) break;
      bytes += row.meta.length + row.fields.length;
      if (carried.length > 0 && (bytes > limitBytes || carried.length >= limit)) break;
      carried.push({ position: row.sequence, encoded: { meta: row.meta, fields: row.fields } });
    }
    return carried;
  }

  /** Urgent own changes that the hub is not known to have and that were written so long ago, in order. */
  urgentWaiting(olderThanMs: number): readonly CarriedChange[] {
    const { acknowledgedSequence, acknowledgedBeyond } = this.syncState();
    const safe = [{ from: 0, to: acknowledgedSequence }, ...acknowledgedBeyond];
    const before = this.#store.wallMs() - olderThanMs;
    return subtractRanges(this.lanes().urgent, safe)
      .flatMap(({ from, to }) => this.journalAfter(from - 1, { upTo: to }))
      .filter(({ position }) => (this.#writtenAt.get(position) ?? 0) <= before);
  }

  /** Which own changes leave before all others, and which after. */
  lanes(): Lanes {
    return this.#store.tables().lanes.lanes();
  }

  /** The chain head after a change of this node; undefined for a sequence that it has not written. */
  headAt(sequence: number): Uint8Array | undefined {
    return this.#headAt.get(sequence);
  }

  /** The change that created a record, as far as it is here. */
  creationOf(recordId: string): StampParts | undefined {
    return this.#creation.get(recordId);
  }

  /** The last incarnations that wrote something, newest first, with the last sequence of each. */
  lineage(limit: number): readonly LineageEntry[] {
    let lastSequence = this.lastSequence();
    return this.#openings.all(limit).map(({ incarnation, opened_sequence }) => {
      const entry = { incarnation, lastSequence };
      lastSequence = opened_sequence - 1;
      return entry;
    });
  }

  /** How far the exchange is. */
  syncState(): SyncState {
    const row = this.#sync.get() as SyncRow;
    const { last_exchange_at: at, last_exchange_carrier: carrier, last_exchange_error: error } = row;
    return {
      acknowledgedSequence: row.acknowledged_sequence,
      otherBranch: (row.other_branch_at ?? 0) > this.#store.wallMs() - BRANCH_TOLD_MS ? row.other_branch : null,
      acknowledgedBeyond: JSON.parse(row.acknowledged_beyond) as Ranges,
      feedReceived: row.feed_received,
      feedGeneration: row.feed_generation || undefined,
      offeredPosition: row.offered_position,
      bytesSent: row.bytes_sent,
      bytesReceived: row.bytes_received,
      lastExchange:
        at === null || carrier === null
          ? null
          : { at, ok: row.last_exchange_ok === 1, carrier, ...(error === null ? {} : { error }) },
    };
  }

  /** Stores what the hub said is safe there (lower than before after it was restored), and what it refused of it. */
  acknowledge(
    { upTo, beyond }: { readonly upTo: number; readonly beyond: Ranges },
    refused: readonly RefusedChange[] = [],
  ): void {
    this.#store.inTransaction((nowMs) => {
      this.#acknowledge.run(upTo, JSON.stringify(beyond));
      this.#store.tables().lanes.acknowledged(upTo);
      for (const { position, code } of refused) this.#quarantine.run('up', position, code, null, null, nowMs);
    });
  }

  /**
   * Applies a piece of the feed in one transaction, durable when this returns. Repeats are counted and nothing else; an
   * entry that cannot be applied is quarantined and does not stop the rest.
   */
  applyFeed(items: readonly CarriedChange[]): FeedReport {
    return this.#store.inTransaction((nowMs) => {
      let { feedReceived: upTo } = this.syncState();
      let repeats = 0;
      let quarantined = 0;
      for (const item of items) {
        if (item.position <= upTo) {
          repeats += 1;
          continue;
        }
        const fate = this.#applyOne(item, nowMs);
        if (fate === 'repeat') repeats += 1;
        if (fate === 'quarantined') quarantined += 1;
        upTo = item.position;
      }
      this.#receive.run(upTo);
      this.#store.keepTime();
      return { upTo, repeats, quarantined };
    });
  }

  /**
   * Takes what could not be applied once more, in order and in one transaction: what can be now is applied and leaves the
   * quarantine. Gives the positions in the feed of both.
   */
  retryQuarantined(): RetryReport {
    return this.#store.inTransaction((nowMs) => {
      const applied: number[] = [];
      const kept: number[] = [];
      for (const { position, meta, fields } of this.#quarantinedDown.all()) {
        const item = { position, encoded: { meta, fields } };
        if (this.#applyOne(item, nowMs) === 'quarantined') kept.push(position);
        else {
          this.#leaveQuarantine.run('down', position);
          applied.push(position);
        }
      }
      this.#store.keepTime();
      return { applied, kept };
    });
  }

  /** Takes a change of ours out of quarantine: it has been proven to be at the hub. */
  arrivedAfterAll(sequence: number): void {
    this.#leaveQuarantine.run('up', sequence);
  }

  /** Adds to the counters of bytes on the wire. */
  countBytes(sent: number, received: number): void {
    if (sent > 0 || received > 0) this.#addBytes.run(sent, received);
  }

  /** Remembers how the last exchange ended. */
  rememberExchange({ at, ok, carrier, error }: NonNullable<SyncState['lastExchange']>): void {
    this.#putLastExchange.run(at, ok ? 1 : 0, carrier, error ?? null);
  }

  /** When the oldest change that the hub has not acknowledged was written; undefined when there is none. */
  oldestPendingAt(): number | undefined {
    return this.#oldestPending.get(this.syncState().acknowledgedSequence);
  }

  /** How many changes wait for a person. */
  counts(): { readonly quarantined: number; readonly conflicts: number } {
    return this.#counts.get() as { quarantined: number; conflicts: number };
  }

  #applyOne(item: CarriedChange, nowMs: number): 'applied' | 'repeat' | 'quarantined' {
    try {
      // A savepoint: what fails half-way leaves nothing but its row in quarantine.
      return this.#db.transaction(() => this.#apply(decodeChange(item.encoded), item, nowMs))();
    } catch (error) {
      const code = quarantineCode(error);
      this.#log.warn('store.feed-quarantined', { position: item.position, code, error });
      this.#quarantine.run('down', item.position, code, item.encoded.meta, item.encoded.fields, nowMs);
      return 'quarantined';
    }
  }

  #apply(change: Change, { encoded }: CarriedChange, nowMs: number): 'applied' | 'repeat' {
    const { journal, records, erased } = this.#store.tables();
    // The hub has released the copy since: nothing of it was ever here, and its release follows.
    if (change.kind === 'record' && (change.isForgotten === true || isErased(encoded.fields))) return 'applied';
    // Whoever wrote it had not heard of the erasure yet.
    if (change.kind === 'record' && erased.has(change.recordId)) return 'applied';
    const position = journal.lastPosition() + 1;
    const recordPosition = change.kind === 'record' ? (records.positionOf(change.recordId) ?? position) : null;
    if (!journal.add({ position, change, recordPosition, encoded, head: null, receivedAt: nowMs })) {
      const first = journal.restore(change, encoded);
      if (first === undefined || change.kind !== 'record') return 'repeat';
      records.revive(change, { position: first, nowMs });
      return 'applied';
    }
    if (change.origin.node === journal.tip()?.node) this.#putOtherBranch.run(change.origin.incarnation, nowMs);
    this.#timekeeper.observe(change.orderClock);
    if (change.kind === 'record') records.apply(change, { position, nowMs });
    if (change.kind === 'clock-correction') records.applyCorrection(change, nowMs);
    if (change.kind === 'release') this.#release(change);
    if (change.kind === 'erasure') this.#erase(change, nowMs);
    return 'applied';
  }

  #erase({ records: ids }: Erasure, nowMs: number): void {
    const { records, erased } = this.#store.tables();
    for (const id of ids) records.release(id);
    erased.erase(ids, nowMs);
    for (const { position, meta, fields } of this.#quarantinedDown.all()) {
      const change = readable({ meta, fields });
      if (change?.kind === 'record' && ids.includes(change.recordId)) this.#leaveQuarantine.run('down', position);
    }
  }

  #release({ records: released, holder }: Release): void {
    const { journal, records } = this.#store.tables();
    for (const id of released) {
      const first = records.release(id);
      if (first !== undefined) journal.forget(first, holder);
    }
  }
}

function readable(encoded: EncodedChange): Change | undefined {
  try {
    return decodeChange(encoded);
  } catch {
    // What nobody can read tells nothing of anybody.
    return undefined;
  }
}

function quarantineCode(error: unknown): 'SH-X101' | 'SH-X102' {
  return error instanceof MalformedChange ? 'SH-X101' : 'SH-X102';
}

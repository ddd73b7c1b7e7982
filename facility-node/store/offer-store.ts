import { type FeedStanding, FIRST_GENERATION } from '@santehaggui/protocols/frames/messages.ts';
import type { Offer } from '@santehaggui/protocols/frames/offer-messages.ts';
import type { EncodedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import type { Statement } from 'better-sqlite3';
import type { RecordStore } from './record-store.ts';

type StandingRow = {
  readonly generation: string;
  readonly received: number;
  readonly offered: number | null;
};

type ReceivedRow = { readonly position: number; readonly meta: Buffer; readonly fields: Buffer };

/** What a node that received changes from a hub gives back to it once it was restored from a backup (docs/protocol.md, 7). */
export class OfferStore {
  readonly #store: RecordStore;
  readonly #standing: Statement<[], StandingRow>;
  readonly #join: Statement<[string, number, number | null]>;
  readonly #offered: Statement<[number | null]>;
  readonly #receivedCount: Statement<[], number>;
  readonly #positionOf: Statement<[number], number>;
  readonly #after: Statement<[number], ReceivedRow>;

  constructor(store: RecordStore) {
    const { db } = store;
    this.#store = store;
    this.#standing = db.prepare(
      `select feed_generation as generation, feed_received as received, offered_position as offered
       from sync_state where id = 1`,
    );
    this.#join = db.prepare(
      'update sync_state set feed_generation = ?, feed_received = ?, offered_position = ? where id = 1',
    );
    this.#offered = db.prepare('update sync_state set offered_position = ? where id = 1');
    this.#receivedCount = db.prepare<[], number>('select count(*) from journal where head is null').pluck();
    this.#positionOf = db
      .prepare<[number], number>('select position from journal where head is null order by position limit 1 offset ?')
      .pluck();
    this.#after = db.prepare(
      // Without the words of copies that were released: those are not this node's to give.
      `select position, meta, fields from journal where head is null and position > ? and length(fields) > 0
       order by position`,
    );
  }

  /** The generation that the feed's positions count in; undefined before any hub was restored. */
  generation(): string | undefined {
    return this.#row().generation || undefined;
  }

  /** Counts the feed as the hub says from now on. What it had before the backup is not offered where that can be told. */
  join({ generation, upTo, wantsOffer }: FeedStanding): void {
    this.#store.inTransaction(() => {
      const before = this.#row();
      const isSame = before.generation === generation;
      const offered = isSame && before.offered !== null ? before.offered : this.#firstUnknown(before, upTo);
      this.#join.run(generation === FIRST_GENERATION ? '' : generation, upTo, wantsOffer ? offered : null);
    });
  }

  /** The next changes to offer: at least one if there is any, then about `maxBytes`; undefined when nothing is to be offered. */
  next(maxBytes: number): Offer | undefined {
    const { offered } = this.#row();
    if (offered === null) return undefined;
    const changes: EncodedChange[] = [];
    let [bytes, upTo, isLast] = [0, offered, true];
    for (const { position, meta, fields } of this.#after.iterate(offered)) {
      bytes += meta.length + fields.length;
      if (changes.length > 0 && bytes > maxBytes) {
        isLast = false;
        break;
      }
      changes.push({ meta, fields });
      upTo = position;
    }
    return { kind: 'offer', upTo, isLast, changes };
  }

  /** Notes that everything up to a place in the journal is safe at the hub; null: that nothing more is wanted. */
  offered(upTo: number | null): void {
    if (this.#row().offered !== upTo) this.#offered.run(upTo);
  }

  /**
   * The place in the journal after which everything lies that the hub may lack, which has the first `upTo` entries of the feed.
   * Each entry of the feed left one change here, but for repeats and what was set aside: at most as many as are missing.
   */
  #firstUnknown({ generation, received }: StandingRow, upTo: number): number {
    if (generation !== '') return 0;
    const missing = received - (this.#receivedCount.get() as number);
    const known = upTo - missing;
    return missing < 0 || known <= 0 ? 0 : (this.#positionOf.get(known - 1) ?? 0);
  }

  #row(): StandingRow {
    return this.#standing.get() as StandingRow;
  }
}

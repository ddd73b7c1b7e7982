import type { HubDatabase } from '../database/hub-database.ts';
import { type FeedItem, feedBytes } from './feed-item.ts';
import { feedLength, noteFeedAcknowledged, readFeed } from './feed-store.ts';

/** The least that an entry takes: how many to read so that about `bytes` come. */
const ENTRY_BYTES = 64;

/** What each node is to receive. */
export class FeedService {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Entries after a position, in order: at least one if there is any, about `bytes` at most. */
  async read(facility: string, after: number, bytes: number): Promise<readonly FeedItem[]> {
    const limit = Math.min(2000, Math.max(1, Math.ceil(bytes / ENTRY_BYTES)));
    const items = await this.#database.transaction((sql) => readFeed(sql, facility, { after, limit }), {
      isReadOnly: true,
    });
    let total = 0;
    const enough = items.findIndex((item) => {
      total += feedBytes(item);
      return total > bytes;
    });
    return enough < 0 ? items : items.slice(0, Math.max(1, enough));
  }

  /** How many entries a facility's feed has. */
  length(facility: string): Promise<number> {
    return this.#database.transaction((sql) => feedLength(sql, facility), { isReadOnly: true });
  }

  /** Notes how much a node has. */
  acknowledged(facility: string, upTo: number): Promise<void> {
    return this.#database.transaction((sql) => noteFeedAcknowledged(sql, facility, upTo));
  }
}

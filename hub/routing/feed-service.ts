import { recordsNamedIn } from '@santehaggui/protocols/frames/codec/change-shape.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { type FeedItem, type FeedPage, feedBytes } from './feed-item.ts';
import { feedAcknowledged, feedLength, noteFeedAcknowledged, readCreations, readFeed } from './feed-store.ts';

/** The least that an entry takes: how many to read so that about `bytes` come. */
const ENTRY_BYTES = 64;

/** What each node is to receive. */
export class FeedService {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Entries after a position, in order: at least one if there is any, about `bytes` at most. */
  read(facility: string, after: number, bytes: number): Promise<FeedPage> {
    const limit = Math.min(2000, Math.max(1, Math.ceil(bytes / ENTRY_BYTES)));
    return this.#database.transaction(
      async (sql) => {
        const items = upTo(await readFeed(sql, facility, { after, limit }), bytes);
        const named = new Set(items.flatMap(({ encoded }) => recordsNamedIn(encoded)));
        return { items, creations: await readCreations(sql, facility, [...named]) };
      },
      { isReadOnly: true },
    );
  }

  /** How many entries a facility's feed has. */
  length(facility: string): Promise<number> {
    return this.#database.transaction((sql) => feedLength(sql, facility), { isReadOnly: true });
  }

  /** How much of its feed a node is known to have. */
  acknowledgedUpTo(facility: string): Promise<number> {
    return this.#database.transaction((sql) => feedAcknowledged(sql, facility), { isReadOnly: true });
  }

  /** Notes how much a node has. */
  acknowledged(facility: string, upTo: number): Promise<void> {
    return this.#database.transaction((sql) => noteFeedAcknowledged(sql, facility, upTo));
  }
}

function upTo(items: readonly FeedItem[], bytes: number): readonly FeedItem[] {
  let total = 0;
  const enough = items.findIndex((item) => {
    total += feedBytes(item);
    return total > bytes;
  });
  return enough < 0 ? items : items.slice(0, Math.max(1, enough));
}

import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { FeedStanding } from '@santehaggui/protocols/frames/messages.ts';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import type { DatabaseMark } from './database-mark.ts';
import {
  addRestoration,
  type FeedGeneration,
  joinRestorations,
  type LastRestoration,
  lastRestoration,
  lockRestorations,
  markOffered,
  type RestorationSign,
  readFeedLength,
  readGenerations,
  readMark,
  writeMark,
} from './restoration-store.ts';

/** What noticing is made of. */
export type RestorationOptions = {
  readonly database: HubDatabase;
  readonly mark: DatabaseMark;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
};

/** What a node's HELLO tells of the past of its hub. */
export type NodeAccount = {
  readonly facility: string;
  /** The generation that `feedReceived` counts in; undefined before any restoration that it knows of. */
  readonly generation: string | undefined;
  readonly feedReceived: number;
  /** Whether the hub once said that more of the node's own changes is safe than it has now. */
  readonly wasPromisedMore: boolean;
};

/** Where a node's feed goes on. `told`: what the node must be told, when its own count is not right or more is wanted of it. */
export type FeedPlace = { readonly upTo: number; readonly told: FeedStanding | undefined };

/**
 * Notices that the hub was put back to an older state, and has it get back from its nodes what it lost (docs/protocol.md, 7).
 * Each restoration begins another generation of every feed, so that no position is believed that speaks of what is gone.
 */
export class RestorationService {
  readonly #options: RestorationOptions;

  constructor(options: RestorationOptions) {
    this.#options = options;
  }

  /** The service that compares the marks before anybody is served. */
  service(): Service {
    return {
      name: 'restoration',
      run: async ({ signal, ready }) => {
        await this.#compareMarks();
        ready();
        await aborted(signal);
      },
    };
  }

  /** Where the feed of a node that says HELLO goes on. What it tells may be the first sign that the hub was restored. */
  async greet(account: NodeAccount): Promise<FeedPlace> {
    const { database } = this.#options;
    const look = () => database.transaction((sql) => standingOf(sql, account), { isReadOnly: true });
    const found = await look();
    if (!found.isAhead) return found;
    await database.transaction(async (sql) => {
      await lockRestorations(sql);
      // Another node may have shown it in the meantime.
      if ((await standingOf(sql, account)).isAhead) await this.#begin(sql, 'node-ahead');
    });
    return look();
  }

  /** Notes, in the transaction that stores the last of it, that a facility's node has given back all that it had received. */
  async offered(sql: Sql, facility: string): Promise<void> {
    await markOffered(sql, facility, new Date(this.#options.clock.now()));
    this.#options.log.info('restoration.given-back', { facility });
  }

  /** Lets a facility that came back after a restoration give back what it has like those that were here, in the transaction given. */
  async await(sql: Sql, facility: string): Promise<void> {
    await lockRestorations(sql);
    await joinRestorations(sql, facility);
  }

  /** Whether a facility's node is still to give back what it received. */
  isAwaited(facility: string): Promise<boolean> {
    return this.#options.database.transaction(
      async (sql) => (await readGenerations(sql, facility)).at(-1)?.isOffered === false,
      { isReadOnly: true },
    );
  }

  /** The generation of a facility's feed; undefined before any restoration. */
  generation(facility: string): Promise<string | undefined> {
    return this.#options.database.transaction(
      async (sql) => (await readGenerations(sql, facility)).at(-1)?.generation,
      { isReadOnly: true },
    );
  }

  /** The last restoration; undefined when there was none. */
  last(): Promise<LastRestoration | undefined> {
    return this.#options.database.transaction(lastRestoration, { isReadOnly: true });
  }

  async #compareMarks(): Promise<void> {
    const { database, mark, randomBytes } = this.#options;
    const next = toHex(randomBytes(16));
    const present = await database.transaction(readMark, { isReadOnly: true });
    if (mark.isOf(present)) {
      mark.willWrite(present, next);
      await database.transaction((sql) => writeMark(sql, next));
    } else {
      // The generation and the mark in one transaction; until then every start finds the same.
      await database.transaction(async (sql) => {
        await lockRestorations(sql);
        await this.#begin(sql, 'mark');
        await writeMark(sql, next);
      });
    }
    mark.written(next);
  }

  async #begin(sql: Sql, sign: RestorationSign): Promise<void> {
    const { randomBytes, clock, log } = this.#options;
    const generation = toHex(randomBytes(6));
    await addRestoration(sql, { generation, sign, noticedAt: new Date(clock.now()) });
    log.warn('restoration.noticed', { sign, generation });
  }
}

async function standingOf(sql: Sql, account: NodeAccount): Promise<FeedPlace & { readonly isAhead: boolean }> {
  const { facility, generation, feedReceived, wasPromisedMore } = account;
  const generations = await readGenerations(sql, facility);
  const present = generations.at(-1);
  const upTo = believedOf(generations, { generation, feedReceived });
  const isPresent = present?.generation === generation;
  const wantsOffer = present?.isOffered === false;
  // One that is still giving back what it received was ahead of the hub for a reason that is known.
  const isAhead = isPresent && !wantsOffer && (wasPromisedMore || feedReceived > (await readFeedLength(sql, facility)));
  const told =
    present === undefined || (isPresent && !wantsOffer)
      ? undefined
      : { generation: present.generation, upTo, wantsOffer };
  return { upTo, told, isAhead };
}

/** How much of the feed a node has that counts in a generation: up to where that one ended it is the same in the next. */
export function believedOf(
  generations: readonly FeedGeneration[],
  { generation, feedReceived }: Pick<NodeAccount, 'generation' | 'feedReceived'>,
): number {
  const index = generations.findIndex((known) => known.generation === generation);
  // Of a generation that is not known, not even the beginning need be the same.
  if (index < 0 && generation !== undefined) return 0;
  const following = generations.slice(index + 1);
  return Math.min(feedReceived, ...following.map(({ beginsAfter }) => beginsAfter));
}

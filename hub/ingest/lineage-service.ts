import type { HubHello, NodeHello } from '@santehaggui/protocols/frames/messages.ts';
import { standingOf, strangersIn } from '@santehaggui/protocols/journal/standing.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { giveBranches, giveStrangers } from '../routing/branch-service.ts';
import type { LoadService } from '../routing/load-service.ts';
import { noteSeen, readChains, readCurrentIncarnation, readParked } from './chain-store.ts';
import type { EnrolledNode } from './ingest-service.ts';

/** What the hub has of a node; `loadAfter`: for a node that is to be filled, the entry of its feed after which it counts. */
export type Greeting = { readonly received: HubHello['received']; readonly loadAfter: number | undefined };

/** Compares a node's past with what is here, when it says HELLO. */
export class LineageService {
  readonly #database: HubDatabase;
  readonly #loads: LoadService;
  readonly #clock: Clock;

  constructor(database: HubDatabase, loads: LoadService, clock: Clock) {
    this.#database = database;
    this.#loads = loads;
    this.#clock = clock;
  }

  /** What the hub has of a node, and a note that the node called. */
  greet({ facility, node }: EnrolledNode, { lineage, feedReceived }: NodeHello): Promise<Greeting> {
    return this.#database.transaction(async (sql) => {
      await noteSeen(sql, facility, new Date(this.#clock.now()));
      const chains = await readChains(
        sql,
        node,
        lineage.map(({ incarnation }) => incarnation),
      );
      const parked = await readParked(sql, node);
      const standing = standingOf(lineage, { chains, parked });
      const current = await readCurrentIncarnation(sql, facility);
      const isKnown = current === null || lineage.some((entry) => entry.incarnation === current);
      const hasMore = (chains.get(standing?.incarnation ?? '')?.lastSequence ?? 0) > (standing?.upTo ?? 0);
      const loadAfter =
        standing === null && feedReceived === 0 ? await this.#loads.begin(sql, { facility, node }) : undefined;
      if (loadAfter === undefined && (!isKnown || hasMore)) {
        // More came of this node than it has: its disk was put back or made anew, or there is another copy of it.
        await lockFacilities(sql, [facility]);
        await giveBranches(sql, { facility, node }, [
          standing === null ? null : { incarnation: standing.incarnation, sequence: standing.upTo },
        ]);
      }
      const strangers = strangersIn(lineage, parked);
      if (strangers.length > 0) await lockFacilities(sql, [facility]);
      await giveStrangers(sql, { facility, node }, strangers);
      if (standing === null) return { received: null, loadAfter };
      const { incarnation, upTo, beyond } = standing;
      return { received: { incarnation, upTo, beyond }, loadAfter };
    });
  }
}

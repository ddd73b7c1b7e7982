import { receivedOf } from '@santehaggui/protocols/frames/hub-exchange-machine.ts';
import { type HubHello, type LineageEntry, MAX_RANGES } from '@santehaggui/protocols/frames/messages.ts';
import { rangesOf } from '@santehaggui/protocols/frames/ranges.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { noteSeen, readChains, readParked } from './chain-store.ts';
import type { EnrolledNode } from './ingest-service.ts';

/** Compares a node's past with what is here, when it says HELLO. */
export class LineageService {
  readonly #database: HubDatabase;
  readonly #clock: Clock;

  constructor(database: HubDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** What the hub has of a node, and a note that the node called. */
  greet({ facility, node }: EnrolledNode, lineage: readonly LineageEntry[]): Promise<HubHello['received']> {
    return this.#database.transaction(async (sql) => {
      await noteSeen(sql, facility, new Date(this.#clock.now()));
      const chains = await readChains(
        sql,
        node,
        lineage.map(({ incarnation }) => incarnation),
      );
      const known = receivedOf(lineage, (incarnation) => chains.get(incarnation)?.lastSequence);
      const ofLineage = new Set(lineage.map(({ incarnation }) => incarnation));
      const parked = (await readParked(sql, node)).filter(({ incarnation }) => ofLineage.has(incarnation));
      // Of a node of which only changes beyond a gap came, that is what is known.
      const received = known ?? (parked[0] === undefined ? null : { incarnation: parked[0].incarnation, upTo: 0 });
      if (received === null) return null;
      const beyond = rangesOf(parked.map(({ sequence }) => sequence).filter((sequence) => sequence > received.upTo));
      return { ...received, beyond: beyond.slice(0, MAX_RANGES) };
    });
  }
}

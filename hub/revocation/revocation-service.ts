import type { FormerNodeLine } from '@santehaggui/protocols/api/admin-api.ts';
import { linkKeysOfHub, type SealKeys } from '@santehaggui/protocols/crypto/sodium.ts';
import { decodeIncoming, type IncomingChange } from '@santehaggui/protocols/journal/follow-chain.ts';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { IngestService } from '../ingest/ingest-service.ts';
import type { FormerNodes, LinkedNode } from '../ingest/linked-node.ts';
import { Register } from '../registers/register-service.ts';
import type { KeyChanged } from '../routing/travelling-accounts-service.ts';
import type { RevocationList } from './revocation-list.ts';
import {
  countWaiting,
  type EndReason,
  endNode,
  type FormerNode,
  facilityWithNode,
  forgetWaiting,
  formerNode,
  formerNodes,
  keepFormer,
  keepWaiting,
  waitingOf,
} from './revocation-store.ts';

/** What the service is made of. */
export type RevocationOptions = {
  readonly database: HubDatabase;
  readonly list: RevocationList;
  readonly seal: SealKeys;
  readonly ingest: IngestService;
  readonly onKeyChanged: KeyChanged;
  /** Ends the connections that a facility's node has. */
  readonly disconnect: (facility: string) => void;
  readonly clock: Clock;
  readonly log: Log;
};

/** So many changes are taken in one transaction when a person has accepted them. */
const ACCEPTED_AT_ONCE = 500;

/**
 * Nodes that are no longer a facility's. What the hub had stored of one before counts; what comes afterwards waits until a person has
 * judged it: it may be a midwife's last night before the theft, or the thief's.
 */
export class RevocationService {
  readonly #options: RevocationOptions;

  constructor(options: RevocationOptions) {
    this.#options = options;
  }

  /** Nodes that were revoked, for whoever takes frames. */
  readonly former: FormerNodes = {
    find: (node) => this.#find(node),
    keep: (node, incoming) => this.#keep(node, incoming),
  };

  /** Brings file and database together before any node is heard: whoever is revoked in either is revoked. */
  service(): Service {
    return {
      name: 'revocation',
      run: async ({ signal, ready }) => {
        await this.#unite();
        ready();
        await aborted(signal);
      },
    };
  }

  async #unite(): Promise<void> {
    const { database, list, log } = this.#options;
    const here = await database.transaction(async (sql) => {
      for (const former of list.read()) {
        const facility = await facilityWithNode(sql, former.node);
        if (facility !== undefined) {
          await endNode(sql, facility, { at: former.endedAt, reason: former.reason });
          log.warn('revocation.again', { facility, node: former.node });
        }
        await keepFormer(sql, former);
      }
      return formerNodes(sql);
    });
    list.add(here);
  }

  /**
   * Takes a facility's node away: its connections end, its next HELLO is refused, and a new token can be given for another one. Throws
   * SH-N381 when the facility has no node.
   */
  async revoke(facility: string, reason: EndReason): Promise<FormerNodeLine> {
    const { database, list, clock, log, disconnect, onKeyChanged } = this.#options;
    const at = new Date(clock.now());
    const former = await database.transaction(async (sql) => {
      await lockFacilities(sql, [facility]);
      const ended = await endNode(sql, facility, { at, reason });
      if (ended !== undefined) await onKeyChanged(sql, facility);
      // Before the commit: a revocation that only the file knows does no harm, one that only the database knows may be lost.
      if (ended !== undefined) list.add([ended]);
      return ended;
    });
    if (former === undefined) throw failHub('SH-N381', { why: facility });
    disconnect(facility);
    log.warn('revocation.revoked', { facility, node: former.node, reason });
    return lineOf(former, 0);
  }

  /** The former node with a number and the keys of its link; undefined when none was revoked. */
  async #find(node: number): Promise<LinkedNode | undefined> {
    const { database, seal } = this.#options;
    const former = await database.transaction((sql) => formerNode(sql, node), { isReadOnly: true });
    return former === undefined ? undefined : linkedOf(former, seal);
  }

  /** Keeps what came of a former node for a person; what had counted before is left out. Gives how many wait now that did not before. */
  #keep({ facility, node }: LinkedNode, incoming: readonly IncomingChange[]): Promise<number> {
    const { database, clock, log } = this.#options;
    const cameAt = new Date(clock.now());
    return database.transaction(async (sql) => {
      const changes = await notCounted(sql, { facility, node }, incoming);
      const kept = await keepWaiting(
        sql,
        node,
        changes.map((one) => ({ ...one, cameAt })),
      );
      if (kept > 0) log.warn('revocation.waiting', { facility, node, changes: kept });
      return kept;
    });
  }

  /** All former nodes, and how much of each waits. */
  list(): Promise<readonly FormerNodeLine[]> {
    return this.#options.database.transaction(
      async (sql) => {
        const waiting = await countWaiting(sql);
        return (await formerNodes(sql)).map((former) => lineOf(former, waiting.get(former.node) ?? 0));
      },
      { isReadOnly: true },
    );
  }

  /** Judges what waits of a former node: takes it into the registers, in its order, or throws it away. Throws SH-N381. */
  async judge(node: number, decision: 'accepted' | 'refused'): Promise<{ readonly changes: number }> {
    const { database, ingest, log, seal } = this.#options;
    const { former, waiting } = await database.transaction(async (sql) => ({
      former: await formerNode(sql, node),
      waiting: await waitingOf(sql, node),
    }));
    if (former === undefined) throw failHub('SH-N381', { why: String(node) });
    if (decision === 'accepted') {
      const carried = waiting.map(({ sequence, encoded }) => ({ position: sequence, encoded }));
      for (let at = 0; at < carried.length; at += ACCEPTED_AT_ONCE)
        await ingest.ingestFormer(
          linkedOf(former, seal),
          decodeIncoming(node, carried.slice(at, at + ACCEPTED_AT_ONCE)),
        );
    }
    await database.transaction((sql) => forgetWaiting(sql, node));
    log.warn('revocation.judged', { facility: former.facility, node, decision, changes: waiting.length });
    return { changes: waiting.length };
  }
}

async function notCounted(
  sql: Sql,
  { facility, node }: { readonly facility: string; readonly node: number },
  incoming: readonly IncomingChange[],
) {
  const places = incoming.flatMap(({ change, position, encoded }) =>
    change === undefined ? [] : [{ incarnation: change.origin.incarnation, sequence: position, encoded }],
  );
  const kept = await new Register(sql, facility).kept(node, places);
  const known = new Set(kept.map(({ incarnation, sequence }) => `${incarnation}.${sequence}`));
  return places.filter(({ incarnation, sequence }) => !known.has(`${incarnation}.${sequence}`));
}

function linkedOf({ facility, node, journalKey, signKey, sealKey }: FormerNode, seal: SealKeys): LinkedNode {
  return { facility, node, journalKey, signKey, sealKey, link: linkKeysOfHub(seal, sealKey) };
}

function lineOf({ node, facility, endedAt, reason }: FormerNode, waiting: number): FormerNodeLine {
  return { node, facility, endedAt: endedAt.toISOString(), reason, waiting };
}

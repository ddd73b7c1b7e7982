import type { Offer } from '@santehaggui/protocols/frames/offer-messages.ts';
import { decodeChange, type EncodedChange, MalformedChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { checkChange, type Refusal } from '@santehaggui/protocols/journal/check-change.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { EmbeddedBus } from '../events/embedded-bus.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, isRelease, journalKeyOf, type StoredChange } from '../registers/stored-change.ts';
import type { RestorationService } from '../restoration/restoration-service.ts';
import { type FacilityOf, lockSpreading, spread } from '../routing/spread-service.ts';
import type { EnrolledNode } from './ingest-service.ts';
import { facilitiesOfNodes, readContradictions } from './offer-store.ts';
import { appendQuarantine } from './quarantine-store.ts';

/** What taking offers is made of. `onLast` is called in the transaction of a node's last offer. */
export type OfferOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly restoration: RestorationService;
  readonly bus: EmbeddedBus;
  readonly onLast: (sql: Sql, facility: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Why an offered change is not taken. */
type Rejection = Omit<Refusal, 'code'> & { readonly code: Refusal['code'] | 'SH-X310' };

type Judged = {
  readonly good: readonly StoredChange[];
  readonly refused: readonly { readonly stored: StoredChange; readonly refusal: Rejection }[];
};

/**
 * Takes back from nodes what a restored hub had given them (docs/protocol.md, 7): into the node's own register, where it was
 * before, and from there to whoever else holds those records. It is taken on the node's word, which is why it never goes into
 * the register of the node that wrote it, and counts for nothing where it contradicts what is here.
 */
export class OfferService {
  readonly #options: OfferOptions;

  constructor(options: OfferOptions) {
    this.#options = options;
  }

  /** Stores an offer in one transaction, and returns when it is committed. */
  async take(node: EnrolledNode, { changes, isLast }: Offer): Promise<void> {
    const { database, clock, log } = this.#options;
    const offered = changes.flatMap((encoded) => readable(encoded) ?? []);
    const taken = await database.transaction((sql) => this.#store(sql, { node, offered, isLast, nowMs: clock.now() }));
    log.info('restoration.offer', { facility: node.facility, offered: changes.length, ...taken });
  }

  async #store(
    sql: Sql,
    {
      node: { facility },
      offered,
      isLast,
      nowMs,
    }: {
      readonly node: EnrolledNode;
      readonly offered: readonly StoredChange[];
      readonly isLast: boolean;
      readonly nowMs: number;
    },
  ): Promise<{ readonly stored: number; readonly refused: number }> {
    const { origin, restoration, bus, onLast } = this.#options;
    const receivedAt = new Date(nowMs);
    const nodes = await facilitiesOfNodes(
      sql,
      offered.map(({ change }) => change.origin.node),
    );
    const facilityOf: FacilityOf = (number) => nodes.get(number);
    await lockSpreading({ sql, facility, changes: offered, facilityOf, receivedAt });
    const { good, refused } = await judge(sql, { facility, offered, facilityOf });
    await origin.takeBack({ sql, changes: good.filter((one) => isOfHub(one) && !isRelease(one)), nowMs });
    const stored = await new Register(sql, facility).apply(good, { receivedAt });
    const elsewhere = await spread({ sql, facility, changes: good, facilityOf, receivedAt });
    const here = stored.filter(isOfRecord).map(({ change }) => change.recordId);
    const events = [...elsewhere, [facility, [...new Set(here)]] as const];
    await bus.publish(
      sql,
      events.map(([code, records]) => ({ facility: code, records })),
      receivedAt,
    );
    const entries = refused.map(({ stored: { change }, refusal }) => ({
      incarnation: change.origin.incarnation,
      sequence: change.sequence,
      ...refusal,
    }));
    await appendQuarantine(sql, facility, { entries, refusedAt: receivedAt });
    if (isLast) {
      await restoration.offered(sql, facility);
      await onLast(sql, facility);
    }
    return { stored: stored.length, refused: refused.length };
  }
}

const FACILITY_TYPE = facilityType.number;

/** A change that a node may have received, of another branch of itself too; undefined for openings and what is no change. */
function readable(encoded: EncodedChange): StoredChange | undefined {
  try {
    const change = decodeChange(encoded);
    if (change.kind === 'opening') return undefined;
    const isOfRegistry = change.kind !== 'record' || change.recordType === FACILITY_TYPE;
    // Rulings on clocks, releases and facilities are the hub's alone, and all that it writes.
    if (isOfRegistry !== (change.origin.node === 0)) return undefined;
    return { change, encoded, head: null };
  } catch (error) {
    if (error instanceof MalformedChange) return undefined;
    throw error;
  }
}

async function judge(
  sql: Sql,
  {
    facility,
    offered,
    facilityOf,
  }: { readonly facility: string; readonly offered: readonly StoredChange[]; readonly facilityOf: FacilityOf },
): Promise<Judged> {
  const contradicting = new Set(await readContradictions(sql, facility, offered));
  const byHome = Map.groupBy(offered, (stored) => (isOfHub(stored) ? REGISTRY : facilityOf(stored.change.origin.node)));
  for (const [home, theirs] of byHome) {
    if (home === undefined) continue;
    for (const key of await readContradictions(sql, home, theirs)) contradicting.add(key);
  }
  const good: StoredChange[] = [];
  const refused: { readonly stored: StoredChange; readonly refusal: Rejection }[] = [];
  for (const stored of offered) {
    const refusal = contradicting.has(journalKeyOf(stored)) ? CONTRADICTION : problemOf(stored);
    if (refusal === undefined) good.push(stored);
    else refused.push({ stored, refusal });
  }
  return { good, refused };
}

const CONTRADICTION: Rejection = { code: 'SH-X310', detail: 'other bytes of this change are here' };

function problemOf(stored: StoredChange): Refusal | undefined {
  if (!isOfRecord(stored)) return undefined;
  const { change } = stored;
  // It may come before the change that made its record; and a patch of a facility is the hub's own.
  return checkChange(isOfHub(stored) ? { ...change, isCreate: true } : change, change.recordType);
}

function isOfHub({ change }: StoredChange): boolean {
  return change.origin.node === 0;
}

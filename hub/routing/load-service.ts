import { referencesOf } from '@santehaggui/protocols/frames/lanes.ts';
import type { Loading } from '@santehaggui/protocols/frames/repair-messages.ts';
import { RECORD_TYPES, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';
import { appendFeed, feedAcknowledged, feedLength } from './feed-store.ts';
import { loadOrder } from './load-order.ts';
import { countLeft, endLoad, readLoad, takeEarly, takeNext, writeLoad } from './load-store.ts';
import { ROUTED_TYPE } from './routing-rules.ts';

/** What loading takes. */
export type LoadOptions = { readonly database: HubDatabase; readonly clock: Clock; readonly log: Log };

/** A node that says HELLO with nothing. */
export type EmptyNode = { readonly facility: string; readonly node: number };

/** So many records go into the feed at once, and so many entries wait there at least: what is urgent waits behind no more. */
const PORTION_RECORDS = 400;
const LOW_WATER_ENTRIES = 400;

const PATIENT = recordTypeNamed('patient');
const ENCOUNTER = recordTypeNamed('encounter');
const REFERRAL = recordTypeNamed('referral');
const PLAN_FIELDS = {
  patientType: PATIENT.number,
  patients: RECORD_TYPES.flatMap(({ number: type, fields }) => {
    const field = Object.values(fields).find(({ to }) => to === 'patient' && type !== PATIENT.number);
    return field === undefined ? [] : [{ type, field: field.number }];
  }),
  seen: { type: ENCOUNTER.number, field: ENCOUNTER.fields.start?.number ?? 0 },
  status: { type: ROUTED_TYPE, field: REFERRAL.fields.status?.number ?? 0, ended: ['closed', 'cancelled'] },
};

/**
 * Fills a node that has nothing: a new disk, or a new node of a facility that had one (docs/protocol.md, 4.22). Everything that its
 * facility holds goes into the feed in an order in which each part of it can be worked with, a portion at a time, so that what
 * is routed meanwhile does not wait behind it.
 */
export class LoadService {
  readonly #options: LoadOptions;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /**
   * In the transaction of an empty node's HELLO: begins its load, or goes on with one of which it has nothing yet; answers after
   * which entry of the feed it counts. Undefined when there is nothing to be given, because its facility has recorded nothing.
   */
  async begin(sql: Sql, { facility, node }: EmptyNode): Promise<number | undefined> {
    await lockFacilities(sql, [facility]);
    const known = await readLoad(sql, facility);
    if (known?.node === node && (await feedAcknowledged(sql, facility)) <= known.beginsAfter) return known.beginsAfter;
    const plan = await new Register(sql, facility).loadPlan(PLAN_FIELDS);
    if (plan === null) return undefined;
    const at = new Date(this.#options.clock.now());
    const beginsAfter = await feedLength(sql, facility);
    const items = loadOrder(plan.rows);
    const patients = plan.rows.filter(({ type }) => type === PATIENT.number).length;
    await writeLoad(sql, facility, {
      ...{ node, beginsAfter, patients, items, at },
      journalPosition: plan.journalPosition,
    });
    await appendFeed(sql, facility, await new Register(sql, facility).corrections());
    await this.#portion(sql, facility);
    this.#options.log.info('routing.load-begun', { facility, node, patients, records: items.length });
    return beginsAfter;
  }

  /** Puts the next portion into the feed where little of it waits after an entry; answers how far the load is, when there is one. */
  async fill(facility: string, after: number): Promise<Loading | undefined> {
    const { database } = this.#options;
    const look = (sql: Sql) => this.#stateOf(sql, facility, after);
    const found = await database.transaction(look, { isReadOnly: true });
    if (found === undefined || !found.isLow) return found?.loading;
    return database.transaction(async (sql) => {
      await lockFacilities(sql, [facility]);
      const present = await look(sql);
      if (present?.isLow === true) await this.#portion(sql, facility);
      return (await look(sql))?.loading;
    });
  }

  /** Puts all the rest into the feed: a stick has room. */
  async fillWhole(facility: string): Promise<void> {
    for (let left = Number.POSITIVE_INFINITY; left > 0; )
      left = (await this.fill(facility, Number.MAX_SAFE_INTEGER))?.records ?? 0;
  }

  async #stateOf(
    sql: Sql,
    facility: string,
    after: number,
  ): Promise<{ readonly loading: Loading; readonly isLow: boolean } | undefined> {
    const load = await readLoad(sql, facility);
    if (load === undefined) return undefined;
    const left = load.isEnded ? { records: 0, patients: 0 } : await countLeft(sql, facility);
    const isLow = left.records > 0 && (await feedLength(sql, facility)) - after < LOW_WATER_ENTRIES;
    const loading: Loading = { kind: 'loading', patients: load.patients, left: left.patients, records: left.records };
    return { loading, isLow };
  }

  async #portion(sql: Sql, facility: string): Promise<void> {
    const records = await takeNext(sql, facility, PORTION_RECORDS);
    await appendFeed(sql, facility, await historiesOf(sql, facility, records));
    if ((await countLeft(sql, facility)).records > 0) return;
    await endLoad(sql, facility, new Date(this.#options.clock.now()));
    this.#options.log.info('routing.load-in-feed', { facility });
  }
}

/**
 * Puts what changes refer to before them, where the node of a facility is being filled and still lacks it, with all of those
 * patients' records; answers the changes that this did not give already. The caller holds the facility's lock.
 */
export async function giveBefore(
  sql: Sql,
  facility: string,
  changes: readonly StoredChange[],
): Promise<readonly StoredChange[]> {
  const ofRecords = changes.filter(isOfRecord);
  if (ofRecords.length === 0) return changes;
  const load = await readLoad(sql, facility);
  if (load === undefined || load.isEnded) return changes;
  const wanted = ofRecords.flatMap(({ change }) => [change.recordId, ...referencesOf(change)]);
  const taken = await takeEarly(sql, facility, [...new Set(wanted)]);
  await appendFeed(sql, facility, await historiesOf(sql, facility, taken));
  const given = new Set(taken);
  return changes.filter((stored) => !isOfRecord(stored) || !given.has(stored.change.recordId));
}

/** The changes of records, record by record in this order. */
async function historiesOf(sql: Sql, facility: string, records: readonly string[]): Promise<readonly StoredChange[]> {
  const history = Map.groupBy(await new Register(sql, facility).historyOf(records), ({ change }) => change.recordId);
  return records.flatMap((id) => history.get(id) ?? []);
}

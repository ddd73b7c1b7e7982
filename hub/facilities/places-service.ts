import type { FacilityMoved, FacilityPlace, facilityMoveRequest } from '@santehaggui/protocols/api/admin-api.ts';
import { namedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { z } from 'zod';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import { hubWrites } from '../registers/hub-writes.ts';
import { Register } from '../registers/register-service.ts';
import { districtOf } from '../routing/district-service.ts';
import { appendAndDistribute } from '../routing/hub-change-service.ts';
import { codeOfRecord, lockRegistry, recordOfFacility, registrationOf } from './facilities-store.ts';
import { type DatedPlace, facilitiesDue, type Place, placesOf, settlePlace, writePlace } from './places-store.ts';

/** What the service is made of. */
export type PlacesOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  /** Gives a facility and its present neighbours what they are to have of each other. */
  readonly share: (sql: Sql, code: string) => Promise<void>;
  /** Ends the copies at a facility that nothing asks for any more; answers how many records. */
  readonly endCopies: (facility: string) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
};

/** A move as it is asked for. */
export type MoveRequest = z.infer<typeof facilityMoveRequest>;

/**
 * Where facilities are in the health map, and since when. A facility that moves keeps its code, its node, its schema and its past: what
 * its node has not sent yet comes as before, and referrals go where they were addressed (docs/protocol.md, 6.4).
 */
export class PlacesService {
  readonly #options: PlacesOptions;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** All places of a facility, the earliest first. Throws SH-N391 for a code that no facility has. */
  async history(code: string): Promise<readonly FacilityPlace[]> {
    const places = await this.#options.database.transaction((sql) => placesOf(sql, code), { isReadOnly: true });
    if (places.length === 0) throw failHub('SH-N391', { why: code });
    return places.map(({ askedAt: _askedAt, ...place }) => place);
  }

  /**
   * Moves a facility to another region or district, or lets it refer elsewhere, from a day on; what is left out stays, but the district
   * where the region changes. A day that has come is carried out at once, a later one by the daily work. The same day again corrects
   * what was said of it. Throws SH-N391 for an unknown code, SH-I391 for a target that is none, SH-K391 for a day before the last
   * move's, SH-I392 when nothing would change.
   */
  async move(request: MoveRequest): Promise<FacilityMoved> {
    const { database, clock, log } = this.#options;
    const { code } = request;
    const nowMs = clock.now();
    const since = request.since ?? dayOf(nowMs);
    const before = await database.transaction(async (sql) => {
      await lockRegistry(sql);
      const places = await placesOf(sql, code);
      const found = placeAsked(request, places, since);
      const { referralTarget } = found.place;
      if (referralTarget !== null && (await registrationOf(sql, referralTarget)) === undefined)
        throw failHub('SH-I391', { why: referralTarget });
      await writePlace(sql, code, { ...found.place, since, reason: request.reason, at: new Date(nowMs) });
      return found;
    });
    const isCarriedOut = since <= dayOf(nowMs);
    const copiesEnded = isCarriedOut ? await this.#carryOut(code) : 0;
    log.info('facilities.moved', { facility: code, since, isCarriedOut, copiesEnded });
    return { code, since, from: placeOnly(before.last), to: before.place, isCarriedOut, copiesEnded };
  }

  /** Carries out the moves whose day has come. For the daily work: safe to repeat and to miss. */
  async daily(): Promise<void> {
    const { database, clock, log } = this.#options;
    const due = await database.transaction((sql) => facilitiesDue(sql, dayOf(clock.now())), { isReadOnly: true });
    for (const code of due) {
      const copiesEnded = await this.#carryOut(code);
      log.info('facilities.move-carried-out', { facility: code, copiesEnded });
    }
  }

  /** Takes over the place that a facility's record tells of, where a restored hub has got back a later one than it knows. */
  readonly takeBack = async (sql: Sql, code: string): Promise<void> => {
    await lockRegistry(sql);
    const recordId = await recordOfFacility(sql, code);
    if (recordId === undefined) return;
    const record = (await new Register(sql, REGISTRY).records([recordId])).get(recordId);
    if (record === undefined) return;
    const { region, district, referralTarget, placedSince } = namedFields(facilityType, record.fields);
    const since = typeof placedSince === 'string' ? placedSince : null;
    const last = (await placesOf(sql, code)).findLast((place) => place.isCarriedOut);
    if ((last?.since ?? '') > (since ?? '') || typeof region !== 'string') return;
    const known = typeof referralTarget === 'string' ? await codeOfRecord(sql, referralTarget) : undefined;
    const place: Place = {
      region,
      district: typeof district === 'string' ? district : null,
      // A target that is not registered has no record to be named by.
      referralTarget: known ?? last?.referralTarget ?? null,
    };
    const isKnown = last !== undefined && last.since === since && isSamePlace(place, last);
    if (isKnown) return;
    const at = new Date(this.#options.clock.now());
    // When it was asked for is lost: it was known from its first day on.
    await writePlace(sql, code, { ...place, since, reason: null, at: since === null ? at : new Date(since) });
    await settlePlace(sql, code, { ...place, since, at });
  };

  /** Carries out the last due place of a facility, then ends the copies that its old district's consents no longer ask for. */
  async #carryOut(code: string): Promise<number> {
    const { database, clock, endCopies } = this.#options;
    const left = await database.transaction(async (sql) => {
      const nowMs = clock.now();
      await lockRegistry(sql);
      const neighbours = await districtOf(sql, code);
      const due = (await placesOf(sql, code)).filter(
        (place) => !place.isCarriedOut && (place.since ?? '') <= dayOf(nowMs),
      );
      for (const place of due) await settlePlace(sql, code, { ...place, at: new Date(nowMs) });
      const last = due.at(-1);
      if (last !== undefined) await this.#tell(sql, { code, place: last, nowMs });
      return neighbours.map((one) => one.code);
    });
    let ended = 0;
    for (const facility of new Set([code, ...left])) ended += await endCopies(facility);
    return ended;
  }

  /** Writes the place into the facility's record, for all who hold it, and lets old and new neighbours know of each other. */
  async #tell(
    sql: Sql,
    { code, place, nowMs }: { readonly code: string; readonly place: DatedPlace; readonly nowMs: number },
  ): Promise<void> {
    const { origin, share } = this.#options;
    const recordId = await recordOfFacility(sql, code);
    if (recordId === undefined) throw new TypeError(`no facility ${code}`);
    const { region, district, referralTarget, since } = place;
    const target = referralTarget === null ? null : ((await recordOfFacility(sql, referralTarget)) ?? null);
    const values = { region, district, referralTarget: target, placedSince: since };
    const present = (await new Register(sql, REGISTRY).records([recordId])).get(recordId);
    const writes = hubWrites(facilityType, values, present);
    const drafts = [{ kind: 'patch' as const, recordType: facilityType.number, recordId, writes }];
    if (Object.keys(writes).length > 0) await appendAndDistribute(origin, { sql, drafts, nowMs });
    await lockFacilities(sql, [code]);
    await share(sql, code);
  }
}

/** The place that a request asks for, beside the last one that is known. */
function placeAsked(
  { code, region, district, referralTarget }: MoveRequest,
  places: readonly DatedPlace[],
  since: string,
): { readonly last: DatedPlace; readonly place: Place } {
  const newest = places.at(-1);
  if (newest === undefined) throw failHub('SH-N391', { why: code });
  if ((newest.since ?? '') > since) throw failHub('SH-K391', { why: newest.since ?? '' });
  // A correction of a day's move starts from what was before that day.
  const last = newest.since === since ? (places.at(-2) ?? newest) : newest;
  const asked = region?.normalize('NFC') ?? last.region;
  const place: Place = {
    region: asked,
    district: district?.normalize('NFC') ?? (asked === last.region ? last.district : null),
    referralTarget: referralTarget ?? last.referralTarget,
  };
  if (isSamePlace(place, newest)) throw failHub('SH-I392', { why: code });
  return { last, place };
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.region === other.region && one.district === other.district && one.referralTarget === other.referralTarget;
}

function placeOnly({ region, district, referralTarget }: Place): Place {
  return { region, district, referralTarget };
}

/** The day of an instant in Mali (UTC). */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

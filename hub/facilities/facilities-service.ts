import type {
  FacilityAddAnswer,
  FacilityLine,
  FacilityProof,
  facilityAddRequest,
} from '@santehaggui/protocols/api/admin-api.ts';
import { fingerprintWords } from '@santehaggui/protocols/crypto/fingerprint.ts';
import type { EnrolmentCertificate } from '@santehaggui/protocols/enrolment/certificate.ts';
import type { FieldWrites } from '@santehaggui/protocols/journal/change.ts';
import { type NamedFields, namedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { facility as facilityType } from '@santehaggui/protocols/records/facility.ts';
import { parseMaliPhone } from '@santehaggui/protocols/records/phone.ts';
import { decimalOf } from '@santehaggui/protocols/records/schema.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { z } from 'zod';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import { isReservedCode, REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { EnrolmentService } from '../enrolment/enrolment-service.ts';
import { failHub } from '../errors/hub-errors.ts';
import type { ProofsService } from '../proof/proofs-service.ts';
import type { HubDraft, HubOrigin } from '../registers/hub-origin-service.ts';
import { hubWrites } from '../registers/hub-writes.ts';
import { Register } from '../registers/register-service.ts';
import { giveRecords } from '../routing/delivery-service.ts';
import { appendAndDistribute } from '../routing/hub-change-service.ts';
import {
  addFacility,
  addToDirectory,
  countFacilities,
  facilitiesBranched,
  facilitiesOfRegion,
  facilitiesReferringTo,
  listFacilities,
  lockRegistry,
  placeOf,
  type Registration,
  recordOfFacility,
  registrationOf,
} from './facilities-store.ts';
import { beginPlace } from './places-store.ts';

/** A facility as it is asked for. */
export type FacilityRequest = z.infer<typeof facilityAddRequest>;

/** What brings the schema of a facility up to date, and how far that then is. */
export type SchemaMaker = {
  readonly make: (facility: string) => Promise<unknown>;
  readonly version: number;
  readonly viewsHash: string;
};

/** What the registry is made of. `publicKey` is the hub's Ed25519 key. */
export type FacilitiesOptions = {
  readonly database: HubDatabase;
  readonly schemas: SchemaMaker;
  readonly origin: HubOrigin;
  readonly enrolment: EnrolmentService;
  readonly proofs: ProofsService;
  readonly publicKey: Uint8Array;
  /** Gives a facility what it is to have besides its neighbours' records. */
  readonly onShared: (sql: Sql, code: string, receivedAt: Date) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
};

/** So long it is told that a node's past has branched: whoever is on leave hears of it. */
const BRANCHED_DAYS = 7;

type Known = { readonly code: string; readonly recordId: string };

/** The registry of facilities. */
export class FacilitiesService {
  readonly #options: FacilitiesOptions;

  constructor(options: FacilitiesOptions) {
    this.#options = options;
  }

  /**
   * Registers a facility: its schema and role, its record, which goes to every facility of the region (and theirs to it),
   * and the token that enrols its node. For a facility that is registered and still without a node it gives a new token,
   * and the earlier ones end. Throws SH-I300 for a reserved code, SH-K301 for one that a node is enrolled under, and SH-K304
   * when what is given is not what was registered; what is left out then counts as it is.
   */
  async add(request: FacilityRequest): Promise<FacilityAddAnswer> {
    const { database, schemas, log } = this.#options;
    const { code } = request;
    if (isReservedCode(code)) throw failHub('SH-I300');
    // A schema without a row, left by a crash, is brought up to date by the next attempt.
    if ((await database.transaction((sql) => registrationOf(sql, code))) === undefined) await schemas.make(code);
    const answer = await database.transaction(async (sql) => {
      await lockRegistry(sql);
      const known = await registrationOf(sql, code);
      return known === undefined ? this.#register(sql, request) : this.#replaceToken(sql, { known, request });
    });
    log.info(answer.isNew ? 'facilities.added' : 'facilities.token-replaced', { facility: code });
    return answer;
  }

  /**
   * Registers a facility again that is gone with a backup, as a certificate of this hub names it; one that is here stays as it is. Its record
   * comes back from its node.
   */
  async reopen({ facility: code, facilityId: recordId, name, kind, region, referralTarget }: EnrolmentCertificate) {
    const { database, schemas, clock, log } = this.#options;
    if ((await database.transaction((sql) => registrationOf(sql, code))) !== undefined) return;
    await schemas.make(code);
    await database.transaction(async (sql) => {
      await lockRegistry(sql);
      if ((await registrationOf(sql, code)) !== undefined) return;
      const row = { code, recordId, name, kind, region, referralTarget, createdAt: new Date(clock.now()) };
      await addFacility(sql, { ...row, schemaVersion: schemas.version, viewsHash: schemas.viewsHash });
      await addToDirectory(sql, row);
      await beginPlace(sql, code, { region, district: null, referralTarget, at: row.createdAt });
    });
    log.warn('facilities.reopened', { facility: code });
  }

  /** All facilities. */
  async list(): Promise<readonly FacilityLine[]> {
    const rows = await this.#options.database.transaction(listFacilities, { isReadOnly: true });
    const proofs = new Map((await this.#options.proofs.lines()).map(({ code, proof }) => [code, proof]));
    return rows.map(({ code, recordId, name, kind, region, node, signKey, lastSeenAt, changes }) => ({
      code,
      facilityId: recordId,
      name,
      kind,
      region,
      state: node === null ? 'waiting' : 'enrolled',
      node,
      lastSeenAt: lastSeenAt?.toISOString() ?? null,
      changes,
      fingerprintWords: signKey === null ? null : fingerprintWords(this.#options.publicKey, new Uint8Array(signKey)),
      proof: proofs.get(code) as FacilityProof,
    }));
  }

  /** The facilities of which a disk was put back or copied within the last week. */
  branched(): Promise<readonly string[]> {
    return this.#options.database.transaction((sql) => facilitiesBranched(sql, BRANCHED_DAYS), { isReadOnly: true });
  }

  /** How many facilities there are, and how many have a node. */
  count(): Promise<{ readonly total: number; readonly enrolled: number }> {
    return this.#options.database.transaction(countFacilities, { isReadOnly: true });
  }

  /**
   * Gives a facility the records of its region's facilities, and them its own, as far as they are lacking: what a restored hub
   * got back reaches everybody whom it concerns.
   */
  readonly shareAgain = async (sql: Sql, code: string): Promise<void> => {
    const known = await placeOf(sql, code);
    if (known === undefined) return;
    const { region, recordId } = known;
    const neighbours = (await facilitiesOfRegion(sql, region)).filter((facility) => facility.code !== code);
    await lockFacilities(
      sql,
      neighbours.map((facility) => facility.code),
    );
    await this.#share(sql, { code, recordId, neighbours, receivedAt: new Date(this.#options.clock.now()) });
  };

  async #register(sql: Sql, request: FacilityRequest): Promise<FacilityAddAnswer> {
    const { schemas, origin, enrolment, clock } = this.#options;
    const { code, name, kind, region, district = null, referralTarget = null } = request;
    const nowMs = clock.now();
    const receivedAt = new Date(nowMs);
    const target = referralTarget === null ? undefined : await recordOfFacility(sql, referralTarget);
    const neighbours = await facilitiesOfRegion(sql, region);
    const referring = await facilitiesReferringTo(sql, code);
    await lockFacilities(
      sql,
      [...neighbours, ...referring].map((facility) => facility.code),
    );

    const create: HubDraft = { kind: 'create', recordType: facilityType.number, writes: writesOf(request, target) };
    const [created] = await origin.append({ sql, drafts: [create], nowMs });
    if (created?.change.kind !== 'record') throw new TypeError('the registry wrote no record');
    const { recordId } = created.change;
    const row = { code, recordId, name, kind, region, referralTarget, createdAt: receivedAt };
    await addFacility(sql, { ...row, schemaVersion: schemas.version, viewsHash: schemas.viewsHash });
    await lockFacilities(sql, [code]);
    await addToDirectory(sql, row);
    await beginPlace(sql, code, { region, district, referralTarget, at: receivedAt });
    await this.#share(sql, { code, recordId, neighbours, receivedAt });
    await this.#pointTo(sql, { recordId, referring, nowMs });
    const { token, expiresAt } = await enrolment.issueToken(sql, code);
    return { code, facilityId: recordId, token, expiresAt: expiresAt.toISOString(), isNew: true };
  }

  async #replaceToken(
    sql: Sql,
    { known, request }: { readonly known: Registration; readonly request: FacilityRequest },
  ): Promise<FacilityAddAnswer> {
    const { enrolment } = this.#options;
    const { code } = request;
    const { recordId: facilityId } = known;
    // A node may be using the last token at this moment: first the tokens, then a look at who came of it.
    await enrolment.revokeTokens(sql, code);
    if ((await registrationOf(sql, code))?.isEnrolled !== false) throw failHub('SH-K301');
    const record = (await new Register(sql, REGISTRY).records([facilityId])).get(facilityId);
    const different = differences(request, known, namedFields(facilityType, record?.fields ?? {}));
    if (different.length > 0) throw failHub('SH-K304', { why: different.join(', ') });
    const { token, expiresAt } = await enrolment.issueToken(sql, code);
    return { code, facilityId, token, expiresAt: expiresAt.toISOString(), isNew: false };
  }

  async #share(
    sql: Sql,
    share: {
      readonly code: string;
      readonly recordId: string;
      readonly neighbours: readonly Known[];
      readonly receivedAt: Date;
    },
  ): Promise<void> {
    const { code, recordId, neighbours, receivedAt } = share;
    const theirs = neighbours.map((facility) => facility.recordId);
    await giveRecords({ sql, source: REGISTRY, destination: code, ids: [...theirs, recordId], receivedAt });
    for (const { code: destination } of neighbours) {
      await giveRecords({ sql, source: REGISTRY, destination, ids: [recordId], receivedAt });
    }
    await this.#options.onShared(sql, code, receivedAt);
  }

  /** Writes the reference of facilities that named this one as their target before it was registered. */
  async #pointTo(
    sql: Sql,
    {
      recordId,
      referring,
      nowMs,
    }: { readonly recordId: string; readonly referring: readonly Known[]; readonly nowMs: number },
  ): Promise<void> {
    const present = await new Register(sql, REGISTRY).records(referring.map((facility) => facility.recordId));
    const drafts = referring.map((facility): HubDraft => {
      const writes = hubWrites(facilityType, { referralTarget: recordId }, present.get(facility.recordId));
      return { kind: 'patch', recordType: facilityType.number, recordId: facility.recordId, writes };
    });
    await appendAndDistribute(this.#options.origin, { sql, drafts, nowMs });
  }
}

/** The values of a facility's record that a request gives. */
function valuesOf(request: FacilityRequest): Readonly<Record<string, string | number>> {
  const { code, name, kind, region, district, phone, latitude, longitude, population } = request;
  const values: Readonly<Record<string, string | number | undefined>> = {
    code,
    name: name.normalize('NFC'),
    kind,
    region: region.normalize('NFC'),
    district: district?.normalize('NFC'),
    phone: phone === undefined ? undefined : (parseMaliPhone(phone) ?? phone),
    latitude: latitude === undefined ? undefined : decimalOf(latitude),
    longitude: longitude === undefined ? undefined : decimalOf(longitude),
    population,
  };
  const given = Object.entries(values).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

function writesOf(request: FacilityRequest, target: string | undefined): FieldWrites {
  const values = target === undefined ? valuesOf(request) : { ...valuesOf(request), referralTarget: target };
  return hubWrites(facilityType, values);
}

/** The names of what a request gives otherwise than it was registered. */
function differences(request: FacilityRequest, known: Registration, fields: NamedFields): readonly string[] {
  const { referralTarget = null } = request;
  const different = Object.entries(valuesOf(request)).flatMap(([name, value]) =>
    fields[name] === value ? [] : [name],
  );
  // The record has the target's id, and that only once the target is registered.
  return referralTarget === null || referralTarget === known.referralTarget
    ? different
    : [...different, 'referralTarget'];
}

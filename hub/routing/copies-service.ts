import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import type { Log } from '@santehaggui/runtime/log/logger.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { HubDatabase } from '../database/hub-database.ts';
import type { Sql } from '../database/sql.ts';
import type { OutboxEvent } from '../events/outbox-event.ts';
import type { HubOrigin } from '../registers/hub-origin-service.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { birthDateIn, deniedTypes, routeConsents, sharesOf } from './consent-service.ts';
import { dueShares, hasOpenShare, markReleased, overLimit, recordOfFacility } from './emergency-store.ts';
import { endCopies } from './ending-service.ts';
import { enrolledFacilities, facilitiesOfNodes, nodesOf, readHolders } from './holder-store.ts';
import { heirsOf, REPLACED_BY } from './person-service.ts';
import {
  ALLERGY_TYPE,
  CONSENT_TYPE,
  DOCUMENT_TYPE,
  isDenial,
  isUnderWay,
  namedByDocument,
  ROUTED_TYPE,
  routeOf,
  SHARED_TYPES,
} from './routing-rules.ts';

/** What ending copies takes. `keepDays`: how long a referral's minimum data set stays at its target once it is ended. */
export type CopiesOptions = {
  readonly database: HubDatabase;
  readonly origin: HubOrigin;
  readonly keepDays: number;
  readonly clock: Clock;
  readonly log: Log;
};

type Copies = {
  readonly facility: string;
  readonly nowMs: number;
  /** What this facility's own node created. */
  readonly own: ReadonlySet<string>;
  /** Where each record came from, by code. */
  readonly homes: ReadonlyMap<string, string>;
  /** Referrals that are under way, or ended no longer ago than they are kept. */
  readonly recent: ReadonlySet<string>;
};

const DAY_MS = 24 * 3600 * 1000;
const PATIENT_TYPE = recordTypeNamed('patient').number;
const REFERRAL = recordTypeNamed('referral');
const CONSENT = recordTypeNamed('consent');
const SHARED: ReadonlySet<number> = new Set(SHARED_TYPES.values());
const DOCUMENT = recordTypeNamed('documentReference');

/**
 * Ends copies that nothing in the table of `routing-rules.ts` asks for any more, each by a `Release` that the hub journals
 * and both ends apply. A patient's own record and allergies stay where the facility itself has written about the patient;
 * staff stay as well: they are no patients.
 */
export class CopiesService {
  readonly #options: CopiesOptions;

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** For the outbox: looks at the copies of patients whose consents changed, or who changed themselves, wherever they are. */
  async endWithdrawn(sql: Sql, events: readonly OutboxEvent[]): Promise<void> {
    for (const { facility, records } of events) {
      const register = new Register(sql, facility);
      const rows = [...(await register.records(records)).values()];
      const consents = rows.filter(isOf(CONSENT_TYPE)).map(({ id }) => id);
      // Whose record was never brought together with another has no copies that separating them could end, nor has whom nobody else holds.
      const linked = rows.filter(isOf(PATIENT_TYPE)).filter(({ stamps }) => stamps[REPLACED_BY] !== undefined);
      const holdersOfLinked = await readHolders(
        sql,
        linked.map(({ id }) => id),
      );
      const shared = [...holdersOfLinked.keys()];
      const patients = [
        ...new Set([...patientsIn(rows.filter(isOf(CONSENT_TYPE))), ...shared, ...(await heirsOf(register, shared))]),
      ];
      if (patients.length === 0) continue;
      const holders = await readHolders(sql, [...consents, ...patients]);
      const codes = new Set([...holders.values()].flatMap((found) => [...found]));
      await lockFacilities(sql, codes);
      for (const code of [...codes].sort()) await this.#end(sql, code, patients);
    }
  }

  /** The daily work: gives what consents that begin now let go, and ends what is due to end, facility by facility. */
  async daily(): Promise<void> {
    const { database, clock } = this.#options;
    for (const facility of await database.transaction(enrolledFacilities, { isReadOnly: true })) {
      await database.transaction(async (sql) => {
        const nowMs = clock.now();
        await lockFacilities(sql, [facility]);
        // Two days more than the job needs: it may not have run yesterday.
        const days = [0, 1, 2, 3].map((ago) => new Date(nowMs - ago * DAY_MS).toISOString().slice(0, 10));
        const beginning = await new Register(sql, facility).consentsFrom(days);
        if (beginning.length > 0) await routeConsents({ sql, from: facility, receivedAt: new Date(nowMs) }, beginning);
      });
      await this.endUnasked(facility);
    }
  }

  /** Ends a facility's copies that nothing asks for any more; answers how many records. */
  async endUnasked(facility: string): Promise<number> {
    const { database, clock, keepDays, log } = this.#options;
    const ended = await database.transaction(async (sql) => {
      await lockFacilities(sql, [facility]);
      const { all } = await nodesOf(sql, facility);
      const endedBefore = new Date(clock.now() - keepDays * DAY_MS);
      return this.#end(sql, facility, await new Register(sql, facility).patientsOfCopies(endedBefore, all));
    });
    if (ended > 0) log.info('routing.copies-ended', { facility, records: ended });
    return ended;
  }

  /** The facilities that asked for more of others in the last week, in a day, than is given without a person. */
  overLimit(): Promise<readonly string[]> {
    const { database, clock } = this.#options;
    const since = new Date(clock.now() - 7 * DAY_MS);
    return database.transaction((sql) => overLimit(sql, since), { isReadOnly: true });
  }

  /** Ends what facilities were given in an emergency and is over. */
  async endEmergencies(): Promise<void> {
    const { database, clock, log } = this.#options;
    const due = await database.transaction((sql) => dueShares(sql, new Date(clock.now())), { isReadOnly: true });
    for (const { record, facility, patient } of due) {
      const ended = await database.transaction(async (sql) => {
        await lockFacilities(sql, [facility]);
        await markReleased(sql, record, new Date(clock.now()));
        if (patient === null) return 0;
        return this.#end(sql, facility, [patient]);
      });
      log.info('routing.emergency-ended', { facility, records: ended });
    }
  }

  /** Ends a facility's copies of records of the persons that these patients are, as far as nothing asks for them; answers how many. */
  async #end(sql: Sql, facility: string, named: readonly string[]): Promise<number> {
    const { clock, origin, keepDays } = this.#options;
    const { present: node, all } = await nodesOf(sql, facility);
    if (node === null || named.length === 0) return 0;
    const register = new Register(sql, facility);
    const persons = new Map([...(await register.personsOf(named)).values()].map((ids) => [ids.join(), ids]));
    const patients = [...persons.values()].flat();
    const rows = [
      ...(await register.records(patients)).values(),
      ...(await register.recordsOfPatients(patients, [...SHARED_TYPES.values(), CONSENT_TYPE])),
      ...(await register.referralsOf(patients, ROUTED_TYPE)),
    ];
    const creations = await register.creationsOf(rows.map(({ id }) => id));
    const codes = await facilitiesOfNodes(sql, [...new Set(creations.map((creation) => creation.node))]);
    const nowMs = clock.now();
    const copies: Copies = {
      facility,
      nowMs,
      own: new Set(creations.filter((creation) => all.includes(creation.node)).map(({ id }) => id)),
      homes: new Map(creations.map((creation) => [creation.id, codes.get(creation.node) ?? facility])),
      recent: await register.changedSince(
        rows.filter(isOf(ROUTED_TYPE)).map(({ id }) => id),
        new Date(nowMs - keepDays * DAY_MS),
      ),
    };
    const released: string[] = [];
    for (const person of persons.values()) {
      const ofPerson = rows.filter((row) => person.includes(row.id) || person.includes(patientOf(row) ?? ''));
      const kept = await keptOf(sql, copies, { person, rows: ofPerson });
      released.push(...ofPerson.map(({ id }) => id).filter((id) => !copies.own.has(id) && !kept.has(id)));
    }
    await endCopies({ sql, origin, facility, node, records: released, nowMs });
    return released.length;
  }
}

/** The copies of one person's records that something still asks for. */
async function keptOf(
  sql: Sql,
  copies: Copies,
  { person, rows }: { readonly person: readonly string[]; readonly rows: readonly RecordRow[] },
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  for (const row of rows.filter(isOf(ROUTED_TYPE))) {
    const fields = namedFields(REFERRAL, row.fields);
    if (!isUnderWay(fields) && !copies.recent.has(row.id)) continue;
    kept.add(row.id);
    const { basedOn } = routeOf(fields);
    if (basedOn !== null) kept.add(basedOn);
  }
  for (const row of rows.filter(isOf(DOCUMENT_TYPE))) {
    const { referral } = namedByDocument(namedFields(DOCUMENT, row.fields));
    if (referral !== null && kept.has(referral)) kept.add(row.id);
  }
  const consents = rows.filter(isOf(CONSENT_TYPE)).map((row) => ({
    id: row.id,
    fields: namedFields(CONSENT, row.fields),
    home: copies.homes.get(row.id) ?? copies.facility,
  }));
  const birthDate = birthDateIn(rows);
  const share = (await sharesOf(sql, { consents, birthDate, nowMs: copies.nowMs })).get(copies.facility);
  for (const id of share?.consents ?? []) kept.add(id);
  for (const { id, type } of rows) if (share?.types.has(type) === true) kept.add(id);
  if (await hasOpenShare(sql, copies.facility, { person, at: new Date(copies.nowMs) })) {
    const recipient = (await recordOfFacility(sql, copies.facility)) ?? '';
    const denied = deniedTypes(consents, { recipient, birthDate, nowMs: copies.nowMs });
    for (const { id, type } of rows) if (SHARED.has(type) && !denied.has(type)) kept.add(id);
  }
  const isKept = kept.size > 0 || rows.some(({ id }) => copies.own.has(id));
  // Who keeps something of a patient keeps what that patient denies, too.
  if (isKept) for (const { id, fields } of consents) if (isDenial(fields)) kept.add(id);
  const hasWritten = rows.some(({ id }) => copies.own.has(id));
  if (kept.size === 0 && !hasWritten) return kept;
  for (const { id, type } of rows) if (type === PATIENT_TYPE || type === ALLERGY_TYPE) kept.add(id);
  return kept;
}

function isOf(type: number): (row: RecordRow) => boolean {
  return (row) => row.type === type;
}

function patientsIn(rows: readonly RecordRow[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => patientOf(row) ?? []))];
}

function patientOf({ type, fields }: RecordRow): string | null {
  const value = fields[type === ROUTED_TYPE ? '2' : '1'];
  return type !== PATIENT_TYPE && typeof value === 'string' ? value : null;
}

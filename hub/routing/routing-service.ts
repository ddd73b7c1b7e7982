import type { Change, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { placesIn } from '@santehaggui/protocols/records/staff-account.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { Sql } from '../database/sql.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { isOfRecord, type StoredChange } from '../registers/stored-change.ts';
import { routeAccounts } from './account-routing.ts';
import { isDenialIn, routeConsents } from './consent-service.ts';
import { covering, deliver, giveRecords } from './delivery-service.ts';
import { routeEmergencies } from './emergency-service.ts';
import { appendHolders, facilitiesOfRecords, nodesOf, readHolders } from './holder-store.ts';
import { heirsOf, ownIds, personsAt, REPLACED_BY } from './person-service.ts';
import {
  ACCOUNT_TYPE,
  ALLERGY_TYPE,
  CONSENT_TYPE,
  DOCUMENT_TYPE,
  EMERGENCY_TYPE,
  isUnderWay,
  namedByDocument,
  patientOfAllergy,
  type ReferralRoute,
  ROUTED_TYPE,
  routeOf,
  SHARED_TYPES,
} from './routing-rules.ts';

/** Changes of complete transactions of one facility's node, already in that facility's register. */
export type Distribution = {
  readonly sql: Sql;
  readonly from: string;
  readonly completed: readonly StoredChange[];
  readonly receivedAt: Date;
};

/** The facilities that changes of one of them may touch: their locks are taken before anything is read. */
export async function affectedFacilities(
  sql: Sql,
  from: string,
  changes: readonly Change[],
): Promise<ReadonlySet<string>> {
  const ofRecords = changes.filter((change) => change.kind === 'record');
  const patched = ofRecords.filter(({ isCreate }) => !isCreate).map(({ recordId }) => recordId);
  // Field 1 of each of these types is the patient.
  const patients = [...SHARED_TYPES.values(), EMERGENCY_TYPE].flatMap((type) =>
    referencesIn(ofRecords, type, ALLERGY_PATIENT),
  );
  const referrals = referencesIn(ofRecords, DOCUMENT_TYPE, DOCUMENT_REFERRAL);
  const holders = await readHolders(sql, [...new Set([...patched, ...patients, ...referrals])]);
  const named = [
    ...referencesIn(ofRecords, ROUTED_TYPE, REFERRAL_TO),
    ...referencesIn(ofRecords, CONSENT_TYPE, CONSENT_RECIPIENT),
    ...placesNamedIn(ofRecords),
  ];
  const destinations = await facilitiesOfRecords(sql, named);
  return new Set([from, ...[...holders.values()].flatMap((codes) => [...codes]), ...destinations.values()]);
}

/**
 * Locks the facilities that changes of one of them may touch. Whoever gives a record to another facility holds the lock of
 * one that has it; so once the holders read under their locks are all locked, they stay who they are.
 */
export async function lockAffected(sql: Sql, from: string, changes: readonly Change[]): Promise<void> {
  const locked = new Set<string>();
  for (;;) {
    const missing = (await affectedFacilities(sql, from, changes)).difference(locked);
    if (missing.size === 0) return;
    await lockFacilities(sql, missing);
    for (const code of missing) locked.add(code);
  }
}

/** The facilities that accounts are made valid at in changes. */
function placesNamedIn(changes: readonly RecordChange[]): readonly string[] {
  return changes.flatMap(({ recordType, writes }) => {
    const write = recordType === ACCOUNT_TYPE ? writes[ACCOUNT_PLACES] : undefined;
    return write?.kind === 'set' ? placesIn(write.add).map(({ facility }) => facility) : [];
  });
}

/** The records that a field of a type names in changes. */
function referencesIn(changes: readonly RecordChange[], type: number, field: string): readonly string[] {
  return changes.flatMap(({ recordType, writes }) => {
    const write = recordType === type ? writes[field] : undefined;
    const isReference = write?.kind === 'register' && typeof write.value === 'string' && isUuid(write.value);
    return isReference ? [write.value as string] : [];
  });
}

/** The patients whose records changes bring together with others, or separate from them. */
function linkedIn(changes: readonly RecordChange[]): readonly string[] {
  const linking = changes.filter(
    ({ recordType, isCreate, writes }) => recordType === PATIENT_TYPE && !isCreate && writes[REPLACED_BY] !== undefined,
  );
  return [...new Set(linking.map(({ recordId }) => recordId))];
}

/**
 * Sends what a facility's node recorded to whoever is to have it: first the records that a referral takes along, then the
 * allergies of whom a referral under way concerns, then what consents let others have, the accounts
 * of staff who work elsewhere too, and last the changes of records that others hold. Answers, by facility, the records that changed there.
 */
export async function distribute({
  sql,
  from,
  completed,
  receivedAt,
}: Distribution): Promise<ReadonlyMap<string, readonly string[]>> {
  const changes = completed.filter(isOfRecord);
  const ids = [...new Set(changes.map(({ change }) => change.recordId))];
  const holders = await readHolders(sql, ids);
  const idsOf = (type: number): readonly string[] => [
    ...new Set(changes.filter(({ change }) => change.recordType === type).map(({ change }) => change.recordId)),
  ];
  const [referrals, allergies] = [idsOf(ROUTED_TYPE), idsOf(ALLERGY_TYPE)];
  if (referrals.length > 0) await takeBack({ sql, from, receivedAt }, referrals);
  if (referrals.length > 0) await routeReferrals({ sql, from, receivedAt }, referrals);
  if (allergies.length > 0) await routeAllergies({ sql, from, receivedAt }, allergies);
  const documents = idsOf(DOCUMENT_TYPE);
  if (documents.length > 0) await routeDocuments({ sql, from, receivedAt }, documents);
  const linking = linkedIn(changes.map(({ change }) => change));
  // Whoever is separated from another is on both sides somebody else than before.
  const linked = [...linking, ...(await heirsOf(new Register(sql, from), linking))];
  if (linked.length > 0) await routeLinked({ sql, from, receivedAt }, linked);
  const shared = [CONSENT_TYPE, ...SHARED_TYPES.values()].flatMap(idsOf);
  if (shared.length + linked.length > 0) await routeConsents({ sql, from, receivedAt }, shared, linked);
  const emergencies = idsOf(EMERGENCY_TYPE);
  if (emergencies.length > 0) await routeEmergencies({ sql, from, receivedAt }, emergencies);
  const accounts = idsOf(ACCOUNT_TYPE);
  if (accounts.length > 0) await routeAccounts({ sql, from, receivedAt }, accounts);
  const changed = new Map<string, readonly string[]>();
  const others = new Set([...holders.values()].flatMap((codes) => [...codes]).filter((code) => code !== from));
  if (others.size === 0) return changed;
  const corrections = await new Register(sql, from).corrections();
  for (const facility of [...others].sort()) {
    const held = changes.filter(({ change }) => holders.get(change.recordId)?.has(facility));
    await deliver({ sql, facility, changes: [...held, ...covering(corrections, held)], receivedAt });
    changed.set(facility, [...new Set(held.map(({ change }) => change.recordId))]);
  }
  return changed;
}

type Routing = Omit<Distribution, 'completed'>;

/** Where one referral goes, and the records of the sender's register and of the registry that go with it. */
type Shipment = {
  readonly destinations: ReadonlySet<string>;
  readonly records: readonly string[];
  readonly facilities: readonly string[];
};

/** A referral made before its sender heard that the patient's copy had ended gives the copy again: the patient is here. */
async function takeBack({ sql, from, receivedAt }: Routing, referrals: readonly string[]): Promise<void> {
  const register = new Register(sql, from);
  const patients = [...(await routesOf(register, referrals)).values()].flatMap(({ patient }) => patient ?? []);
  const held = await register.heldAmong(patients);
  const { all: nodes } = await nodesOf(sql, from);
  // Ids can be computed by who knows one of an incarnation: a patient who never was here is given to nobody for being named.
  const given = await register.givenAmong(patients, nodes);
  const gone = [...new Set(patients)].filter((id) => !held.has(id) && given.has(id));
  const holders = await readHolders(sql, gone);
  for (const [id, codes] of [...holders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await lockFacilities(sql, codes);
    for (const source of [...codes].sort()) {
      if (source === from || !(await new Register(sql, source).heldAmong([id])).has(id)) continue;
      const person = ownIds(await personsAt(sql, source, [id]));
      const allergies = await new Register(sql, source).allergiesOf(person, ALLERGY_TYPE);
      const ids = await new Register(sql, source).heldAmong([...person, ...allergies.map((allergy) => allergy.id)]);
      await giveRecords({ sql, source, destination: from, ids: [...ids], receivedAt, because: 'referral' });
      break;
    }
  }
}

async function routeReferrals(routing: Routing, referrals: readonly string[]): Promise<void> {
  const { sql, from, receivedAt } = routing;
  const shipments = await shipmentsOf(routing, referrals);
  const destinations = new Set(shipments.flatMap((shipment) => [...shipment.destinations]));
  for (const destination of [...destinations].sort()) {
    const bound = shipments.filter((shipment) => shipment.destinations.has(destination));
    const facilities = [...new Set(bound.flatMap((shipment) => shipment.facilities))];
    await giveRecords({ sql, source: REGISTRY, destination, ids: facilities, receivedAt });
    if (destination === from) continue;
    const records = [...new Set(bound.flatMap((shipment) => shipment.records))];
    await appendHolders(
      sql,
      records.map((record) => ({ record, facility: from })),
    );
    await giveRecords({ sql, source: from, destination, ids: records, receivedAt, because: 'referral' });
  }
}

/** Of persons whose records were brought together, a referral under way takes along what it would have if it were made now. */
async function routeLinked(routing: Routing, patients: readonly string[]): Promise<void> {
  const { sql, from } = routing;
  const register = new Register(sql, from);
  const persons = ownIds(await personsAt(sql, from, patients));
  const underWay = (await register.referralsOf(persons, ROUTED_TYPE))
    .filter(({ fields }) => isUnderWay(namedFields(REFERRAL, fields)))
    .map(({ id }) => id);
  const holders = await readHolders(sql, underWay);
  await lockFacilities(sql, new Set([...holders.values()].flatMap((codes) => [...codes])));
  await routeReferrals(routing, underWay);
}

async function routeAllergies({ sql, from, receivedAt }: Routing, allergies: readonly string[]): Promise<void> {
  const register = new Register(sql, from);
  const patients = new Map<string, string>();
  for (const { id, fields } of (await register.records(allergies)).values()) {
    const patient = patientOfAllergy(namedFields(ALLERGY, fields));
    if (patient !== null) patients.set(id, patient);
  }
  const persons = await personsAt(sql, from, [...new Set(patients.values())]);
  const shared = await readHolders(sql, ownIds(persons));
  if (shared.size === 0) return;
  const underWay = (await register.referralsOf(ownIds(persons), ROUTED_TYPE))
    .map(({ id, fields }) => ({ id, fields: namedFields(REFERRAL, fields) }))
    .filter(({ fields }) => isUnderWay(fields));
  const holders = await readHolders(
    sql,
    underWay.map(({ id }) => id),
  );
  const bound = new Map<string, Set<string>>();
  for (const [allergy, patient] of patients) {
    const person = persons.find(({ own }) => own.has(patient))?.own;
    for (const { id } of underWay.filter(({ fields }) => person?.has(String(fields.patient)))) {
      for (const code of holders.get(id) ?? []) bound.set(code, (bound.get(code) ?? new Set<string>()).add(allergy));
    }
  }
  bound.delete(from);
  await giveAll({ sql, from, receivedAt }, bound);
}

/** Documents go with the referral that they name, to whoever holds it. */
async function routeDocuments({ sql, from, receivedAt }: Routing, documents: readonly string[]): Promise<void> {
  const register = new Register(sql, from);
  const rows = [...(await register.records(documents)).values()];
  const named = new Map(rows.map(({ id, fields }) => [id, namedByDocument(namedFields(DOCUMENT, fields))]));
  // Nobody is sent anything by who names a referral that is not there.
  const held = await register.heldAmong([...named.values()].flatMap(({ referral }) => referral ?? []));
  const holders = await readHolders(sql, [...held]);
  const bound = new Map<string, Set<string>>();
  for (const [id, { referral, author }] of named) {
    for (const code of holders.get(referral ?? '') ?? []) {
      const given = bound.get(code) ?? new Set<string>();
      for (const record of author === null ? [id] : [author, id]) given.add(record);
      bound.set(code, given);
    }
  }
  bound.delete(from);
  await giveAll({ sql, from, receivedAt }, bound);
}

/** Gives each facility the records that it is to have, as far as they are here. */
async function giveAll(
  { sql, from, receivedAt }: Routing,
  bound: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  // An old record that was changed names its patient nowhere in the change: its holders' locks may still be missing.
  await lockFacilities(sql, bound.keys());
  const register = new Register(sql, from);
  for (const [destination, given] of [...bound].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const held = await register.heldAmong([...given]);
    const ids = [...given].filter((id) => held.has(id));
    await appendHolders(
      sql,
      ids.map((record) => ({ record, facility: from })),
    );
    await giveRecords({ sql, source: from, destination, ids, receivedAt, because: 'referral' });
  }
}

async function shipmentsOf(routing: Routing, referrals: readonly string[]): Promise<readonly Shipment[]> {
  const { sql, from } = routing;
  const holders = await readHolders(sql, referrals);
  const found = await routesIn(routing, referrals);
  const codes = await facilitiesOfRecords(
    sql,
    found.flatMap(({ route }) => route.destination ?? []),
  );
  const known = await facilitiesOfRecords(
    sql,
    found.flatMap(({ facilities }) => facilities),
  );
  return found.map(({ id, route, records, facilities }) => {
    const target = route.destination === null ? undefined : codes.get(route.destination);
    const destinations = new Set([from, ...(holders.get(id) ?? []), ...(target === undefined ? [] : [target])]);
    return { destinations, records, facilities: facilities.filter((facility) => known.has(facility)) };
  });
}

type FoundRoute = {
  readonly id: string;
  readonly route: ReferralRoute;
  readonly records: readonly string[];
  readonly facilities: readonly string[];
};

async function routesIn({ sql, from }: Routing, referrals: readonly string[]): Promise<readonly FoundRoute[]> {
  const register = new Register(sql, from);
  const routes = await routesOf(register, referrals);
  const basedOn = await routesOf(
    register,
    [...routes.values()].flatMap((route) => route.basedOn ?? []),
  );
  const patients = [...routes.values()].flatMap((route) => route.patient ?? []);
  const persons = await personsAt(sql, from, patients);
  const allergies = await register.allergiesOf(ownIds(persons), ALLERGY_TYPE);
  const documents = Map.groupBy(await register.recordsOfPatients(ownIds(persons), [DOCUMENT_TYPE]), documentReferral);
  // Of a patient who is not here nobody is told what is denied: ids can be computed.
  const here = [...(await register.heldAmong(ownIds(persons)))];
  const denials = (await register.recordsOfPatients(here, [CONSENT_TYPE])).filter(isDenialIn);
  const named = [...routes].map(([id, route]) => {
    const earlier = route.basedOn === null ? undefined : basedOn.get(route.basedOn);
    const person = persons.find(({ own }) => own.has(route.patient ?? ''))?.own ?? new Set<string>();
    const records = [
      ...route.companions,
      ...person,
      ...allergies.filter(({ patient }) => person.has(patient)).map((allergy) => allergy.id),
      ...denials.filter(({ fields }) => person.has(String(fields[CONSENT_PATIENT]))).map((denial) => denial.id),
      ...(earlier === undefined ? [] : [route.basedOn as string, ...earlier.companions]),
      id,
      ...(documents.get(id) ?? []).flatMap((row) => [
        ...[namedByDocument(namedFields(DOCUMENT, row.fields)).author ?? []].flat(),
        row.id,
      ]),
    ];
    const facilities = [...new Set([...route.facilities, ...(earlier?.facilities ?? [])])];
    return { id, route, records: [...new Set(records)], facilities };
  });
  const held = await register.heldAmong(named.flatMap(({ records }) => records));
  return named.map((route) => ({ ...route, records: route.records.filter((record) => held.has(record)) }));
}

function documentReferral({ fields }: RecordRow): string | null {
  return namedByDocument(namedFields(DOCUMENT, fields)).referral;
}

async function routesOf(register: Register, ids: readonly string[]): Promise<ReadonlyMap<string, ReferralRoute>> {
  const rows = await register.records([...new Set(ids)]);
  const referrals = [...rows.values()].filter(({ type }) => type === ROUTED_TYPE);
  return new Map(referrals.map(({ id, fields }) => [id, routeOf(namedFields(REFERRAL, fields))]));
}

const PATIENT_TYPE = recordTypeNamed('patient').number;
const REFERRAL = recordTypeNamed('referral');
const REFERRAL_TO = String(REFERRAL.fields.to?.number);
const DOCUMENT = recordTypeNamed('documentReference');
const DOCUMENT_REFERRAL = String(DOCUMENT.fields.referral?.number);
const ALLERGY = recordTypeNamed('allergyIntolerance');
const ALLERGY_PATIENT = String(ALLERGY.fields.patient?.number);
const ACCOUNT_PLACES = String(recordTypeNamed('staffAccount').fields.places?.number);
const CONSENT_PATIENT = String(recordTypeNamed('consent').fields.patient?.number);
const CONSENT_RECIPIENT = String(recordTypeNamed('consent').fields.recipient?.number);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function isUuid(text: string): boolean {
  return UUID.test(text);
}

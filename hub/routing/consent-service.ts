import { HOME_COUNTRY, type JudgedConsent, judgeDisclosure } from '@santehaggui/protocols/consents/consent-decision.ts';
import {
  type NamedFields,
  namedFields,
  recordTypeNamed,
  recordTypeNumbered,
} from '@santehaggui/protocols/records/catalogue.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { Sql } from '../database/sql.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { giveRecords } from './delivery-service.ts';
import { districtOf } from './district-service.ts';
import { appendHolders, facilitiesOfRecords, nodesOf, readHolders } from './holder-store.ts';
import { type Person, personsAt } from './person-service.ts';
import { ALLERGY_TYPE, CONSENT_TYPE, isDenial, ROUTED_PURPOSE, recipientIn, SHARED_TYPES } from './routing-rules.ts';

/** Records of one facility's register that changed, in the transaction of `sql`, whose caller holds the facility's lock. */
export type ConsentRouting = { readonly sql: Sql; readonly from: string; readonly receivedAt: Date };

/** What consents let one facility have of a patient: types of records, and the consents that say so. */
export type Share = { readonly types: ReadonlySet<number>; readonly consents: readonly string[] };

const CONSENT = recordTypeNamed('consent');
const PATIENT = recordTypeNamed('patient');
const PATIENT_FIELD = '1';

/**
 * Gives what patients let others have: of a consent that changed all records of its classes, of other records those that a
 * consent speaks of; and tells who holds a patient what that patient denies. What was said under one record of a person is said
 * under all of them. `ids`: consents, and records of the types that a consent may name; `linked`: patients whose records were brought
 * together or separated. What consents no longer let anybody have is ended by `copies-service.ts`.
 */
export async function routeConsents(
  routing: ConsentRouting,
  ids: readonly string[],
  linked: readonly string[] = [],
): Promise<void> {
  const { sql, from, receivedAt } = routing;
  const register = new Register(sql, from);
  const changed = [...(await register.records(ids)).values()];
  const patients = [...new Set([...changed.flatMap(({ fields }) => patientIn(fields) ?? []), ...linked])];
  const known = [...(await register.personsOf(patients)).values()].flat();
  const consents = await register.recordsOfPatients(known, [CONSENT_TYPE]);
  if (consents.length === 0) return;
  const bound = new Map<string, Set<string>>();
  const bind = (code: string, records: readonly string[]): void => {
    const given = bound.get(code) ?? new Set<string>();
    for (const record of records) given.add(record);
    bound.set(code, given);
  };
  for (const person of await personsAt(sql, from, patients)) {
    const ofPerson = consents.filter(({ fields }) => person.all.has(patientIn(fields) ?? ''));
    if (ofPerson.length === 0) continue;
    const isNew = ({ id }: RecordRow): boolean => changed.some((row) => row.id === id);
    const isLinked = linked.some((patient) => person.all.has(patient));
    const hasNew = isLinked || ofPerson.some(isNew);
    const shares = await sharesOf(sql, {
      consents: ofPerson.map((row) => ({ id: row.id, fields: fieldsFor(person, row), home: from })),
      birthDate: birthDateIn([...(await register.records([...person.own])).values()]),
      nowMs: receivedAt.getTime(),
    });
    const here = await register.heldAmong([...person.own]);
    const refused = here.size === 0 ? [] : ofPerson.filter(isDenialIn).map(({ id }) => id);
    const rows = hasNew ? await register.recordsOfPatients([...person.own], [...SHARED_TYPES.values()]) : changed;
    const ofOwn = rows.filter(({ fields }) => person.own.has(patientIn(fields) ?? ''));
    for (const [code, { types, consents: basis }] of shares) {
      const going = ofOwn.filter(({ type }) => types.has(type));
      if (going.length === 0 && !hasNew) continue;
      const allergies = await register.allergiesOf([...person.own], ALLERGY_TYPE);
      bind(code, [...person.own, ...allergies.map(({ id }) => id), ...practitionersIn(going), ...basis]);
      bind(code, refused);
      bind(
        code,
        going.map(({ id }) => id),
      );
    }
    const denials = ofPerson.filter((row) => isDenialIn(row) && (isLinked || isNew(row)));
    if (denials.length > 0)
      for (const code of await holdersMet(routing, person))
        bind(
          code,
          denials.map(({ id }) => id),
        );
  }
  bound.delete(from);
  await lockFacilities(sql, bound.keys());
  for (const [destination, given] of [...bound].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const held = await register.heldAmong([...given]);
    await appendHolders(
      sql,
      [...held].map((record) => ({ record, facility: from })),
    );
    const inOrder = [...given].filter((id) => held.has(id));
    await giveRecords({ sql, source: from, destination, ids: inOrder, receivedAt, because: 'consent' });
  }
}

/** What a consent says of a person: one under a record that others alone have brought together with the person's refuses, and permits nothing. */
function fieldsFor({ own }: Person, { fields }: RecordRow): NamedFields {
  const named = namedFields(CONSENT, fields);
  return own.has(patientIn(fields) ?? '') || isDenial(named) ? named : { ...named, classes: [] };
}

/**
 * Who else holds a person that was met here. Denials keep others from what they need to treat: of a patient who never was there nobody has
 * taken one down.
 */
async function holdersMet({ sql, from }: ConsentRouting, { own }: Person): Promise<ReadonlySet<string>> {
  const register = new Register(sql, from);
  const patients = [...own];
  const { all: nodes } = await nodesOf(sql, from);
  const met = new Set(await register.heldAmong(patients)).union(await register.givenAmong(patients, nodes));
  const holders = await readHolders(sql, [...met]);
  return new Set([...holders.values()].flatMap((codes) => [...codes]));
}

/** All consents of one patient, and where each was taken down. */
export type PatientConsents = {
  readonly consents: readonly (JudgedConsent & { readonly home: string })[];
  readonly birthDate: string | undefined;
  readonly nowMs: number;
};

/** What each facility may have of a patient, by its code: what `judgeDisclosure` allows it for care. */
export async function sharesOf(
  sql: Sql,
  { consents, birthDate, nowMs }: PatientConsents,
): Promise<ReadonlyMap<string, Share>> {
  const named = consents.flatMap(({ fields }) => recipientIn(fields) ?? []);
  const candidates = new Map<string, string>();
  for (const [id, code] of await facilitiesOfRecords(sql, named)) candidates.set(code, id);
  const districts = new Map<string, ReadonlySet<string>>();
  for (const { id, fields, home } of consents) {
    if (fields.isForDistrict !== true) continue;
    const district = await districtOf(sql, home, dayOf(fields));
    districts.set(id, new Set(district.map(({ code }) => code)));
    for (const { code, recordId } of district) candidates.set(code, recordId);
  }
  const shares = new Map<string, Share>();
  for (const [code, id] of candidates) {
    const seenFrom = consents.map((one) => ({ id: one.id, fields: inDistrictOf(code, one, districts) }));
    const verdict = judgeDisclosure(seenFrom, {
      classes: [...SHARED_TYPES.keys()],
      purpose: ROUTED_PURPOSE,
      recipient: { kind: 'facility', id, isInDistrict: true },
      country: HOME_COUNTRY,
      atMs: nowMs,
      birthDate,
    });
    if (verdict.allowed.size === 0) continue;
    const types = new Set([...verdict.allowed].flatMap((name) => SHARED_TYPES.get(name) ?? []));
    shares.set(code, { types, consents: verdict.consents.filter((consent) => !isDenialAmong(consents, consent)) });
  }
  return shares;
}

/** The types that consents of one patient keep from a facility even in an emergency, because a denial in force speaks of them. */
export function deniedTypes(
  consents: readonly JudgedConsent[],
  { recipient, birthDate, nowMs }: Pick<PatientConsents, 'birthDate' | 'nowMs'> & { readonly recipient: string },
): ReadonlySet<number> {
  const verdict = judgeDisclosure(consents, {
    classes: [...SHARED_TYPES.keys()],
    purpose: 'ETREAT',
    // What the patient denies the district is denied to whoever asks.
    recipient: { kind: 'facility', id: recipient, isInDistrict: true },
    country: HOME_COUNTRY,
    atMs: nowMs,
    birthDate,
  });
  const denied = [...verdict.because].filter(([, reason]) => reason === 'denied').map(([name]) => name);
  return new Set(denied.flatMap((name) => SHARED_TYPES.get(name) ?? []));
}

/** The birth date of a person by the patient's records: of several the earliest, for a guardian's word ends with childhood. */
export function birthDateIn(rows: readonly RecordRow[]): string | undefined {
  const dates = rows
    .filter(({ type }) => type === PATIENT.number)
    .map(({ fields }) => namedFields(PATIENT, fields).birthDate)
    .filter((date) => typeof date === 'string');
  return dates.sort()[0];
}

/**
 * A consent for the district where it was taken down names a facility that was of that district then and is today, and no other: where
 * districts are redrawn nobody gains what no patient spoke of.
 */
function inDistrictOf(
  code: string,
  { id, fields }: PatientConsents['consents'][number],
  districts: ReadonlyMap<string, ReadonlySet<string>>,
): NamedFields {
  if (fields.isForDistrict !== true) return fields;
  return { ...fields, isForDistrict: districts.get(id)?.has(code) === true };
}

/** The day on which a consent was given. */
function dayOf({ givenAt, from }: NamedFields): string | undefined {
  if (typeof givenAt === 'number') return new Date(givenAt).toISOString().slice(0, 10);
  return typeof from === 'string' ? from : undefined;
}

/** Whether a record is a consent that refuses something. */
export function isDenialIn({ fields }: RecordRow): boolean {
  return isDenial(namedFields(CONSENT, fields));
}

function isDenialAmong(consents: PatientConsents['consents'], id: string): boolean {
  return consents.some((one) => one.id === id && isDenial(one.fields));
}

function patientIn(fields: RecordRow['fields']): string | null {
  const value = fields[PATIENT_FIELD];
  return typeof value === 'string' ? value : null;
}

/** The practitioners that records of the shared types name. */
export function practitionersIn(rows: readonly RecordRow[]): readonly string[] {
  return rows.flatMap(({ type, fields }) =>
    (PRACTITIONER_FIELDS.get(type) ?? []).flatMap((number) => {
      const value = fields[number];
      return typeof value === 'string' ? [value] : [];
    }),
  );
}

const PRACTITIONER_FIELDS: ReadonlyMap<number, readonly string[]> = new Map(
  [...SHARED_TYPES.values()].map((number) => {
    const fields = Object.values(recordTypeNumbered(number)?.fields ?? {});
    return [number, fields.filter(({ to }) => to === 'practitioner').map((field) => String(field.number))];
  }),
);

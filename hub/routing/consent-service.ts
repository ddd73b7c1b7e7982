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
 * consent speaks of; and tells who holds a patient what that patient denies. `ids`: consents, and records of the types that a
 * consent may name. What consents no longer let anybody have is ended by `copies-service.ts`.
 */
export async function routeConsents({ sql, from, receivedAt }: ConsentRouting, ids: readonly string[]): Promise<void> {
  const register = new Register(sql, from);
  const changed = [...(await register.records(ids)).values()];
  const patients = [...new Set(changed.flatMap(({ fields }) => patientIn(fields) ?? []))];
  const consents = await register.recordsOfPatients(patients, [CONSENT_TYPE]);
  if (consents.length === 0) return;
  const bound = new Map<string, Set<string>>();
  const bind = (code: string, records: readonly string[]): void => {
    const given = bound.get(code) ?? new Set<string>();
    for (const record of records) given.add(record);
    bound.set(code, given);
  };
  for (const patient of patients) {
    const ofPatient = consents.filter(({ fields }) => patientIn(fields) === patient);
    const hasNew = ofPatient.some(({ id }) => changed.some((row) => row.id === id));
    const shares = await sharesOf(sql, {
      consents: ofPatient.map((row) => ({ id: row.id, fields: namedFields(CONSENT, row.fields), home: from })),
      birthDate: birthDateIn((await register.records([patient])).get(patient)),
      nowMs: receivedAt.getTime(),
    });
    const all = hasNew ? await register.recordsOfPatients([patient], [...SHARED_TYPES.values()]) : changed;
    for (const [code, { types, consents: basis }] of shares) {
      const rows = all.filter((row) => patientIn(row.fields) === patient && types.has(row.type));
      if (rows.length === 0 && !hasNew) continue;
      const allergies = await register.allergiesOf([patient], ALLERGY_TYPE);
      bind(code, [patient, ...allergies.map(({ id }) => id), ...practitionersIn(rows), ...basis]);
      bind(
        code,
        rows.map(({ id }) => id),
      );
    }
  }
  const denials = await denialsAmong({ sql, from, receivedAt }, changed);
  const holders = await readHolders(
    sql,
    denials.flatMap(({ fields }) => patientIn(fields) ?? []),
  );
  for (const { id, fields } of denials) for (const code of holders.get(patientIn(fields) ?? '') ?? []) bind(code, [id]);
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

/** Denials keep others from what they need to treat: of a patient who never was there nobody has taken one down. */
async function denialsAmong(
  { sql, from }: ConsentRouting,
  changed: readonly RecordRow[],
): Promise<readonly RecordRow[]> {
  const denials = changed.filter(({ type, fields }) => type === CONSENT_TYPE && isDenial(namedFields(CONSENT, fields)));
  if (denials.length === 0) return [];
  const register = new Register(sql, from);
  const patients = denials.flatMap(({ fields }) => patientIn(fields) ?? []);
  const { all: nodes } = await nodesOf(sql, from);
  const met = new Set(await register.heldAmong(patients)).union(await register.givenAmong(patients, nodes));
  return denials.filter(({ fields }) => met.has(patientIn(fields) ?? ''));
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

/** The birth date of a patient's record, where it is here. */
export function birthDateIn(row: RecordRow | undefined): string | undefined {
  const date = row === undefined ? undefined : namedFields(PATIENT, row.fields).birthDate;
  return typeof date === 'string' ? date : undefined;
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

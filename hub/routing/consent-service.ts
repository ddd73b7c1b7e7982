import { namedFields, recordTypeNamed, recordTypeNumbered } from '@santehaggui/protocols/records/catalogue.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import type { Sql } from '../database/sql.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { giveRecords } from './delivery-service.ts';
import { districtOf } from './district-service.ts';
import { appendHolders, facilitiesOfRecords } from './holder-store.ts';
import { ALLERGY_TYPE, CONSENT_TYPE, type ConsentRoute, consentRoute, SHARED_TYPES } from './routing-rules.ts';

/** Records of one facility's register that changed, in the transaction of `sql`, whose caller holds the facility's lock. */
export type ConsentRouting = { readonly sql: Sql; readonly from: string; readonly receivedAt: Date };

const CONSENT = recordTypeNamed('consent');
const PATIENT_FIELD = '1';

/**
 * Gives what patients let others have: of a consent that changed all records of its classes, of other records those that a
 * consent speaks of. `ids`: consents, and records of the types that a consent may name. What a consent no longer lets anybody
 * have is ended by `copies-service.ts`.
 */
export async function routeConsents({ sql, from, receivedAt }: ConsentRouting, ids: readonly string[]): Promise<void> {
  const register = new Register(sql, from);
  const changed = [...(await register.records(ids)).values()];
  const patients = [...new Set(changed.flatMap(({ fields }) => patientIn(fields) ?? []))];
  const consents = (await register.recordsOfPatients(patients, [CONSENT_TYPE])).flatMap((row) => {
    const route = consentRoute(namedFields(CONSENT, row.fields), receivedAt.getTime());
    return route === null ? [] : [{ id: row.id, route }];
  });
  if (consents.length === 0) return;
  const bound = new Map<string, Set<string>>();
  for (const { id, route } of consents) {
    const isNew = changed.some((row) => row.id === id);
    const ofPatient = isNew
      ? await register.recordsOfPatients([route.patient], [...route.types])
      : changed.filter(({ fields }) => patientIn(fields) === route.patient);
    const rows = ofPatient.filter(({ type }) => route.types.has(type));
    if (rows.length === 0 && !isNew) continue;
    const allergies = await register.allergiesOf([route.patient], ALLERGY_TYPE);
    const shared = [route.patient, ...allergies.map((allergy) => allergy.id), ...practitionersIn(rows), id];
    for (const code of await recipientsOf(sql, { route, from })) {
      const given = bound.get(code) ?? new Set<string>();
      for (const record of [...shared, ...rows.map((row) => row.id)]) given.add(record);
      bound.set(code, given);
    }
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
    await giveRecords({ sql, source: from, destination, ids: inOrder, receivedAt });
  }
}

/** The codes of the facilities that a consent names, taken down at the facility `from`. */
export async function recipientsOf(
  sql: Sql,
  { route, from }: { readonly route: ConsentRoute; readonly from: string },
): Promise<ReadonlySet<string>> {
  const named = route.recipient === null ? [] : [route.recipient];
  const codes = new Set((await facilitiesOfRecords(sql, named)).values());
  if (!route.isForDistrict) return codes;
  return codes.union(new Set((await districtOf(sql, from)).map(({ code }) => code)));
}

function patientIn(fields: RecordRow['fields']): string | null {
  const value = fields[PATIENT_FIELD];
  return typeof value === 'string' ? value : null;
}

/** The practitioners that records of the shared types name. */
function practitionersIn(rows: readonly RecordRow[]): readonly string[] {
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

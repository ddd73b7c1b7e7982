import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { openTestClinic, type TestClient } from './test-clinic.ts';

/** Where accesses are. */
export const EMERGENCIES = '/api/v1/emergency-accesses';
/** What an access is opened with. */
export const WHY = { reason: 'cannot-answer', text: 'Amenée inconsciente par ses voisins' };

type Fields = Readonly<Record<string, unknown>>;

/** Registers a patient; answers the id. */
export const registered = async (client: TestClient, fields: Fields = {}): Promise<string> =>
  (await client('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName: 'Domo', ...fields } })).body.id;

/** Opens a record in an emergency. */
export const open = (client: TestClient, fields: Fields, key?: string) =>
  client('POST', EMERGENCIES, { body: { ...WHY, ...fields }, ...(key === undefined ? {} : { key }) });

/** A patient with a diagnosis, whom a nurse registered; the laboratory sees no diagnoses. */
export async function clinicWithPatient(messenger?: Messenger) {
  const clinic = await openTestClinic(messenger === undefined ? {} : { messenger });
  const nurse = await clinic.as('nurse');
  const patient = await registered(nurse);
  const stranger = await registered(nurse, { givenName: 'Yasa' });
  for (const one of [patient, stranger])
    await nurse('POST', '/api/v1/conditions', { body: { patient: one, code: 'B50.9' } });
  return { clinic, nurse, patient, stranger, laboratory: await clinic.as('laboratory') };
}

import { MAX_AHEAD_MS } from '@santehaggui/protocols/journal/order-clock.ts';
import { namedFields, recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { MOST_A_DAY, MOST_HOURS } from '@santehaggui/protocols/records/emergency-access.ts';
import { lockFacilities } from '../database/facility-lock.ts';
import { REGISTRY } from '../database/roles.ts';
import type { RecordRow } from '../registers/record-row.ts';
import { Register } from '../registers/register-service.ts';
import { birthDateIn, type ConsentRouting, deniedTypes, practitionersIn } from './consent-service.ts';
import { giveRecords } from './delivery-service.ts';
import {
  countShares,
  facilityOfNumber,
  insertShare,
  patientWithNumber,
  recordOfFacility,
  shortenShare,
} from './emergency-store.ts';
import { appendHolders, facilitiesOfNodes, nodesOf, readHolders } from './holder-store.ts';
import { ownIds, personsAt } from './person-service.ts';
import { ALLERGY_TYPE, CONSENT_TYPE, isDenial, SHARED_TYPES } from './routing-rules.ts';

const EMERGENCY = recordTypeNamed('emergencyAccess');
const CONSENT = recordTypeNamed('consent');
const PRACTITIONER_TYPE = recordTypeNamed('practitioner').number;
const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Who holds a patient. */
type Found = { readonly patient: string; readonly sources: readonly string[] };

/**
 * Answers emergency accesses that ask for what others hold, once each: gives the facility what others have of that patient, but for what
 * a denial speaks of, and tells those who gave it. `ids`: accesses of a facility's register that changed.
 */
export async function routeEmergencies(routing: ConsentRouting, ids: readonly string[]): Promise<void> {
  const { sql, from, receivedAt } = routing;
  for (const [record, row] of await new Register(sql, from).records(ids)) {
    const fields = namedFields(EMERGENCY, row.fields);
    // What the node says of its end is believed as far as any node may let a record open: it may be lying.
    const mostMs = receivedAt.getTime() + MOST_HOURS * HOUR_MS;
    const until = new Date(Math.min(Number(fields.endedAt ?? fields.until ?? 0) + wallClockBehind(row), mostMs));
    const isAnswered = await shortenShare(sql, record, until);
    if (isAnswered || fields.asksOthers !== true || until <= receivedAt) continue;
    const share = { record, facility: from, at: receivedAt, until };
    if ((await countShares(sql, from, new Date(receivedAt.getTime() - DAY_MS))) >= MOST_A_DAY) {
      await insertShare(sql, { ...share, patient: null, outcome: 'limit', given: 0 });
      continue;
    }
    const found = await findPatient(routing, { patient: fields.patient, number: fields.patientNumber });
    const given = found === undefined ? 0 : await giveInEmergency(routing, found);
    const outcome = found === undefined ? 'nobody' : 'given';
    await insertShare(sql, { ...share, patient: found?.patient ?? null, outcome, given });
    const author = await authorOf(routing, fields.practitioner);
    for (const source of found?.sources ?? []) {
      const told = [...author, record];
      await appendHolders(
        sql,
        told.map((id) => ({ record: id, facility: from })),
      );
      const at = await recordOfFacility(sql, from);
      await giveRecords({ sql, source: REGISTRY, destination: source, ids: at === undefined ? [] : [at], receivedAt });
      await giveRecords({ sql, source: from, destination: source, ids: told, receivedAt });
    }
  }
}

/** How far the clock on the wall was behind the order clock where an access was opened: a machine without a battery shows any year. */
function wallClockBehind({ fields, stamps }: RecordRow): number {
  const key = String(EMERGENCY.fields.from?.number);
  const stamp = stamps[key];
  const wallMs = fields[key];
  if (stamp === undefined || !('clock' in stamp) || typeof wallMs !== 'number') return 0;
  const behindMs = stamp.clock.ms - wallMs;
  return Math.abs(behindMs) > MAX_AHEAD_MS ? behindMs : 0;
}

/** Who asked, where that is somebody of the staff whom the facility holds: of anything else it would become a holder by naming it. */
async function authorOf({ sql, from }: ConsentRouting, named: unknown): Promise<readonly string[]> {
  if (typeof named !== 'string') return [];
  const row = (await new Register(sql, from).records([named])).get(named);
  return row?.type === PRACTITIONER_TYPE ? [named] : [];
}

async function findPatient(
  { sql, from }: ConsentRouting,
  { patient: known, number }: { readonly patient: unknown; readonly number: unknown },
): Promise<Found | undefined> {
  const home = typeof number === 'string' ? await facilityOfNumber(sql, number) : undefined;
  const named = home === undefined ? undefined : await patientWithNumber(sql, home, String(number));
  const patient = typeof known === 'string' ? known : named;
  if (patient === undefined) return undefined;
  // Ids can be computed; numbers are on carnets. By its id a facility names who is here or was.
  const { all: nodes } = await nodesOf(sql, from);
  const register = new Register(sql, from);
  const isKnown =
    (await register.heldAmong([patient])).has(patient) || (await register.givenAmong([patient], nodes)).has(patient);
  if (patient === known && !isKnown) return undefined;
  const creations = await register.creationsOf([patient]);
  const homes = await facilitiesOfNodes(
    sql,
    creations.map(({ node }) => node),
  );
  const holders = (await readHolders(sql, [patient])).get(patient) ?? [];
  const sources = new Set([...(home === undefined ? [] : [home]), ...homes.values(), ...holders]);
  sources.delete(from);
  return sources.size === 0 ? undefined : { patient, sources: [...sources].sort() };
}

/** Gives what the others hold; answers how many records of care these are. */
async function giveInEmergency(
  { sql, from, receivedAt }: ConsentRouting,
  { patient, sources }: Found,
): Promise<number> {
  await lockFacilities(sql, sources);
  const nowMs = receivedAt.getTime();
  const consents = new Map<string, RecordRow>();
  for (const code of [from, ...sources]) {
    const register = new Register(sql, code);
    const all = (await register.personsOf([patient])).get(patient) ?? [];
    for (const row of await register.recordsOfPatients(all, [CONSENT_TYPE])) consents.set(row.id, row);
  }
  const judged = [...consents.values()].map(({ id, fields }) => ({ id, fields: namedFields(CONSENT, fields) }));
  const denials = judged.filter(({ fields }) => isDenial(fields)).map(({ id }) => id);
  let given = 0;
  for (const source of sources) {
    const register = new Register(sql, source);
    const person = ownIds(await personsAt(sql, source, [patient]));
    const birthDate = birthDateIn([...(await register.records(person)).values()]);
    const recipient = (await recordOfFacility(sql, from)) ?? '';
    const denied = deniedTypes(judged, { recipient, birthDate, nowMs });
    const rows = await register.recordsOfPatients(
      person,
      [...SHARED_TYPES.values()].filter((type) => !denied.has(type)),
    );
    const allergies = denied.has(ALLERGY_TYPE) ? [] : await register.allergiesOf(person, ALLERGY_TYPE);
    const wanted = [
      ...[...person, ...allergies.map(({ id }) => id), ...practitionersIn(rows), ...denials],
      ...rows.map(({ id }) => id),
    ];
    const held = await register.heldAmong(wanted);
    const known = await new Register(sql, from).heldAmong(rows.map(({ id }) => id));
    given += rows.filter(({ id }) => !known.has(id)).length;
    const gift = [...new Set(wanted)].filter((id) => held.has(id));
    await appendHolders(
      sql,
      gift.map((record) => ({ record, facility: source })),
    );
    await giveRecords({ sql, source, destination: from, ids: gift, receivedAt, because: 'emergency' });
  }
  return given;
}

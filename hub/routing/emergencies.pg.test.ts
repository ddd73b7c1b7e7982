import type { EmergencyTallies } from '@santehaggui/protocols/api/emergency-api.ts';
import { MOST_A_DAY, MOST_HOURS } from '@santehaggui/protocols/records/emergency-access.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

const HOUR_MS = 3600_000;
const PASSWORD = 'un mot de passe long';
let hub: TestHub;
let clock: FakeClock;

beforeAll(async () => {
  clock = new FakeClock(Date.now());
  hub = await TestHub.start(composeHub, clock);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const exchange = (node: FakeNode): Promise<void> => hub.exchange(node);

/** Lets time pass, and the job of the hub take back what is over. */
async function ended(ms: number): Promise<void> {
  await clock.advance(ms);
  for (;;) {
    await clock.advance(5 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const due = `select 1 from hub.emergency_share where released_at is null and until <= to_timestamp($1)`;
    if ((await hub.admin.query(due, [clock.now() / 1000])).rowCount === 0) return;
  }
}

const facilityOf = (node: FakeNode): string => node.enrolled?.facilityId as string;

/** A patient with a number of that facility, a consultation, a diagnosis and an allergy. */
function patientAt(home: FakeNode, number: string) {
  const nurse = home.create('practitioner', { familyName: 'Guindo', role: 'nurse' });
  const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada', number });
  const encounter = home.create('encounter', { patient, start: clock.now(), practitioner: nurse });
  const condition = home.create('condition', { patient, encounter, code: 'B24' });
  const allergy = home.create('allergyIntolerance', { patient, text: 'iode' });
  return { patient, encounter, condition, allergy, nurse };
}

function askedBy(
  node: FakeNode,
  whom: { readonly patient?: string; readonly patientNumber?: string },
  { hours = 4, wallMs = clock.now() }: { readonly hours?: number; readonly wallMs?: number } = {},
): string {
  const practitioner = node.create('practitioner', { familyName: 'Dolo', role: 'physician' });
  const fields = {
    ...{ ...whom, practitioner, reason: 'cannot-answer', text: 'Amenée inconsciente', asksOthers: true },
    ...{ from: wallMs, until: wallMs + hours * HOUR_MS, reviewBy: wallMs + 7 * 24 * HOUR_MS },
  };
  return node.create('emergencyAccess', fields, { clockMs: clock.now() });
}

describe('an emergency access that asks for what others hold', () => {
  it('by the number of the carnet brings it down for as long as it lasts, and tells the home who asked', async () => {
    const home = await hub.enrolled('urg_home', { region: 'Far' });
    const ward = await hub.enrolled('urg_ward', { region: 'Urg', kind: 'csref' });
    const other = await hub.enrolled('urg_other', { region: 'Urg' });
    const { patient, encounter, condition, allergy, nurse } = patientAt(home, 'URG-HOME-00042-T');
    await exchange(home);
    await exchange(ward);
    expect(ward.recordsOf('condition')).toEqual([]);
    const access = askedBy(ward, { patientNumber: 'URGHOME00042T' });
    for (const node of [ward, ward, home, other]) await exchange(node);
    expect(ward.fields(patient)).toMatchObject({ familyName: 'Kassogué' });
    expect(ward.fields(condition)).toMatchObject({ code: 'B24' });
    expect(ward.fields(allergy)).toMatchObject({ text: 'iode' });
    expect(ward.fields(nurse)).toMatchObject({ familyName: 'Guindo' });
    expect(ward.recordsOf('encounter')).toEqual([encounter]);
    expect(home.fields(access)).toMatchObject({ reason: 'cannot-answer' });
    expect(home.fields(facilityOf(ward))).toMatchObject({ code: 'urg_ward' });
    expect(other.recordsOf('patient')).toEqual([]);
    expect(other.recordsOf('emergencyAccess')).toEqual([]);

    // The home goes on recording; what it writes of what was given still comes, and the ward's review goes to the home.
    home.patch(condition, { code: 'B50.0' });
    ward.patch(access, { review: 'justified' });
    for (const node of [home, ward, home]) await exchange(node);
    expect(ward.fields(condition)).toMatchObject({ code: 'B50.0' });
    expect(home.fields(access)).toMatchObject({ review: 'justified' });

    await ended(4 * HOUR_MS);
    await exchange(ward);
    for (const type of ['patient', 'encounter', 'condition', 'allergyIntolerance'])
      expect([type, ward.recordsOf(type)]).toEqual([type, []]);
    expect(home.fields(access)).toBeDefined();
    expect(home.fields(condition)).toMatchObject({ code: 'B50.0' });
  });

  it('does not bring what the patient denies, and ends as soon as it is closed', async () => {
    const home = await hub.enrolled('deny_home', { region: 'Deny' });
    const ward = await hub.enrolled('deny_ward', { region: 'Deny' });
    const { patient, encounter } = patientAt(home, 'DENY-HOME-00001-A');
    home.create('consent', {
      ...{ patient, status: 'active', decision: 'deny', purpose: 'TREAT', capture: 'spoken' },
      classes: ['Condition'],
    });
    await exchange(home);
    const access = askedBy(ward, { patientNumber: 'DENYHOME00001A' });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('encounter')).toEqual([encounter]);
    expect(ward.recordsOf('condition')).toEqual([]);
    expect(ward.recordsOf('consent')).toHaveLength(1);
    ward.patch(access, { endedAt: clock.now() });
    await exchange(ward);
    await ended(0);
    await exchange(ward);
    expect(ward.recordsOf('encounter')).toEqual([]);
  });

  it('gives nothing once it is over, nothing to a number of nobody, and no more than so many a day without a person', async () => {
    const home = await hub.enrolled('many_home', { region: 'Many' });
    const ward = await hub.enrolled('many_ward', { region: 'Many' });
    const numbers = Array.from({ length: MOST_A_DAY + 1 }, (_, at) => `MANY-HOME-${String(at).padStart(5, '0')}-X`);
    for (const number of numbers) home.create('patient', { familyName: 'Togo', number });
    await exchange(home);
    askedBy(ward, { patientNumber: 'MANYHOME00000X' }, { hours: 0 });
    askedBy(ward, { patientNumber: 'MANYHOME99999X' });
    await exchange(ward);
    expect(ward.recordsOf('patient')).toEqual([]);
    for (const number of numbers) askedBy(ward, { patientNumber: number.replaceAll('-', '') });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('patient')).toHaveLength(MOST_A_DAY - 1);
    const { checks } = await hub.operator<{ checks: { name: string; detail: string }[] }>('GET', '/status');
    expect(checks.find(({ name }) => name === 'emergency-access')?.detail).toContain('many_ward');
  });

  it('for a patient who is known here brings what the home has recorded since', async () => {
    const home = await hub.enrolled('known_home', { region: 'Known' });
    const ward = await hub.enrolled('known_ward', { region: 'Known' });
    const { patient, condition } = patientAt(home, 'KNOWN-HOME-00001-A');
    home.create('referral', {
      ...{ patient, to: facilityOf(ward), urgency: 'reference', status: 'created' },
      ...{ decidedAt: clock.now(), reason: 'avis' },
    });
    for (const node of [home, ward]) await exchange(node);
    expect(ward.recordsOf('condition')).toEqual([]);
    askedBy(ward, { patient });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('condition')).toEqual([condition]);
    await ended(4 * HOUR_MS);
    await exchange(ward);
    // The referral goes on: its minimum data set stays.
    expect([ward.recordsOf('condition'), ward.recordsOf('patient')]).toEqual([[], [patient]]);
  });

  it('is of the person: what stands in a record that another has replaced comes too, a denial there counts, and all of it goes', async () => {
    const home = await hub.enrolled('twice_home', { region: 'Twice' });
    const ward = await hub.enrolled('twice_ward', { region: 'Twice' });
    const former = patientAt(home, 'TWICE-HOME-00001-A');
    const present = patientAt(home, 'TWICE-HOME-00002-B');
    home.patch(former.patient, { replacedBy: present.patient });
    home.create('medicationRequest', { patient: present.patient, text: 'CTA' });
    home.create('consent', {
      ...{ patient: former.patient, status: 'active', decision: 'deny', purpose: 'TREAT', capture: 'spoken' },
      classes: ['MedicationRequest'],
    });
    await exchange(home);
    for (const patientNumber of ['TWICEHOME00001A', 'TWICEHOME00002B']) {
      const access = askedBy(ward, { patientNumber });
      for (const node of [ward, ward]) await exchange(node);
      expect(ward.recordsOf('patient').toSorted()).toEqual([former.patient, present.patient].toSorted());
      expect(ward.recordsOf('condition').toSorted()).toEqual([former.condition, present.condition].toSorted());
      expect(ward.recordsOf('allergyIntolerance')).toHaveLength(2);
      expect(ward.recordsOf('medicationRequest')).toEqual([]);
      // The daily work takes nothing away while it is open.
      await clock.advance(2 * HOUR_MS);
      ward.patch(access, { endedAt: clock.now() });
      await exchange(ward);
      await ended(0);
      await exchange(ward);
      for (const type of ['patient', 'encounter', 'condition', 'allergyIntolerance', 'consent'])
        expect([type, ward.recordsOf(type)]).toEqual([type, []]);
    }
  });

  it('ends also where the node that asked was taken away meanwhile: as soon as the facility has another', async () => {
    const home = await hub.enrolled('gone_home', { region: 'Gone' });
    const ward = await hub.enrolled('gone_ward', { region: 'Gone' });
    const { condition } = patientAt(home, 'GONE-HOME-00001-A');
    await exchange(home);
    const own = ward.create('patient', { familyName: 'Togo' });
    askedBy(ward, { patientNumber: 'GONEHOME00001A' });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('condition')).toEqual([condition]);
    await hub.operator('POST', '/facilities/revoke', { facility: 'gone_ward', reason: 'stolen' });
    await clock.advance(5 * HOUR_MS);
    for (let round = 0; round < 5; round++) {
      await clock.advance(5 * 60_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const next = await hub.enrolled('gone_ward', { region: 'Gone' });
    await clock.advance(10 * 60_000);
    const held = `select 1 from gone_ward.record where id = $1`;
    await expect.poll(async () => (await hub.admin.query(held, [condition])).rows, { timeout: 10_000 }).toEqual([]);
    expect((await hub.admin.query(held, [own])).rows).toHaveLength(1);
    expect(next.facility).toBe('gone_ward');
  });

  it('lasts its hours also where the machine shows another year', async () => {
    const home = await hub.enrolled('year_home', { region: 'Year' });
    const ward = await hub.enrolled('year_ward', { region: 'Year' });
    const { condition } = patientAt(home, 'YEAR-HOME-00001-A');
    await exchange(home);
    for (const years of [-10, 10]) {
      const wallMs = clock.now() + years * 365 * 24 * HOUR_MS;
      askedBy(ward, { patientNumber: 'YEARHOME00001A' }, { wallMs });
      for (const node of [ward, ward]) await exchange(node);
      expect([years, ward.recordsOf('condition')]).toEqual([years, [condition]]);
      await ended(4 * HOUR_MS);
      await exchange(ward);
      expect([years, ward.recordsOf('condition')]).toEqual([years, []]);
    }
  });

  it('names no patient by an id that never was here: ids can be computed, numbers of carnets are on carnets', async () => {
    const home = await hub.enrolled('id_home', { region: 'Ids' });
    const target = await hub.enrolled('id_target', { region: 'Ids', kind: 'csref' });
    const ward = await hub.enrolled('id_ward', { region: 'Ids' });
    const { patient } = patientAt(home, 'ID-HOME-00001-A');
    home.create('referral', {
      patient,
      to: facilityOf(target),
      urgency: 'reference',
      status: 'created',
      reason: 'avis',
    });
    for (const node of [home, target]) await exchange(node);
    askedBy(ward, { patient });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('patient')).toEqual([]);
    expect(ward.recordsOf('condition')).toEqual([]);
  });

  it('makes nobody a holder of what it names as who asked, where that is nobody’s staff', async () => {
    const home = await hub.enrolled('forge_home', { region: 'Forge' });
    const ward = await hub.enrolled('forge_ward', { region: 'Forge' });
    const victim = home.create('patient', { familyName: 'Arama', phone: '+22370000001' });
    const { patient } = patientAt(home, 'FORGE-HOME-00001-A');
    await exchange(home);
    const forged = { reason: 'other', text: 'x', asksOthers: true, from: clock.now(), until: clock.now() + HOUR_MS };
    const named = { patientNumber: 'FORGEHOME00001A', practitioner: victim, reviewBy: clock.now() + HOUR_MS };
    ward.create('emergencyAccess', { ...forged, ...named }, { clockMs: clock.now() });
    await exchange(ward);
    home.patch(victim, { phone: '+22370000002' });
    for (const node of [home, ward]) await exchange(node);
    expect(ward.fields(patient)).toMatchObject({ familyName: 'Kassogué' });
    const held = await hub.admin.query<{ facility: string }>('select facility from hub.holder where record_id = $1', [
      victim,
    ]);
    expect(held.rows.map(({ facility }) => facility)).toEqual([]);
    expect(ward.recordsOf('patient')).toEqual([patient]);
  });

  it('is closed and reviewed by nobody but the facility that opened it', async () => {
    const home = await hub.enrolled('own_home', { region: 'Own' });
    const ward = await hub.enrolled('own_ward', { region: 'Own' });
    patientAt(home, 'OWN-HOME-00001-A');
    await exchange(home);
    const access = askedBy(ward, { patientNumber: 'OWNHOME00001A' });
    for (const node of [ward, ward, home]) await exchange(node);
    home.patch(access, { review: 'justified' });
    const connection = await hub.connect(home);
    expect((await connection.push(7)).refused).toMatchObject([{ code: 'SH-X305' }]);
    connection.drop();
    await exchange(ward);
    expect(ward.fields(access)).not.toHaveProperty('review');
  });

  it('lasts no longer than any node may let it, whatever the node says or its clock shows', async () => {
    const home = await hub.enrolled('long_home', { region: 'Long' });
    const ward = await hub.enrolled('long_ward', { region: 'Long' });
    const { condition } = patientAt(home, 'LONG-HOME-00001-A');
    await exchange(home);
    askedBy(ward, { patientNumber: 'LONGHOME00001A' }, { hours: 24 * 365 });
    for (const node of [ward, ward]) await exchange(node);
    expect(ward.recordsOf('condition')).toEqual([condition]);
    await ended(MOST_HOURS * HOUR_MS);
    await exchange(ward);
    expect(ward.recordsOf('condition')).toEqual([]);
  });
});

describe('counts of emergency accesses', () => {
  it('are of each facility where they were opened, for its region and for the ministry, with what is overdue', async () => {
    const home = await hub.enrolled('count_home', { region: 'Count' });
    const ward = await hub.enrolled('count_ward', { region: 'Count' });
    patientAt(home, 'COUNT-HOME-00001-A');
    await exchange(home);
    const access = askedBy(ward, { patientNumber: 'COUNTHOME00001A' });
    askedBy(ward, { patientNumber: 'COUNTHOME00001A' });
    for (const node of [ward, home]) await exchange(node);
    ward.patch(access, { review: 'unjustified', reviewedAt: clock.now() });
    await exchange(ward);
    await hub.settled();
    await hub.operator('POST', '/users', { login: 'count', password: PASSWORD, role: 'region', region: 'Count' });
    await hub.operator('POST', '/users', { login: 'ministere', password: PASSWORD, role: 'ministry' });
    const asked = async (login: string, query = ''): Promise<EmergencyTallies> =>
      (await hub.get(`/emergency-accesses${query}`, await hub.tokenOf(login, PASSWORD))) as EmergencyTallies;
    const line = { facility: 'count_ward', region: 'Count', opened: 2, askedOthers: 2, justified: 0, unjustified: 1 };
    expect((await asked('count')).facilities).toEqual([{ ...line, waiting: 1, overdue: 0 }]);
    expect((await asked('ministere', '?region=Count')).facilities).toEqual([{ ...line, waiting: 1, overdue: 0 }]);
    await expect(asked('count', '?region=Urg')).rejects.toMatchObject({ code: 'SH-A002' });
    await clock.advance(8 * 24 * HOUR_MS);
    expect((await asked('count')).facilities).toEqual([{ ...line, waiting: 1, overdue: 1 }]);
    const { facilities } = await hub.operator<EmergencyTallies>('GET', '/emergency-accesses');
    expect(facilities.map(({ facility }) => facility)).toContain('count_ward');
  });
});

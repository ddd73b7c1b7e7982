import { stampOf } from '@santehaggui/protocols/journal/stamp.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

const DAY_MS = 24 * 3600 * 1000;
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

const idOf = (node: FakeNode): string => node.enrolled?.facilityId as string;

/** What the hub's audit trail says of where a patient's records went. */
async function disclosuresOf(patient: string): Promise<readonly unknown[]> {
  const { rows } = await hub.admin.query<{ detail: string }>(
    `select detail from hub.audit_event where action = 'export' and patient_id = $1 and purpose = 'TREAT' order by id`,
    [patient],
  );
  return rows.map(({ detail }) => JSON.parse(detail) as unknown);
}

function visit(node: FakeNode, patient: string): { readonly encounter: string; readonly condition: string } {
  const encounter = node.create('encounter', { patient, start: clock.now(), status: 'finished' }, { isLast: false });
  return { encounter, condition: node.create('condition', { patient, encounter, code: 'B54' }) };
}

describe('a consent', () => {
  it('that was withdrawn lets no repair bring back what it had let go', async () => {
    const home = await hub.enrolled('mend_home', { region: 'Mend' });
    const target = await hub.enrolled('mend_target', { region: 'Mend' });
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    visit(home, patient);
    const said = { status: 'active', purpose: 'TREAT', capture: 'signed', classes: ['Condition'] };
    const consent = home.create('consent', { patient, recipient: idOf(target), ...said });
    for (const node of [home, target]) await exchange(node);
    const { rows } = await hub.admin.query<{ incarnation: string; sequence: string }>(
      `select incarnation, sequence from mend_target.journal where node = $1`,
      [home.node],
    );
    const wants = rows.map(({ incarnation, sequence }) => stampOf({ node: home.node, incarnation }, Number(sequence)));
    const given = async () => {
      const connection = await hub.connect(target);
      const { changes } = await connection.repair({ records: [], wants, names: wants, gives: [] });
      connection.drop();
      return changes.filter(({ fields }) => fields.length > 0).length;
    };
    expect(await given()).toBe(3);
    home.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
    for (const node of [home, target]) await exchange(node);
    expect(await given()).toBe(0);
    const kept = `select 1 from mend_target.journal where node = $1 and octet_length(fields) > 0`;
    expect((await hub.admin.query(kept, [home.node])).rows).toEqual([]);
  });

  it('that was withdrawn before the trail was written is told of there all the same', async () => {
    const home = await hub.enrolled('told_home', { region: 'Told' });
    const target = await hub.enrolled('told_target', { region: 'Told' });
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    visit(home, patient);
    await exchange(home);
    const mayWrite = (verb: string) => hub.admin.query(`${verb} haggui_service`);
    await mayWrite('revoke insert on hub.audit_event from');
    try {
      const said = { status: 'active', purpose: 'TREAT', capture: 'signed', classes: ['Condition'] };
      const consent = home.create('consent', { patient, recipient: idOf(target), ...said });
      const connection = await hub.connect(home);
      await connection.push(7);
      home.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
      await connection.push(7);
      connection.drop();
    } finally {
      await mayWrite('grant insert on hub.audit_event to');
    }
    for (const node of [home, target]) await exchange(node);
    await hub.settled();
    expect(target.recordsOf('condition')).toEqual([]);
    expect(await disclosuresOf(patient)).toEqual([
      { from: 'told_home', to: 'told_target', because: 'consent', records: { patient: 1, condition: 1, consent: 1 } },
    ]);
    // What is given when nothing follows from it, by the daily work or a move, does not wait for the next change.
    await hub.admin.query(
      `insert into hub.disclosure (source, destination, because, given_at, record_id, patient_id, record_type)
       values ('told_home', 'told_target', 'consent', now(), $1, $1, 1)`,
      [patient],
    );
    await clock.advance(5 * 60_000);
    await expect.poll(() => disclosuresOf(patient)).toHaveLength(2);
  });

  it('lets the classes it names go to the recipient, with what is recorded later, until it is withdrawn', async () => {
    const home = await hub.enrolled('consent_home', { region: 'Consent' });
    const target = await hub.enrolled('consent_target', { region: 'Consent', kind: 'csref' });
    const other = await hub.enrolled('consent_other', { region: 'Consent' });
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const allergy = home.create('allergyIntolerance', { patient, text: 'iode' });
    const stranger = home.create('patient', { familyName: 'Poudiougou', givenName: 'Anta' });
    const before = visit(home, patient);
    const foreign = visit(home, stranger);
    const consent = home.create('consent', {
      patient,
      status: 'active',
      purpose: 'TREAT',
      capture: 'signed',
      recipient: idOf(target),
      classes: ['Condition', 'MedicationRequest'],
    });
    await exchange(home);
    await exchange(target);
    expect(target.fields(before.condition)).toMatchObject({ code: 'B54' });
    expect(target.fields(patient)).toMatchObject({ familyName: 'Kassogué' });
    expect(target.fields(allergy)).toMatchObject({ text: 'iode' });
    expect(target.recordsOf('consent')).toEqual([consent]);
    expect(target.recordsOf('encounter')).toEqual([]);
    expect(target.recordsOf('condition')).not.toContain(foreign.condition);
    expect(await disclosuresOf(patient)).toEqual([
      {
        ...{ from: home.facility, to: target.facility, because: 'consent' },
        records: { patient: 1, allergyIntolerance: 1, condition: 1, consent: 1 },
      },
    ]);
    expect(await disclosuresOf(stranger)).toEqual([]);

    const later = home.create('medicationRequest', { patient, text: 'CTA' });
    home.patch(before.condition, { code: 'B50.0' });
    const alsoLater = visit(home, patient);
    for (const node of [home, target, other]) await exchange(node);
    expect(target.fields(later)).toMatchObject({ text: 'CTA' });
    expect(target.fields(before.condition)).toMatchObject({ code: 'B50.0' });
    expect(target.recordsOf('condition')).toContain(alsoLater.condition);
    expect(target.recordsOf('encounter')).toEqual([]);
    expect(other.recordsOf('patient')).toEqual([]);
    const facts = await hub.admin.query(
      `select distinct facility from consolidated.fact where disease = 'malaria' and facility like 'consent%'`,
    );
    expect(facts.rows).toEqual([{ facility: 'consent_home' }]);

    // Its node writes once more before it hears of the withdrawal: that still reaches the home.
    target.patch(patient, { phone: '+22376123456' });
    home.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
    await exchange(home);
    for (const node of [target, home]) await exchange(node);
    for (const type of ['patient', 'allergyIntolerance', 'condition', 'medicationRequest', 'consent'])
      expect([type, target.recordsOf(type)]).toEqual([type, []]);
    expect(home.fields(patient)).toMatchObject({ phone: '+22376123456' });
    const kept = await hub.admin.query(
      `select count(*)::int as kept from consent_target.journal
       where record_id = $1 and octet_length(fields) > 0 and node <> $2`,
      [patient, target.node],
    );
    expect(kept.rows).toEqual([{ kept: 0 }]);
    const holders = await hub.admin.query(
      `select 1 from hub.holder where facility = 'consent_target' and record_id = $1`,
      [patient],
    );
    expect(holders.rows).toEqual([]);

    visit(home, patient);
    home.patch(patient, { village: 'Banani' });
    for (const node of [home, target]) await exchange(node);
    expect(target.recordsOf('condition')).toEqual([]);
    home.patch(consent, { status: 'active' });
    for (const node of [home, target]) await exchange(node);
    expect(target.fields(patient)).toMatchObject({ village: 'Banani', phone: '+22376123456' });
    expect(target.recordsOf('condition')).toHaveLength(3);
  });

  it('for the district goes to its facilities alone, and to each of them what any of them records', async () => {
    const more = { region: 'Wide', district: 'Near' };
    const near = [await hub.enrolled('near_a', more), await hub.enrolled('near_b', more)] as const;
    const far = await hub.enrolled('far', { region: 'Wide', district: 'Far' });
    const patient = near[0].create('patient', { familyName: 'Togo', givenName: 'Ina' });
    near[0].create('consent', {
      patient,
      status: 'active',
      purpose: 'TREAT',
      capture: 'spoken',
      isForDistrict: true,
      classes: ['Condition', 'Encounter'],
    });
    for (const node of [...near, far]) await exchange(node);
    const nurse = near[1].create('practitioner', { familyName: 'Guindo', role: 'nurse' });
    near[1].create('encounter', { patient, start: clock.now(), practitioner: nurse });
    const { condition } = visit(near[1], patient);
    for (const node of [near[1], near[0], far]) await exchange(node);
    expect(near[0].fields(condition)).toMatchObject({ code: 'B54' });
    expect(near[0].fields(nurse)).toMatchObject({ familyName: 'Guindo' });
    expect(near[0].recordsOf('encounter')).toHaveLength(2);
    expect(far.recordsOf('patient')).toEqual([]);
  });
});

describe('a copy', () => {
  it('ends some days after its referral, but where the facility has cared itself, and comes again with another', async () => {
    const home = await hub.enrolled('days_home', { region: 'Days' });
    const target = await hub.enrolled('days_target', { region: 'Days', kind: 'csref' });
    const referred = ['Aly', 'Binta'].map((givenName) => {
      const patient = home.create('patient', { familyName: 'Sagara', givenName });
      const allergy = home.create('allergyIntolerance', { patient, text: 'latex' });
      const referral = home.create('referral', {
        patient,
        to: idOf(target),
        urgency: 'reference',
        status: 'created',
        decidedAt: clock.now(),
        reason: 'avis',
      });
      return { patient, allergy, referral };
    });
    const [seen, unseen] = referred as [(typeof referred)[0], (typeof referred)[0]];
    for (const node of [home, target]) await exchange(node);
    visit(target, seen.patient);
    for (const { referral } of referred) target.patch(referral, { status: 'closed', closedAt: clock.now() });
    for (const node of [target, home]) await exchange(node);
    clock.setNow(clock.now() + 28 * DAY_MS);
    await clock.advance(DAY_MS);
    await exchange(target);
    expect(target.recordsOf('referral')).toHaveLength(2);
    clock.setNow(clock.now() + 2 * DAY_MS);
    // Another day each time: one that passes while the last day's work is still being done counts for nothing.
    const eventsADayLater = async (): Promise<readonly string[]> => {
      await clock.advance(DAY_MS);
      return hub.log.events();
    };
    await expect.poll(eventsADayLater, { timeout: 20_000, interval: 500 }).toContain('routing.copies-ended');
    for (const node of [target, home]) await exchange(node);
    expect(target.recordsOf('referral')).toEqual([]);
    expect(target.recordsOf('patient')).toEqual([seen.patient]);
    expect(target.recordsOf('allergyIntolerance')).toEqual([seen.allergy]);
    expect(home.recordsOf('referral')).toHaveLength(2);
    expect(home.recordsOf('patient')).toHaveLength(2);
    home.patch(unseen.patient, { village: 'Tireli' });
    home.create('referral', {
      patient: unseen.patient,
      to: idOf(target),
      urgency: 'reference',
      status: 'created',
      decidedAt: clock.now(),
      reason: 'contrôle',
    });
    for (const node of [home, target]) await exchange(node);
    expect(target.fields(unseen.patient)).toMatchObject({ givenName: 'Binta', village: 'Tireli' });
    expect(target.fields(unseen.allergy)).toMatchObject({ text: 'latex' });
  });

  it('is equal at hub and node after each exchange, in whatever order consents come and go and changes arrive late', async () => {
    let round = 0;
    const step = fc.constantFrom(
      ...(['grant', 'withdraw', 'write', 'visit', 'answer', 'home', 'target'] as const),
      ...(['link', 'separate', 'visit the other'] as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
        round += 1;
        const home = await hub.enrolled(`prop_home_${round}`, { region: `Prop ${round}` });
        const target = await hub.enrolled(`prop_target_${round}`, { region: `Prop ${round}` });
        const patient = home.create('patient', { familyName: 'Dara', givenName: 'Koro' });
        const other = home.create('patient', { familyName: 'Dara', givenName: 'Koro' });
        const consent = home.create('consent', {
          patient,
          status: 'withdrawn',
          purpose: 'TREAT',
          capture: 'signed',
          recipient: idOf(target),
          classes: ['Condition'],
        });
        let [isGranted, isLinked] = [false, false];
        for (const [index, next] of steps.entries()) {
          if (next === 'grant' || next === 'withdraw') {
            isGranted = next === 'grant';
            home.patch(consent, { status: isGranted ? 'active' : 'withdrawn' });
          }
          if (next === 'write') home.patch(patient, { village: `home ${index}` });
          if (next === 'visit') visit(home, patient);
          if (next === 'visit the other') visit(home, other);
          if (next === 'link' || next === 'separate') {
            isLinked = next === 'link';
            home.patch(other, { replacedBy: isLinked ? patient : null });
          }
          if (next === 'answer' && target.recordsOf('patient').includes(patient))
            target.patch(patient, { givenName: `target ${index}` });
          if (next === 'home') await exchange(home);
          if (next === 'target') await exchange(target);
        }
        for (const node of [target, home, target, home]) await exchange(node);
        const expected = isGranted ? home.fields(patient) : undefined;
        expect(target.recordsOf('patient').includes(patient) ? target.fields(patient) : undefined).toEqual(expected);
        const persons = [...(isGranted ? [patient] : []), ...(isGranted && isLinked ? [other] : [])];
        expect(target.recordsOf('patient').toSorted()).toEqual(persons.toSorted());
        const theirs = home.recordsOf('condition').filter((id) => persons.includes(String(home.fields(id).patient)));
        expect(target.recordsOf('condition').toSorted()).toEqual(theirs.toSorted());
      }),
      { numRuns: 12 },
    );
  });
});

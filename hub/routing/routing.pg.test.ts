import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeConnection } from '../ingest/fake-connection.ts';
import { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

async function feedLength(facility: string): Promise<number> {
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [facility],
  );
  return Number(rows[0]?.length);
}

/** Brings a node up to its feed's end over a new connection and compares both ends. */
async function exchange(node: FakeNode): Promise<void> {
  const connection = await hub.connect(node);
  if (node.lastSequence > (connection.hubHello?.received?.upTo ?? 0)) {
    const { refused } = await connection.push(7);
    expect(refused).toEqual([]);
  }
  await connection.pull(await feedLength(node.facility));
  await expectConverged(node, connection);
  connection.drop();
}

async function expectConverged(node: FakeNode, connection: FakeConnection): Promise<void> {
  const { at, entries } = await connection.digest();
  expect(at).toEqual({ sequence: node.lastSequence, feed: node.feedReceived });
  expect(toHex(combineDigests(entries ?? []))).toBe(toHex(combineDigests(node.typeDigests())));
}

function patientWithCare(
  node: FakeNode,
  from: string,
): { readonly patient: string; readonly nurse: string; readonly allergy: string } {
  const nurse = node.create('practitioner', { familyName: 'Guindo', role: 'nurse', facility: from });
  const patient = node.create(
    'patient',
    { familyName: 'Ongoïba', givenName: 'Yassa', sex: 'male', birthDate: '2023' },
    { isLast: false },
  );
  const encounter = node.create('encounter', { patient, start: Date.now(), status: 'finished' }, { isLast: false });
  node.create('condition', { patient, encounter, code: 'B50.0' }, { isLast: false });
  const allergy = node.create('allergyIntolerance', { patient, text: 'pénicilline', reactions: ['urticaire'] });
  return { patient, nurse, allergy };
}

describe('a referral', () => {
  it('goes to its target with its minimum data set, on to the second level, and comes back counter-referred', async () => {
    const sangha = await hub.enrolled('cscom_sangha');
    const djenne = await hub.enrolled('csref_djenne', { kind: 'csref' });
    const mopti = await hub.enrolled('sih_mopti', { kind: 'hospital' });
    const [a, b, c] = [sangha, djenne, mopti].map((node) => node.enrolled?.facilityId as string) as [
      string,
      string,
      string,
    ];
    for (const node of [sangha, djenne, mopti]) await exchange(node);
    expect(sangha.recordsOf('facility').toSorted()).toEqual([a, b, c].toSorted());

    const { patient, nurse, allergy } = patientWithCare(sangha, a);
    const referral = sangha.create('referral', {
      patient,
      from: a,
      to: b,
      requester: nurse,
      urgency: 'evacuation',
      status: 'created',
      decidedAt: Date.now(),
      reason: 'paludisme grave',
    });
    await exchange(sangha);
    await exchange(djenne);
    expect(djenne.fields(referral)).toMatchObject({ patient, reason: 'paludisme grave', status: 'created' });
    expect(djenne.fields(patient)).toMatchObject({ familyName: 'Ongoïba' });
    expect(djenne.fields(allergy)).toMatchObject({ reactions: ['urticaire'] });
    expect(djenne.fields(nurse)).toMatchObject({ familyName: 'Guindo' });
    expect(djenne.recordsOf('encounter')).toEqual([]);
    expect(djenne.recordsOf('condition')).toEqual([]);

    const physician = djenne.create('practitioner', { familyName: 'Cissé', role: 'physician', facility: b });
    djenne.patch(referral, { status: 'arrived', arrivedAt: Date.now(), receivedBy: physician });
    const onward = djenne.create('referral', {
      patient,
      from: b,
      to: c,
      requester: physician,
      basedOn: referral,
      urgency: 'evacuation',
      status: 'created',
      decidedAt: Date.now(),
      reason: 'transfusion',
    });
    await exchange(djenne);
    await exchange(mopti);
    await exchange(sangha);
    expect(mopti.fields(onward)).toMatchObject({ basedOn: referral, reason: 'transfusion' });
    expect(mopti.fields(referral)).toMatchObject({ status: 'arrived' });
    expect(mopti.fields(patient)).toMatchObject({ givenName: 'Yassa' });
    expect(mopti.fields(nurse)).toMatchObject({ familyName: 'Guindo' });
    expect(sangha.fields(referral)).toMatchObject({ status: 'arrived', receivedBy: physician });
    expect(sangha.fields(physician)).toMatchObject({ familyName: 'Cissé' });

    const surgeon = mopti.create('practitioner', { familyName: 'Dembélé', role: 'physician', facility: c });
    mopti.patch(onward, {
      status: 'closed',
      closedAt: Date.now(),
      closedBy: surgeon,
      outcome: 'recovered',
      instructions: 'repos',
    });
    await exchange(mopti);
    djenne.patch(referral, { status: 'closed', closedAt: Date.now(), closedBy: physician, outcome: 'transferred' });
    sangha.patch(patient, { phone: '+22376123456' });
    for (const node of [djenne, sangha, mopti, djenne]) await exchange(node);
    expect(djenne.fields(onward)).toMatchObject({ status: 'closed', outcome: 'recovered', instructions: 'repos' });
    expect(djenne.fields(surgeon)).toMatchObject({ familyName: 'Dembélé' });
    expect(sangha.fields(referral)).toMatchObject({ status: 'closed', outcome: 'transferred' });
    expect(mopti.fields(patient)).toMatchObject({ phone: '+22376123456' });
    const { rows } = await hub.admin.query(
      `select (select count(*) from cscom_sangha.encounter) as home, (select count(*) from csref_djenne.encounter) as target`,
    );
    expect(rows).toEqual([{ home: '1', target: '0' }]);
  });

  it('makes its holders hear at once of allergies found later, from either side, until it is closed', async () => {
    const a = await hub.enrolled('cscom_kani', { region: 'Kani' });
    const b = await hub.enrolled('csref_kani', { region: 'Kani', kind: 'csref' });
    const { patient, nurse } = patientWithCare(a, a.enrolled?.facilityId as string);
    const to = b.enrolled?.facilityId as string;
    const referral = a.create('referral', {
      patient,
      to,
      requester: nurse,
      urgency: 'reference',
      status: 'created',
      decidedAt: Date.now(),
      reason: 'avis',
    });
    for (const node of [a, b, a]) await exchange(node);

    const later = a.create('allergyIntolerance', { patient, text: 'quinine' });
    const stranger = a.create('patient', { familyName: 'Poudiougou', givenName: 'Anta' });
    const kept = a.create('allergyIntolerance', { patient: stranger, text: 'iode' });
    const found = b.create('allergyIntolerance', { patient, text: 'latex' });
    for (const node of [a, b, a]) await exchange(node);
    expect(b.fields(later)).toMatchObject({ text: 'quinine' });
    expect(b.recordsOf('allergyIntolerance')).not.toContain(kept);
    expect(a.fields(found)).toMatchObject({ text: 'latex' });
    a.patch(later, { criticality: 'high' });
    a.patch(found, { criticality: 'low' });
    for (const node of [a, b]) await exchange(node);
    expect(b.fields(later)).toMatchObject({ criticality: 'high' });
    expect(b.fields(found)).toMatchObject({ criticality: 'low' });

    b.patch(referral, { status: 'closed', closedAt: Date.now() });
    for (const node of [b, a]) await exchange(node);
    const afterwards = a.create('allergyIntolerance', { patient, text: 'arachide' });
    for (const node of [a, b]) await exchange(node);
    expect(b.recordsOf('allergyIntolerance')).not.toContain(afterwards);
    a.create('referral', { patient, to, urgency: 'reference', decidedAt: Date.now(), reason: 'suite' });
    a.patch(afterwards, { clinicalStatus: 'active' });
    for (const node of [a, b]) await exchange(node);
    expect(b.fields(afterwards)).toMatchObject({ text: 'arachide', clinicalStatus: 'active' });
  });

  it('brings nobody a patient whom they never held, and nothing to whoever holds one that is not theirs: ids can be computed', async () => {
    const home = await hub.enrolled('guess_home', { region: 'Guess' });
    const target = await hub.enrolled('guess_target', { region: 'Guess', kind: 'csref' });
    const stranger = await hub.enrolled('guess_stranger', { region: 'Guess' });
    const { patient } = patientWithCare(home, home.enrolled?.facilityId as string);
    const said = { to: target.enrolled?.facilityId as string, status: 'created', urgency: 'reference', reason: 'avis' };
    const referral = home.create('referral', { patient, ...said });
    await exchange(home);
    await exchange(target);
    stranger.create('referral', { patient, ...said });
    const own = stranger.create('patient', { familyName: 'Togo' });
    stranger.create('documentReference', { patient: own, referral, title: 'x' });
    const denial = { status: 'active', decision: 'deny', purpose: 'TREAT', capture: 'spoken', classes: ['Condition'] };
    stranger.create('consent', { patient, ...denial });
    await exchange(stranger);
    await exchange(stranger);
    expect(stranger.recordsOf('patient')).toEqual([own]);
    expect(stranger.recordsOf('allergyIntolerance')).toEqual([]);
    for (const node of [target, home]) {
      await exchange(node);
      for (const type of ['documentReference', 'consent'])
        expect([node.facility, node.recordsOf(type)]).toEqual([node.facility, []]);
    }
  });

  it('waits for a target whose node is not yet enrolled', async () => {
    const sender = await hub.enrolled('cabinet_nando', { region: 'Ségou', kind: 'practice' });
    const { token, facilityId } = await hub.addFacility('csref_niono', { region: 'Ségou', kind: 'csref' });
    const { patient, nurse } = patientWithCare(sender, sender.enrolled?.facilityId as string);
    const referral = sender.create('referral', {
      patient,
      to: facilityId,
      requester: nurse,
      urgency: 'reference',
      decidedAt: Date.now(),
      reason: 'hernie',
    });
    await exchange(sender);
    const target = new FakeNode('csref_niono');
    await hub.enrol(target, token);
    await exchange(target);
    expect(target.fields(referral)).toMatchObject({ reason: 'hernie' });
    expect(target.fields(patient)).toMatchObject({ familyName: 'Ongoïba' });
  });

  it('reaches a connected node at once, and only once its transaction is complete', async () => {
    const sender = await hub.enrolled('cscom_konna', { region: 'Konna' });
    const target = await hub.enrolled('csref_konna', { region: 'Konna', kind: 'csref' });
    for (const node of [sender, target]) await exchange(node);
    const listening = await hub.connect(target);
    const connection = await hub.connect(sender);
    const before = await feedLength(target.facility);
    const patient = sender.create('patient', { familyName: 'Dicko', givenName: 'Hawa' });
    const to = target.enrolled?.facilityId as string;
    sender.create(
      'referral',
      { patient, to, urgency: 'reference', decidedAt: Date.now(), reason: 'avis' },
      { isLast: false },
    );
    await connection.push();
    expect(await feedLength(target.facility)).toBe(before);
    sender.patch(patient, { village: 'Konna' });
    connection.send(sender.changesAfter(sender.lastSequence - 1));
    await connection.acknowledgement();
    await listening.pull(await feedLength(target.facility));
    expect(target.fields(patient)).toMatchObject({ village: 'Konna' });
    expect(target.recordsOf('referral')).toHaveLength(1);
    await expectConverged(target, listening);
    listening.drop();
    connection.drop();
  });

  it('takes along the ruling on a clock that ran ahead', async () => {
    const sender = await hub.enrolled('cscom_fast', { region: 'Fast' });
    const target = await hub.enrolled('csref_fast', { region: 'Fast', kind: 'csref' });
    const clockMs = Date.now() + 24 * 3600 * 1000;
    const patient = sender.create('patient', { familyName: 'Maïga', givenName: 'Oumar' }, { clockMs });
    const to = target.enrolled?.facilityId as string;
    sender.create(
      'referral',
      { patient, to, urgency: 'reference', decidedAt: Date.now(), reason: 'avis' },
      { clockMs },
    );
    await exchange(sender);
    await exchange(target);
    target.patch(patient, { familyName: 'Maiga' });
    await exchange(target);
    await exchange(sender);
    expect(sender.fields(patient)).toMatchObject({ familyName: 'Maiga' });
    expect(target.fields(patient)).toMatchObject({ familyName: 'Maiga' });
  });

  it('loses nothing when two facilities write the same records at the same moment', async () => {
    const left = await hub.enrolled('left', { region: 'Twin' });
    const right = await hub.enrolled('right', { region: 'Twin' });
    const to = right.enrolled?.facilityId as string;
    const patients = Array.from({ length: 10 }, (_, index) => {
      const patient = left.create('patient', { familyName: 'Coulibaly', givenName: `N${index}` });
      left.create('referral', { patient, to, urgency: 'reference', decidedAt: Date.now(), reason: 'avis' });
      return patient;
    });
    await exchange(left);
    await exchange(right);
    const sides = [left, right];
    for (let round = 0; round < 8; round++) {
      const connections = await Promise.all(sides.map((node) => hub.connect(node)));
      for (const node of sides)
        for (const patient of patients) node.patch(patient, { village: `${node.facility} ${round}` });
      const pushes = connections.map((connection) => connection.push());
      expect((await Promise.all(pushes)).flatMap(({ refused }) => refused)).toEqual([]);
      for (const connection of connections) connection.drop();
    }
    for (const node of [...sides, ...sides]) await exchange(node);
    for (const patient of patients) expect(right.fields(patient)).toEqual(left.fields(patient));
  });

  it('reads nothing of a register before it holds the locks of all facilities that it will touch', async () => {
    const left = await hub.enrolled('lock_left', { region: 'Lock' });
    const right = await hub.enrolled('lock_right', { region: 'Lock' });
    const patient = left.create('patient', { familyName: 'Diarra', givenName: 'Sali' });
    const to = right.enrolled?.facilityId as string;
    left.create('referral', { patient, to, urgency: 'reference', decidedAt: Date.now(), reason: 'avis' });
    await exchange(left);
    left.patch(patient, { village: 'Mopti' });
    const connection = await hub.connect(left);
    const holder = await hub.admin.connect();
    await holder.query('begin');
    await holder.query(`select 1 from hub.facility where code = 'lock_right' for no key update`);
    const acknowledged = connection.push().then(() => 'acknowledged');
    expect(await Promise.race([acknowledged, waitingStatement()])).toMatch(
      /^select 1 from hub\.facility where code = any/,
    );
    await holder.query('commit');
    holder.release();
    expect(await acknowledged).toBe('acknowledged');
    connection.drop();
  });
});

/** The statement that waits for a lock, once one does. */
async function waitingStatement(): Promise<string> {
  for (;;) {
    const { rows } = await hub.admin.query<{ query: string }>(
      `select query from pg_stat_activity where usename = 'haggui_service' and wait_event_type = 'Lock'`,
    );
    if (rows[0] !== undefined) return rows[0].query;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

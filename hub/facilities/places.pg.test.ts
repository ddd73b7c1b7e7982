import { epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

const DAY_MS = 24 * 3600 * 1000;
/** A Wednesday. */
const TODAY = Date.UTC(2026, 6, 15, 9);
let hub: TestHub;
let clock: FakeClock;

beforeAll(async () => {
  clock = new FakeClock(TODAY);
  hub = await TestHub.start(composeHub, clock);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const exchange = (node: FakeNode): Promise<void> => hub.exchange(node);

const idOf = (node: FakeNode): string => node.enrolled?.facilityId as string;
const move = (body: Readonly<Record<string, unknown>>) =>
  hub.operator<Record<string, unknown>>('POST', '/facilities/move', { reason: 'réforme', ...body });
const placesOf = async (code: string) =>
  (await hub.operator<{ places: readonly Record<string, unknown>[] }>('GET', `/facilities/${code}/places`)).places;

function visit(node: FakeNode, patient: string, start: number): string {
  const encounter = node.create('encounter', { patient, start, status: 'finished' }, { isLast: false });
  node.create('condition', { patient, encounter, code: 'B54' });
  return encounter;
}

async function report(login: string, week: string) {
  const { accessToken } = (await hub.post('/sessions', { login, password: 'fleuve niger barque' })) as {
    accessToken: string;
  };
  return (await hub.get(`/reports/weekly?week=${week}`, { authorization: `Bearer ${accessToken}` })) as {
    facilitiesExpected: number;
    encounters: number;
  };
}

describe('a facility that moves', () => {
  it('loses nothing that its node has not sent, and knows its new neighbours as they know it', async () => {
    const node = await hub.enrolled('moving', { region: 'Old A', district: 'One', referralTarget: 'old_ref' });
    const target = await hub.enrolled('old_ref', { region: 'Old A', district: 'One', kind: 'csref' });
    const neighbour = await hub.enrolled('new_ref', { region: 'New A', district: 'Two', kind: 'csref' });
    for (const one of [node, target, neighbour]) await exchange(one);
    const patient = node.create('patient', { familyName: 'Guindo', givenName: 'Yapama' });
    const referral = node.create('referral', { patient, from: idOf(node), to: idOf(target), reason: 'césarienne' });

    const place = { region: 'New A', district: 'Two', referralTarget: 'new_ref' };
    expect(await move({ code: 'moving', ...place })).toMatchObject({
      from: { region: 'Old A', district: 'One', referralTarget: 'old_ref' },
      ...{ to: place, since: '2026-07-15', isCarriedOut: true },
    });
    for (const one of [node, target, neighbour]) await exchange(one);

    expect(target.fields(referral)).toMatchObject({ reason: 'césarienne' });
    for (const one of [node, target, neighbour]) {
      expect(one.fields(idOf(node))).toMatchObject({
        ...{ region: 'New A', district: 'Two', referralTarget: idOf(neighbour), placedSince: '2026-07-15' },
      });
    }
    expect(node.fields(idOf(neighbour))).toMatchObject({ code: 'new_ref' });
    expect((await hub.facility('moving')).region).toBe('New A');
    expect(await placesOf('moving')).toMatchObject([
      { since: null, region: 'Old A' },
      { since: '2026-07-15', region: 'New A', district: 'Two', reason: 'réforme', isCarriedOut: true },
    ]);
    // Each write of the hub's names the one that it replaces: nobody is asked to settle what only one has written.
    const disputed = 'select id from registry.record where conflicts > 0 and id = $1';
    expect((await hub.admin.query(disputed, [idOf(node)])).rows).toEqual([]);
  });

  it('is counted where it was in each week, also what comes later of an earlier one', async () => {
    for (const [login, region] of Object.entries({ 'old.b': 'Old B', 'new.b': 'New B' }))
      await hub.operator('POST', '/users', { login, password: 'fleuve niger barque', role: 'region', region });
    const node = await hub.enrolled('counted', { region: 'Old B' });
    const patient = node.create('patient', { familyName: 'Tembely', givenName: 'Bana' });
    const [before, after] = [TODAY - 14 * DAY_MS, TODAY];
    visit(node, patient, before);
    visit(node, patient, after);
    await exchange(node);
    await hub.settled();
    const [earlier, later] = [epiWeekOf(before), epiWeekOf(after)];
    expect((await report('old.b', later)).encounters).toBe(1);

    // Since last Thursday: the week of the move still counts as it began; from Monday on it is another's.
    await move({ code: 'counted', region: 'New B', since: '2026-07-09' });
    visit(node, patient, before);
    await exchange(node);
    await hub.settled();
    expect(await report('old.b', earlier)).toMatchObject({ facilitiesExpected: 1, encounters: 2 });
    expect(await report('old.b', later)).toMatchObject({ facilitiesExpected: 0, encounters: 0 });
    expect(await report('new.b', earlier)).toMatchObject({ facilitiesExpected: 0, encounters: 0 });
    expect(await report('new.b', later)).toMatchObject({ facilitiesExpected: 1, encounters: 1 });
  });

  it('changes no week that is over, however early its day, and neither does a correction', async () => {
    for (const [login, region] of Object.entries({ 'old.f': 'Old F', 'new.f': 'New F', 'wrong.f': 'Wrong F' }))
      await hub.operator('POST', '/users', { login, password: 'fleuve niger barque', role: 'region', region });
    const node = await hub.enrolled('late', { region: 'Old F' });
    const patient = node.create('patient', { familyName: 'Tembely', givenName: 'Bana' });
    const days = [TODAY - 14 * DAY_MS, TODAY, TODAY + 7 * DAY_MS];
    for (const day of days.slice(0, 2)) visit(node, patient, day);
    await exchange(node);
    await hub.settled();
    const of = async (login: string) => {
      const weeks = [];
      for (const week of days.map(epiWeekOf)) weeks.push(await report(login, week));
      return weeks.map(({ facilitiesExpected, encounters }) => [facilitiesExpected, encounters]);
    };
    // Told of a month late: what the ministry has read of the weeks between is not grouped anew.
    await move({ code: 'late', region: 'Wrong F', since: '2026-06-10' });
    const [none, one, expected] = [
      [0, 0],
      [1, 1],
      [1, 0],
    ];
    expect(await of('old.f')).toEqual([one, none, none]);
    expect(await of('wrong.f')).toEqual([none, one, expected]);
    const before = clock.now();
    clock.setNow(before + 7 * DAY_MS);
    await move({ code: 'late', region: 'New F', since: '2026-06-10' });
    expect(await of('old.f')).toEqual([one, none, none]);
    expect(await of('wrong.f')).toEqual([none, one, none]);
    expect(await of('new.f')).toEqual([none, none, expected]);
    visit(node, patient, TODAY - 14 * DAY_MS);
    await exchange(node);
    await hub.settled();
    expect(await of('old.f')).toEqual([[1, 2], none, none]);
    clock.setNow(before);
  });

  it('takes no patient’s consent for the old district into the new one, and leaves no copy in the old', async () => {
    const place = { region: 'Old C', district: 'Three' };
    const [node, old] = [await hub.enrolled('sharing', place), await hub.enrolled('left', place)];
    const [gained] = [await hub.enrolled('gained', { region: 'Old C', district: 'Four' })];
    const consent = { status: 'active', purpose: 'TREAT', capture: 'signed', isForDistrict: true };
    const [mine, theirs] = [node, old].map((one) => {
      const patient = one.create('patient', { familyName: 'Kodio', givenName: one.facility });
      visit(one, patient, TODAY - DAY_MS);
      one.create('consent', { ...consent, patient, classes: ['Condition'], givenAt: TODAY - DAY_MS });
      return patient;
    }) as [string, string];
    for (const one of [node, old, gained, node, old]) await exchange(one);
    expect(old.fields(mine)).toMatchObject({ familyName: 'Kodio' });
    expect(node.fields(theirs)).toMatchObject({ familyName: 'Kodio' });

    const { copiesEnded } = await move({ code: 'sharing', district: 'Four' });
    expect(copiesEnded).toBe(6);
    const later = node.create('condition', { patient: mine, code: 'A09' });
    for (const one of [node, old, gained]) await exchange(one);
    expect(old.recordsOf('patient')).toEqual([theirs]);
    expect(node.recordsOf('patient')).toEqual([mine]);
    expect(gained.recordsOf('patient')).toEqual([]);
    // What is said from now on is of the new district.
    node.create('consent', { ...consent, patient: mine, classes: ['Condition'], givenAt: TODAY + DAY_MS });
    for (const one of [node, gained]) await exchange(one);
    expect(gained.fields(later)).toMatchObject({ code: 'A09' });
  });

  it('shares with nobody new what was let go between its day and the one on which it was told of', async () => {
    const node = await hub.enrolled('told_late', { region: 'Old G', district: 'Three' });
    const gained = await hub.enrolled('gained_late', { region: 'Old G', district: 'Four' });
    const patient = node.create('patient', { familyName: 'Kodio', givenName: 'Yéri' });
    visit(node, patient, TODAY - 3 * DAY_MS);
    node.create('consent', {
      ...{ patient, status: 'active', purpose: 'TREAT', capture: 'signed', isForDistrict: true },
      ...{ classes: ['Condition'], givenAt: TODAY - 2 * DAY_MS },
    });
    await exchange(node);
    await move({ code: 'told_late', district: 'Four', since: '2026-07-05' });
    node.create('condition', { patient, code: 'A09' });
    for (const one of [node, gained]) await exchange(one);
    expect(gained.recordsOf('patient')).toEqual([]);
  });

  it('stays where it is until its day has come', async () => {
    const node = await hub.enrolled('waiting', { region: 'Old D', district: 'Five' });
    const moved = await move({ code: 'waiting', region: 'New D', since: '2026-07-20' });
    expect(moved).toMatchObject({ isCarriedOut: false, to: { region: 'New D', district: null } });
    await exchange(node);
    expect(node.fields(idOf(node))).toMatchObject({ region: 'Old D', district: 'Five' });

    clock.setNow(clock.now() + 5 * DAY_MS);
    await clock.advance(DAY_MS);
    await expect.poll(async () => (await hub.facility('waiting')).region, { timeout: 20_000 }).toBe('New D');
    await exchange(node);
    expect(node.fields(idOf(node))).toMatchObject({ region: 'New D', placedSince: '2026-07-20' });
    expect(node.fields(idOf(node))).not.toHaveProperty('district');
  });

  it('is corrected by the same day again, and refused where it makes no sense', async () => {
    await hub.addFacility('settled', { region: 'Old E', district: 'Six' });
    await move({ code: 'settled', district: 'Seven', since: '2026-07-01' });
    await move({ code: 'settled', district: 'Eight', since: '2026-07-01' });
    expect(await placesOf('settled')).toMatchObject([
      { since: null, district: 'Six' },
      { since: '2026-07-01', region: 'Old E', district: 'Eight' },
    ]);
    for (const [code, body] of [
      ['SH-N391', { code: 'nobody', region: 'Elsewhere' }],
      ['SH-K391', { code: 'settled', district: 'Nine', since: '2026-06-01' }],
      ['SH-I391', { code: 'settled', referralTarget: 'nobody' }],
      ['SH-I392', { code: 'settled', region: 'Old E' }],
      ['SH-I001', { code: 'settled', region: 'Old E', since: 'hier' }],
    ] as const) {
      await expect(move(body)).rejects.toMatchObject({ code });
    }
  });
});

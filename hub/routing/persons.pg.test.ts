import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

const DAY_MS = 24 * 3600_000;
let hub: TestHub;
let clock: FakeClock;

beforeAll(async () => {
  clock = new FakeClock(Date.now());
  hub = await TestHub.start(composeHub, clock);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

type Registered = Readonly<Record<'patient' | 'condition' | 'dose' | 'allergy', string>>;

const idOf = (node: FakeNode): string => node.enrolled?.facilityId as string;

function registered(node: FakeNode, familyName = 'Kassogué'): Registered {
  const patient = node.create('patient', { familyName, givenName: 'Ada' });
  const encounter = node.create('encounter', { patient, start: clock.now(), status: 'finished' });
  return {
    patient,
    condition: node.create('condition', { patient, encounter, code: 'B54' }),
    dose: node.create('medicationRequest', { patient, text: 'CTA' }),
    allergy: node.create('allergyIntolerance', { patient, text: 'iode' }),
  };
}

function said(node: FakeNode, patient: string, terms: NamedFields): string {
  const common = { status: 'active', purpose: 'TREAT', capture: 'signed', classes: ['Condition', 'MedicationRequest'] };
  return node.create('consent', { patient, decision: 'permit', ...common, ...terms });
}

function referred(node: FakeNode, patient: string, to: FakeNode): string {
  const fields = { to: idOf(to), urgency: 'reference', status: 'created', decidedAt: clock.now(), reason: 'avis' };
  return node.create('referral', { patient, ...fields });
}

async function exchanged(...nodes: readonly FakeNode[]): Promise<void> {
  for (const node of nodes) await hub.exchange(node);
}

/** What a node has of two registrations, of each type. */
function held(node: FakeNode, ...persons: readonly Registered[]): readonly (readonly string[])[] {
  const types = {
    patient: 'patient',
    condition: 'condition',
    dose: 'medicationRequest',
    allergy: 'allergyIntolerance',
  };
  return persons.map((person) =>
    Object.entries(types).flatMap(([part, type]) =>
      node.recordsOf(type).includes(person[part as keyof Registered]) ? [part] : [],
    ),
  );
}

const ALL = ['patient', 'condition', 'dose', 'allergy'];

describe('what one person said under one of two registrations', () => {
  it('lets go what stands under both, from the moment that they are brought together until they are separated', async () => {
    const [home, target] = [await hub.enrolled('both_home'), await hub.enrolled('both_target')];
    const [former, present] = [registered(home), registered(home)];
    said(home, present.patient, { recipient: idOf(target) });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ALL]);
    home.patch(former.patient, { replacedBy: present.patient });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([ALL, ALL]);
    expect(target.fields(former.patient)).toMatchObject({ replacedBy: present.patient });
    // What is recorded under either later goes too, and nothing of it is taken for unasked by the daily work.
    const later = home.create('condition', { patient: former.patient, code: 'A09' });
    await exchanged(home, target);
    await clock.advance(DAY_MS);
    await exchanged(target);
    expect(target.recordsOf('condition')).toContain(later);
    expect(held(target, former, present)).toEqual([ALL, ALL]);

    home.patch(former.patient, { replacedBy: null });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ALL]);
    expect(target.recordsOf('condition')).not.toContain(later);
  });

  it('is the same whichever of the two was replaced, and ends for both with the consent', async () => {
    const [home, target] = [await hub.enrolled('either_home'), await hub.enrolled('either_target')];
    const [former, present] = [registered(home), registered(home)];
    home.patch(former.patient, { replacedBy: present.patient });
    const consent = said(home, former.patient, { recipient: idOf(target) });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([ALL, ALL]);
    home.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], []]);
  });

  it('holds as a denial under the other too, also where they are brought together afterwards', async () => {
    const [home, target] = [await hub.enrolled('deny_home'), await hub.enrolled('deny_target')];
    const [former, present] = [registered(home), registered(home)];
    said(home, present.patient, { recipient: idOf(target) });
    const denial = said(home, former.patient, { decision: 'deny', classes: ['MedicationRequest'] });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ALL]);
    home.patch(former.patient, { replacedBy: present.patient });
    await exchanged(home, target);
    const less = ['patient', 'condition', 'allergy'];
    expect(held(target, former, present)).toEqual([less, less]);
    // Whoever holds the patient knows what is denied.
    expect(target.recordsOf('consent')).toContain(denial);
    home.patch(former.patient, { replacedBy: null });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ALL]);
  });

  it('is no matter of a facility that holds a copy: bringing it together with a stranger’s record opens nothing', async () => {
    const [home, target] = [await hub.enrolled('forged_home'), await hub.enrolled('forged_target')];
    const [shared, victim] = [registered(home), registered(home, 'Arama')];
    said(home, shared.patient, { recipient: idOf(target) });
    await exchanged(home, target);
    target.patch(shared.patient, { replacedBy: victim.patient });
    await exchanged(target, home);
    said(home, shared.patient, { recipient: idOf(target), classes: ['Encounter'] });
    home.create('condition', { patient: victim.patient, code: 'B20' });
    referred(home, shared.patient, target);
    const now = clock.now();
    target.create('emergencyAccess', {
      ...{ reason: 'other', text: 'x', asksOthers: true, patient: shared.patient },
      ...{ from: now, until: now + 3600_000, reviewBy: now + 3600_000 },
    });
    await exchanged(home, target, home, target);
    expect(home.fields(shared.patient)).toMatchObject({ replacedBy: victim.patient });
    expect(held(target, victim)).toEqual([[]]);
    expect(target.recordsOf('patient')).toEqual([shared.patient]);
  });
});

describe('a referral', () => {
  it('takes all registrations of its patient along, with their allergies, and no more', async () => {
    const [home, target] = [await hub.enrolled('refer_home'), await hub.enrolled('refer_target')];
    const [former, present] = [registered(home), registered(home)];
    home.patch(former.patient, { replacedBy: present.patient });
    const referral = referred(home, present.patient, target);
    await exchanged(home, target);
    const least = ['patient', 'allergy'];
    expect(held(target, former, present)).toEqual([least, least]);
    const later = home.create('allergyIntolerance', { patient: former.patient, text: 'latex' });
    await exchanged(home, target);
    expect(target.recordsOf('allergyIntolerance')).toContain(later);
    // It stays as long as the referral is under way, and goes some time after its end.
    clock.setNow(clock.now() + 100 * DAY_MS);
    for (let days = 0; days < 3; days++) await clock.advance(DAY_MS);
    await exchanged(target);
    expect(held(target, former, present)).toEqual([least, least]);
    home.patch(referral, { status: 'cancelled' });
    await exchanged(home, target);
    clock.setNow(clock.now() + 100 * DAY_MS);
    // Another day each time: one that passes while the last day's work is still being done counts for nothing.
    const heldADayLater = async (): Promise<readonly (readonly string[])[]> => {
      await clock.advance(DAY_MS);
      await exchanged(target);
      return held(target, former, present);
    };
    await expect.poll(heldADayLater, { timeout: 20_000, interval: 500 }).toEqual([[], []]);
  });

  it('under way when two registrations are brought together takes the other along then', async () => {
    const [home, target] = [await hub.enrolled('way_home'), await hub.enrolled('way_target')];
    const [former, present] = [registered(home), registered(home)];
    referred(home, present.patient, target);
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ['patient', 'allergy']]);
    home.patch(former.patient, { replacedBy: present.patient });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([
      ['patient', 'allergy'],
      ['patient', 'allergy'],
    ]);
    home.patch(former.patient, { replacedBy: null });
    await exchanged(home, target);
    expect(held(target, former, present)).toEqual([[], ['patient', 'allergy']]);
  });
});

import type { NamedFields } from '@santehaggui/protocols/records/catalogue.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import type { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';

let hub: TestHub;
let clock: FakeClock;
beforeAll(async () => {
  clock = new FakeClock(Date.now());
  hub = await TestHub.start(composeHub, clock);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});
const idOf = (node: FakeNode): string => node.enrolled?.facilityId as string;
function said(node: FakeNode, patient: string, terms: NamedFields): string {
  const common = { status: 'active', purpose: 'TREAT', capture: 'signed', classes: ['Condition'] };
  return node.create('consent', { patient, decision: 'permit', ...common, ...terms });
}
async function exchanged(...nodes: readonly FakeNode[]): Promise<void> {
  for (const node of nodes) await hub.exchange(node);
}
describe('a consent whose copy its recipient changes', () => {
  it('gives no class more', async () => {
    const [home, target] = [await hub.enrolled('widen_home'), await hub.enrolled('widen_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const consent = said(home, patient, { recipient: idOf(target) });
    const dose = home.create('medicationRequest', { patient, text: 'CTA' });
    await exchanged(home, target);
    expect(target.recordsOf('consent')).toContain(consent);
    expect(target.recordsOf('medicationRequest')).not.toContain(dose);
    target.write({
      recordType: 12,
      recordId: consent,
      writes: { 3: { kind: 'set', add: ['MedicationRequest'], remove: [], authorised: true } } as never,
    });
    await expect(exchanged(target)).rejects.toThrow('SH-X305');
    expect(home.fields(consent)).toMatchObject({ classes: ['Condition'] });
    const later = home.create('medicationRequest', { patient, text: 'ARV' });
    await exchanged(home);
    // What the node itself goes on saying is not what the hub has.
    await expect(exchanged(target)).rejects.toThrow('do not hold the same');
    expect(target.recordsOf('medicationRequest')).not.toContain(later);
  });
  it('does not begin again after the patient withdrew it', async () => {
    const [home, target] = [await hub.enrolled('again_home'), await hub.enrolled('again_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const consent = said(home, patient, { recipient: idOf(target) });
    await exchanged(home, target);
    home.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
    await exchanged(home);
    // has not heard of it
    await clock.advance(60_000);
    target.patch(consent, { status: 'active' });
    await expect(exchanged(target)).rejects.toThrow('SH-X305');
    const later = home.create('condition', { patient, code: 'B20' });
    await exchanged(home, target);
    expect(target.recordsOf('condition')).not.toContain(later);
  });
  it('does not outlast its last day', async () => {
    const [home, target] = [await hub.enrolled('longer_home'), await hub.enrolled('longer_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const day = new Date(clock.now() + 5 * 86400_000).toISOString().slice(0, 10);
    const consent = said(home, patient, { recipient: idOf(target), until: day });
    await exchanged(home, target);
    target.patch(consent, { until: null });
    await expect(exchanged(target)).rejects.toThrow('SH-X305');
    await clock.advance(10 * 86400_000);
    const later = home.create('condition', { patient, code: 'B20' });
    await exchanged(home, target);
    expect(target.recordsOf('condition')).not.toContain(later);
  });
  it('ends when the recipient takes the withdrawal down', async () => {
    const [home, target] = [await hub.enrolled('legit_home'), await hub.enrolled('legit_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const consent = said(home, patient, { recipient: idOf(target) });
    const ill = home.create('condition', { patient, code: 'B20' });
    await exchanged(home, target);
    expect(target.recordsOf('condition')).toContain(ill);
    target.patch(consent, { status: 'withdrawn', withdrawnAt: clock.now() });
    await exchanged(target, home, target);
    expect(target.recordsOf('condition')).not.toContain(ill);
    expect(home.fields(consent)).toMatchObject({ status: 'withdrawn' });
  });
  it('who is given a patient later hears of what was denied before', async () => {
    const [home, target] = [await hub.enrolled('late_home'), await hub.enrolled('late_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const denial = said(home, patient, { decision: 'deny', classes: ['MedicationRequest'] });
    await exchanged(home);
    said(home, patient, { recipient: idOf(target), classes: ['Condition', 'MedicationRequest'] });
    await exchanged(home, target);
    expect(target.recordsOf('patient')).toContain(patient);
    expect(target.recordsOf('consent')).toContain(denial);
  });
  it('who is referred a patient hears of what was denied before', async () => {
    const [home, target] = [await hub.enrolled('refer_home'), await hub.enrolled('refer_target')];
    const patient = home.create('patient', { familyName: 'Kassogué', givenName: 'Ada' });
    const denial = said(home, patient, { decision: 'deny', classes: ['MedicationRequest'] });
    await exchanged(home);
    home.create('referral', {
      patient,
      to: idOf(target),
      urgency: 'reference',
      status: 'created',
      decidedAt: clock.now(),
      reason: 'avis',
    });
    await exchanged(home, target);
    expect(target.recordsOf('patient')).toContain(patient);
    expect(target.recordsOf('consent')).toContain(denial);
  });
});

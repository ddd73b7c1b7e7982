import { randomInt } from 'node:crypto';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';
import type { FakeConnection } from './fake-connection.ts';
import type { FakeNode } from './fake-node.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

async function expectConverged(node: FakeNode, connection: FakeConnection): Promise<void> {
  const { at, entries } = await connection.digest();
  expect(at).toEqual({ sequence: node.lastSequence, feed: node.feedReceived });
  expect(toHex(combineDigests(entries ?? []))).toBe(toHex(combineDigests(node.typeDigests())));
}

async function feedLength(facility: string): Promise<number> {
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [facility],
  );
  return Number(rows[0]?.length);
}

describe('changes beyond a gap', () => {
  it('are merged and routed at once, and in the chain once the gap is closed', async () => {
    const sender = await hub.enrolled('cscom_gap', { region: 'Gap' });
    const receiver = await hub.enrolled('csref_gap', { region: 'Gap', kind: 'csref' });
    const [from, to] = [sender, receiver].map((node) => node.enrolled?.facilityId) as [string, string];
    for (let index = 0; index < 6; index++) sender.create('patient', { familyName: 'Autre', givenName: `n${index}` });
    const patient = sender.create('patient', { familyName: 'Coulibaly', givenName: 'Awa' });
    const created = sender.lastSequence;
    for (let index = 0; index < 6; index++) sender.create('patient', { familyName: 'Autre', givenName: `m${index}` });
    const referral = sender.create('referral', {
      patient,
      from,
      to,
      urgency: 'evacuation',
      status: 'created',
      decidedAt: Date.now(),
      reason: 'hémorragie',
    });
    const urgent = sender.lastSequence;
    const first = await hub.connect(sender);
    first.send(sender.changesAfter(created - 1, 1));
    expect(await first.acknowledgement()).toMatchObject({ upTo: 0, beyond: [{ from: created, to: created }] });
    first.send(sender.changesAfter(urgent - 1, 1));
    expect(await first.acknowledgement()).toMatchObject({ upTo: 0, beyond: [{ from: urgent, to: urgent }] });
    first.drop();

    const theirs = await hub.connect(receiver);
    await theirs.pull(await feedLength(receiver.facility));
    expect(receiver.fields(referral)).toMatchObject({ reason: 'hémorragie' });
    expect(receiver.fields(patient)).toMatchObject({ familyName: 'Coulibaly' });
    theirs.drop();

    const again = await hub.connect(sender);
    const beyond = [created, urgent].map((sequence) => ({ from: sequence, to: sequence }));
    expect(again.hubHello?.received).toEqual({ incarnation: sender.incarnation, upTo: 0, beyond });
    const ack = await again.push(4);
    expect(ack).toMatchObject({ upTo: sender.lastSequence, refused: [], beyond: [] });
    expect(toHex(ack.head)).toBe(toHex(sender.head().slice(0, 8)));
    await again.pull(await feedLength(sender.facility));
    await expectConverged(sender, again);
    again.drop();
    const length = await feedLength(receiver.facility);
    const last = await hub.connect(receiver);
    await last.pull(length);
    await expectConverged(receiver, last);
    last.drop();
    const { rows } = await hub.admin.query(
      `select (select count(*)::int from hub.parked) as parked,
         (select count(*)::int from cscom_gap.journal where node = $1 and head is null) as headless`,
      [sender.node],
    );
    expect(rows).toEqual([{ parked: 0, headless: 0 }]);
  });

  it('wait for the record that they change, and are refused only when it never came', async () => {
    const node = await hub.enrolled('cscom_wait', { region: 'Wait' });
    const patient = node.create('patient', { familyName: 'Diallo', givenName: 'Oumou' });
    node.patch(patient, { phone: '+22376123456' });
    const patched = node.lastSequence;
    node.write({
      recordType: 1,
      recordId: '00000000-0000-8000-8000-00000000dead',
      writes: { '1': { kind: 'register', value: 'Personne', base: null, authorised: true } },
    });
    const lost = node.lastSequence;
    const connection = await hub.connect(node);
    connection.send(node.changesAfter(patched - 1, 2));
    expect(await connection.acknowledgement()).toMatchObject({
      upTo: 0,
      refused: [],
      beyond: [{ from: patched, to: lost }],
    });
    connection.send(node.changesAfter(0, patched - 1));
    expect(await connection.acknowledgement()).toMatchObject({
      upTo: lost,
      refused: [{ position: lost, code: 'SH-X304' }],
      beyond: [],
    });
    const { rows } = await hub.admin.query('select phone from cscom_wait.patient');
    expect(rows).toEqual([{ phone: '+22376123456' }]);
    connection.drop();
  });

  it('give the same register in any order, over restarts of the node and repeats', async () => {
    for (let run = 0; run < 4; run++) {
      const node = await hub.enrolled(`cscom_any_${run}`, { region: `Any ${run}` });
      for (let day = 0; day < 3; day++) {
        node.restart();
        const patient = node.create('patient', { familyName: 'Keïta', givenName: `d${day}` }, { isLast: false });
        node.create('encounter', { patient, start: Date.now(), status: 'in-progress' });
        node.patch(patient, { phone: '+22370000000' });
        node.patch(patient, { phone: `+2237000000${day}` });
      }
      const all = node.changesAfter(0);
      const connection = await hub.connect(node);
      for (const change of shuffled([...all, ...all.slice(3, 6)])) {
        connection.send([change]);
        expect((await connection.acknowledgement()).refused).toEqual([]);
      }
      connection.drop();
      const after = await hub.connect(node);
      expect(after.hubHello?.received).toMatchObject({ upTo: node.lastSequence, beyond: [] });
      await after.pull(await feedLength(node.facility));
      await expectConverged(node, after);
      after.drop();
    }
  });
});

function shuffled(changes: readonly CarriedChange[]): readonly CarriedChange[] {
  const rest = [...changes];
  return changes.map(() => rest.splice(randomInt(rest.length), 1)[0] as CarriedChange);
}

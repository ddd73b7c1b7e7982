import type { HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';
import type { FakeNode } from './fake-node.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

/** Brings a node up to its feed's end over a new connection; gives whether both ends hold the same. */
async function exchange(node: FakeNode): Promise<boolean> {
  const connection = await hub.connect(node);
  const { upTo, incarnation } = connection.hubHello?.received ?? { upTo: 0, incarnation: '' };
  const isNewer = node.lastSequence > upTo || node.lineage[0]?.incarnation !== incarnation;
  if (node.lastSequence > 0 && isNewer) await connection.push();
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [node.facility],
  );
  await connection.pull(Number(rows[0]?.length));
  const { entries } = await connection.digest();
  connection.drop();
  return toHex(combineDigests(entries ?? [])) === toHex(combineDigests(node.typeDigests()));
}

describe('a node whose past has branched', () => {
  it('gets back what it wrote after the backup that its disk was put back to', async () => {
    const node = await hub.enrolled('cscom_back', { region: 'Back' });
    const kept = node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    await exchange(node);
    const backup = node.lastSequence;
    node.patch(kept, { phone: '+22376000001' });
    const lost = node.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    await exchange(node);

    const restored = node.restoredTo(backup);
    restored.create('patient', { familyName: 'Diarra', givenName: 'Nana' });
    expect(await exchange(restored)).toBe(true);
    expect(restored.fields(lost)).toMatchObject({ givenName: 'Rokia' });
    expect(restored.fields(kept)).toMatchObject({ phone: '+22376000001' });
  });

  it('gets it back without writing anything, when it says HELLO, and once', async () => {
    const node = await hub.enrolled('cscom_hush', { region: 'Hush' });
    node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    await exchange(node);
    const backup = node.lastSequence;
    node.restart();
    const lost = node.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    await exchange(node);
    const restored = node.restoredTo(backup);
    for (let call = 0; call < 3; call++) {
      const connection = await hub.connect(restored);
      while (!restored.recordsOf('patient').includes(lost)) await connection.next();
      connection.drop();
    }
    const { rows } = await hub.admin.query(
      "select count(*)::int as given from hub.feed where facility = 'cscom_hush' and node = $1",
      [node.node],
    );
    expect(rows).toEqual([{ given: 1 }]);
  });

  it('gets what a lost disk wrote even where a change before it is lost for ever, and that once', async () => {
    const node = await hub.enrolled('cscom_late', { region: 'Late' });
    node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    await exchange(node);
    const backup = node.lastSequence;
    node.create('patient', { familyName: 'Perdue', givenName: 'Pour toujours' });
    const late = node.create('patient', { familyName: 'Tardive', givenName: 'Rokia' });
    const restored = node.restoredTo(backup);
    restored.create('patient', { familyName: 'Diarra', givenName: 'Nana' });
    expect(await exchange(restored)).toBe(true);
    // What the lost disk had sent off comes only now, and without the change before it.
    const stick = await hub.connect(node);
    stick.send(node.changesAfter(node.lastSequence - 1, 1));
    expect(await stick.acknowledgement()).toMatchObject({ beyond: [{ from: node.lastSequence }] });
    stick.drop();
    for (let call = 0; call < 2; call++) expect(await exchange(restored)).toBe(true);
    expect(restored.fields(late)).toMatchObject({ givenName: 'Rokia' });
    const { rows } = await hub.admin.query<{ length: string }>(
      "select feed_length as length from hub.facility where code = 'cscom_late'",
    );
    const before = Number(rows[0]?.length);
    await exchange(restored);
    expect(restored.feedReceived).toBe(before);
  });

  it('is loaded whole when its disk is empty', async () => {
    const node = await hub.enrolled('cscom_anew', { region: 'Anew' });
    const patient = node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    node.patch(patient, { phone: '+22376000001' });
    await exchange(node);
    const empty = node.restoredTo(0);
    expect(await exchange(empty)).toBe(true);
    expect(empty.fields(patient)).toMatchObject({ phone: '+22376000001' });
  });

  it('as two living copies of one disk learns on each what the other writes', async () => {
    const one = await hub.enrolled('cscom_twin', { region: 'Twin' });
    const shared = one.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    await exchange(one);
    const two = one.restoredTo(one.lastSequence);
    for (let day = 0; day < 3; day++) {
      one.create('patient', { familyName: 'Une', givenName: `u${day}` });
      two.create('patient', { familyName: 'Deux', givenName: `d${day}` });
      two.patch(shared, { phone: `+2237600000${day}` });
      await exchange(one);
      await exchange(two);
    }
    // What the other wrote last reaches each with its own next exchange.
    for (const node of [one, two, one, two]) await exchange(node);
    expect(one.recordsOf('patient').toSorted()).toEqual(two.recordsOf('patient').toSorted());
    expect(one.recordsOf('patient')).toHaveLength(7);
    expect(await exchange(one)).toBe(true);
    expect(await exchange(two)).toBe(true);
    const { checks } = await hub.operator<HubStatus>('GET', '/status');
    const check = checks.find(({ name }) => name === 'branches');
    expect(check).toMatchObject({ state: 'degraded', detail: expect.stringContaining('cscom_twin') });
    await hub.admin.query(`update hub.facility set branched_at = now() - interval '8 days'`);
    const later = await hub.operator<HubStatus>('GET', '/status');
    expect(later.checks.map(({ name }) => name)).not.toContain('branches');
  });
});

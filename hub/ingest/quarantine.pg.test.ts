import type { HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { QuarantineLine, QuarantineRetryAnswer } from '@santehaggui/protocols/api/quarantine-api.ts';
import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import { deriveRecordId } from '@santehaggui/protocols/crypto/hash.ts';
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

const lines = (query = ''): Promise<Page<QuarantineLine>> => hub.operator('GET', `/sync/quarantine${query}`);
const retry = (): Promise<QuarantineRetryAnswer> => hub.operator('POST', '/sync/quarantine/retry');

/** Patches the record that the next change will make: the hub cannot know it yet. */
function patchTooEarly(node: FakeNode, recordType: number, field: number, value: string): string {
  const origin = { node: node.node, incarnation: node.incarnation };
  const recordId = deriveRecordId(origin, node.lastSequence + 2);
  const write = { kind: 'register', value, base: null, authorised: true } as const;
  node.write({ recordType, recordId, writes: { [field]: write } });
  return recordId;
}

describe('the quarantine of a hub', () => {
  it('is told without a value, and what can be taken later is merged, routed and proven the same', async () => {
    const csref = await hub.enrolled('csref_retry', { kind: 'csref' });
    const cscom = await hub.enrolled('cscom_retry', { referralTarget: 'csref_retry' });
    const from = (await hub.facility('cscom_retry')).facilityId;
    const to = (await hub.facility('csref_retry')).facilityId;
    const patient = cscom.create('patient', { familyName: 'Ongoïba', givenName: 'Yassa', birthDate: '2023' });
    const referral = patchTooEarly(cscom, 10, 8, 'evacuation');
    expect(cscom.create('referral', { number: 'R-1', patient, from, to, status: 'created' })).toBe(referral);
    const connection = await hub.connect(cscom);
    expect((await connection.push()).refused).toEqual([{ position: 3, code: 'SH-X304' }]);

    const status = await hub.operator<HubStatus>('GET', '/status');
    expect(status.checks).toContainEqual(
      expect.objectContaining({ name: 'quarantine', state: 'degraded', detail: '1 changement(s) en quarantaine' }),
    );
    const { items } = await lines();
    const id = `cscom_retry.${cscom.incarnation}.3`;
    expect(items).toMatchObject([
      {
        id,
        facility: 'cscom_retry',
        position: 3,
        title: 'Changement d’une fiche que ce nœud ne détient pas',
        change: { recordType: 'referral', recordId: referral, roleWords: 'infirmier', fields: [{ field: 'urgency' }] },
      },
    ]);
    expect(JSON.stringify(items)).not.toContain('"evacuation"');
    expect(await hub.operator('GET', `/sync/quarantine/${id}`)).toEqual(items[0]);
    await expect(hub.operator('GET', `/sync/quarantine/${id}9`)).rejects.toMatchObject({ code: 'SH-N302' });

    expect(await retry()).toMatchObject({ tried: 1, solved: 1, outcomes: [{ id, result: 'solved' }] });
    expect((await lines()).items).toEqual([]);
    expect(await retry()).toEqual({ tried: 0, solved: 0, outcomes: [] });
    connection.drop();

    const { rows } = await hub.admin.query('select urgency from csref_retry.referral where id = $1', [referral]);
    expect(rows).toEqual([{ urgency: 'evacuation' }]);
    for (const node of [cscom, csref]) {
      const { rows: feed } = await hub.admin.query<{ length: string }>(
        'select feed_length as length from hub.facility where code = $1',
        [node.facility],
      );
      const again = await hub.connect(node);
      await again.pull(Number(feed[0]?.length));
      const { entries } = await again.digest();
      expect(toHex(combineDigests(entries ?? [])), node.facility).toBe(toHex(combineDigests(node.typeDigests())));
      again.drop();
    }
    expect(csref.fields(referral).urgency).toBe('evacuation');
  });

  it('keeps what is still wrong, goes through all facilities, and gives the list in pages', async () => {
    const one = await hub.enrolled('cscom_wrong');
    const two = await hub.enrolled('cscom_mended');
    for (const node of [one, two]) node.create('patient', { familyName: 'Dolo', givenName: 'Domo' });
    const wrong = { kind: 'register', value: 'yesterday', base: null, authorised: true } as const;
    one.write({ recordType: 4, recordId: null, writes: { 2: wrong } });
    patchTooEarly(two, 1, 6, 'Sangha');
    two.create('patient', { familyName: 'Guindo', givenName: 'Yagalé' });
    for (const node of [one, two]) {
      const connection = await hub.connect(node);
      await connection.push();
      connection.drop();
    }
    const first = await lines('?limit=1');
    const second = await lines(`?limit=1&cursor=${first.nextCursor}`);
    expect([first, second].flatMap(({ items }) => items.map(({ facility }) => facility))).toEqual([
      'cscom_mended',
      'cscom_wrong',
    ]);
    expect(second.nextCursor).toBeUndefined();
    await expect(lines('?cursor=x')).rejects.toMatchObject({ code: 'SH-I306' });
    expect(await retry()).toMatchObject({
      tried: 2,
      solved: 1,
      outcomes: [
        { id: `cscom_mended.${two.incarnation}.3`, result: 'solved' },
        { id: `cscom_wrong.${one.incarnation}.3`, result: 'kept', code: 'SH-X303' },
      ],
    });
    expect((await lines()).items).toMatchObject([
      { facility: 'cscom_wrong', detail: expect.stringContaining('encounter.2') },
    ]);
  });

  it('gives what is taken late to the other branch of a node’s past too', async () => {
    const node = await hub.enrolled('cscom_branch');
    node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    const first = await hub.connect(node);
    await first.push();
    const backup = node.lastSequence;
    const recordId = patchTooEarly(node, 1, 6, 'Sangha');
    node.create('patient', { familyName: 'Guindo', givenName: 'Yagalé' });
    expect((await first.push()).refused).toMatchObject([{ code: 'SH-X304' }]);
    first.drop();
    const restored = node.restoredTo(backup);
    restored.create('patient', { familyName: 'Diarra', givenName: 'Nana' });
    const pushed = await hub.connect(restored);
    await pushed.push();
    pushed.drop();
    await retry();
    const { rows } = await hub.admin.query<{ length: string }>(
      'select feed_length as length from hub.facility where code = $1',
      [node.facility],
    );
    const connection = await hub.connect(restored);
    await connection.pull(Number(rows[0]?.length));
    const { entries } = await connection.digest();
    expect(toHex(combineDigests(entries ?? []))).toBe(toHex(combineDigests(restored.typeDigests())));
    expect(restored.fields(recordId)).toMatchObject({ givenName: 'Yagalé', village: 'Sangha' });
    connection.drop();
  });

  it('keeps bytes that are no change, and what is wrong with a chain', async () => {
    const node = await hub.enrolled('cscom_bytes');
    node.create('patient', { familyName: 'Dolo', givenName: 'Domo' });
    const connection = await hub.connect(node);
    const nonsense = { meta: Uint8Array.of(1), fields: Uint8Array.of(2) };
    connection.send([...node.changesAfter(0), { position: 3, encoded: nonsense }]);
    expect((await connection.acknowledgement()).refused).toEqual([{ position: 3, code: 'SH-X300' }]);
    connection.drop();
    const { outcomes } = await retry();
    expect(outcomes).toContainEqual(expect.objectContaining({ result: 'kept', code: 'SH-X300' }));
    expect((await lines()).items[0]).toMatchObject({ code: 'SH-X300', change: null });
  });
});

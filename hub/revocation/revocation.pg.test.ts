import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FormerNodeLine } from '@santehaggui/protocols/api/admin-api.ts';
import { decodeIncoming } from '@santehaggui/protocols/journal/follow-chain.ts';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { FakeNode } from '../ingest/fake-node.ts';
import { TestHub } from '../testing/test-hub.ts';
import { RevocationList } from './revocation-list.ts';
import type { FormerNode } from './revocation-store.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

const revoke = (facility: string, reason = 'stolen') =>
  hub.operator<FormerNodeLine>('POST', '/facilities/revoke', { facility, reason });
const lineOf = async (node: number): Promise<FormerNodeLine | undefined> => {
  const { nodes } = await hub.operator<{ nodes: FormerNodeLine[] }>('GET', '/former-nodes');
  return nodes.find((line) => line.node === node);
};
const sent = async (node: FakeNode): Promise<void> => {
  const connection = await hub.connect(node);
  await connection.push();
  connection.drop();
};
/** Everything that the hub has for a node's facility reaches it. */
const pulled = async (node: FakeNode): Promise<void> => {
  const connection = await hub.connect(node);
  const { rows } = await hub.admin.query<{ length: string }>(
    'select feed_length as length from hub.facility where code = $1',
    [node.facility],
  );
  await connection.pull(Number(rows[0]?.length));
  connection.drop();
};

describe('a node that is no longer its facility’s', () => {
  it('is refused at its next HELLO, and only who proves to be it learns why', async () => {
    const node = await hub.enrolled('cscom_stolen', { region: 'Stolen' });
    node.create('patient', { familyName: 'Keïta', givenName: 'Salif' });
    await sent(node);
    const open = await hub.connect(node);
    expect(await revoke('cscom_stolen')).toMatchObject({ node: node.node, waiting: 0, reason: 'stolen' });
    await expect.poll(() => open.closeCode).toBe(1008);
    await expect(hub.connect(node)).rejects.toThrow(/revoked/);
    const stranger = new FakeNode('cscom_stolen', node.node);
    stranger.link = (await hub.enrolled('cscom_other', { region: 'Stolen' })).link;
    await expect(hub.connect(stranger)).rejects.not.toThrow(/revoked/);
    await expect(revoke('cscom_stolen')).rejects.toMatchObject({ code: 'SH-N381' });
  });

  it('is followed by another, which finds all that the facility had recorded and goes on with its own', async () => {
    const old = await hub.enrolled('cscom_next', { region: 'Next' });
    const patient = old.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    old.patch(patient, { phone: '+22376000001' });
    await sent(old);
    await revoke('cscom_next', 'replaced');
    const next = new FakeNode('cscom_next');
    const { token } = await hub.addFacility('cscom_next', { region: 'Next' });
    await hub.enrol(next, token);
    await pulled(next);
    expect(next.fields(patient)).toMatchObject({ familyName: 'Traoré', phone: '+22376000001' });
    next.patch(patient, { phone: '+22376000002' });
    await sent(next);
    const { rows } = await hub.admin.query<{ phone: string }>('select phone from cscom_next.patient where id = $1', [
      patient,
    ]);
    expect(rows).toEqual([{ phone: '+22376000002' }]);
  });

  it('has what comes of it afterwards kept for a person, who takes it or throws it away', async () => {
    const old = await hub.enrolled('cscom_after', { region: 'After' });
    const before = old.create('patient', { familyName: 'Traoré', givenName: 'Rokia' });
    await sent(old);
    await revoke('cscom_after');
    const after = old.create('patient', { familyName: 'Diarra', givenName: 'Nana' });
    const keep = async (): Promise<void> => {
      const { rows } = await hub.admin.query<{ count: string }>(
        'select count(*) from hub.waiting_change where node = $1',
        [old.node],
      );
      for (const { position, encoded } of old.changesAfter(0, 100)) {
        const [incoming] = decodeIncoming(old.node, [{ position, encoded }]);
        if (incoming?.change?.sequence === old.lastSequence && rows[0]?.count === '0')
          await hub.admin.query(
            `insert into hub.waiting_change (node, incarnation, sequence, meta, fields, came_at) values ($1, $2, $3, $4, $5, now())`,
            [old.node, incoming.change.origin.incarnation, position, encoded.meta, encoded.fields],
          );
      }
    };
    await keep();
    expect((await lineOf(old.node))?.waiting).toBe(1);
    const counted = async (): Promise<readonly string[]> => {
      const { rows } = await hub.admin.query<{ id: string }>('select id from cscom_after.patient order by id');
      return rows.map(({ id }) => id);
    };
    expect(await counted()).toEqual([before]);
    await hub.operator('POST', '/former-nodes', { node: old.node, decision: 'refused' });
    expect((await lineOf(old.node))?.waiting).toBe(0);
    expect(await counted()).toEqual([before]);

    await keep();
    const next = new FakeNode('cscom_after');
    const { token } = await hub.addFacility('cscom_after', { region: 'After' });
    await hub.enrol(next, token);
    await hub.operator('POST', '/former-nodes', { node: old.node, decision: 'accepted' });
    expect(await counted()).toEqual([after, before].toSorted());
    await pulled(next);
    expect(next.fields(after)).toMatchObject({ givenName: 'Nana' });
    const { rows } = await hub.admin.query('select incarnation from hub.facility where code = $1', ['cscom_after']);
    expect(rows).toEqual([{ incarnation: null }]);
  });
});

describe('the list of revoked nodes beside the database', () => {
  it('keeps each once, and refuses to be read when it is damaged', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'revoked.json');
    const former: FormerNode = {
      ...{ node: 5, facility: 'cscom_sangha', reason: 'stolen', endedAt: new Date(systemClock.now()) },
      signKey: new Uint8Array(32).fill(1),
      sealKey: new Uint8Array(32).fill(2),
      journalKey: new Uint8Array(32).fill(3),
    };
    const list = new RevocationList(path);
    expect(list.read()).toEqual([]);
    list.add([former]);
    list.add([{ ...former, reason: 'replaced' }]);
    expect(list.read()).toEqual([former]);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40));
    expect(() => list.read()).toThrow();
  });
});

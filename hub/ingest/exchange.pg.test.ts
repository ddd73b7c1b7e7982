import { toHex } from '@santehaggui/protocols/crypto/bytes.ts';
import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import { encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';
import { CLOSE } from './exchange-session.ts';
import { FakeConnection } from './fake-connection.ts';
import type { FakeNode } from './fake-node.ts';

const PATIENT = { familyName: 'Traoré', givenName: 'Aminata', sex: 'female', birthDate: '1990-05-12' };

let hub: TestHub;
let serial = 0;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

/** A facility of its own region, so that no other test's registry reaches its feed. */
function lonely(): Promise<FakeNode> {
  serial++;
  return hub.enrolled(`lone_${serial}`, { region: `Region ${serial}` });
}

async function count(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await hub.admin.query<{ count: string }>(sql, values);
  return Number(rows[0]?.count);
}

/** Compares the node with the hub, which speaks of the same changes. */
async function expectConverged(node: FakeNode, connection: FakeConnection): Promise<void> {
  const { at, entries } = await connection.digest();
  expect(at).toEqual({ sequence: node.lastSequence, feed: node.feedReceived });
  expect(toHex(combineDigests(entries ?? []))).toBe(toHex(combineDigests(node.typeDigests())));
}

describe('the hub’s end of an exchange', () => {
  it('stores what a node recorded in that facility’s schema and acknowledges with the chain’s head', async () => {
    const node = await lonely();
    const id = node.create('patient', PATIENT);
    node.patch(id, { phone: '+22376123456' });
    const connection = await hub.connect(node);
    expect(connection.hubHello?.received).toBeNull();
    const ack = await connection.push();
    expect(ack).toMatchObject({ upTo: 3, refused: [], repeats: 0 });
    expect(toHex(ack.head)).toBe(toHex(node.head().slice(0, 8)));
    const { rows } = await hub.admin.query(
      `select family_name, given_name, phone from ${node.facility}.patient where id = $1`,
      [id],
    );
    expect(rows).toEqual([{ family_name: 'Traoré', given_name: 'Aminata', phone: '+22376123456' }]);
    expect((await hub.facility(node.facility)).changes).toBe(3);
    await connection.pull(1);
    await expectConverged(node, connection);
    connection.drop();
  });

  it('refuses what was flipped or forged, keeps nothing of it, and audits it once for each source and hour', async () => {
    const node = await lonely();
    node.create('patient', PATIENT);
    const first = await hub.connect(node);
    await first.push();
    const known = (await hub.facility(node.facility)).changes;
    for (const at of [1, 20]) {
      node.create('patient', PATIENT);
      const connection = await hub.connect(node);
      const frame = connection.sealChanges(node.changesAfter(known));
      frame[at]! ^= 1;
      connection.sendFrame(frame);
      expect(await connection.untilClosed()).toBe(1008);
    }
    expect((await hub.facility(node.facility)).changes).toBe(known);
    const entries = () =>
      count(
        `select count(*) from hub.refusal where carrier = 'https' and code = 'forged' and source = $1`,
        node.facility,
      );
    await expect.poll(entries).toBe(1);
    first.drop();
  });

  it('counts repeats and does nothing else with them', async () => {
    const node = await lonely();
    node.create('patient', PATIENT);
    const first = await hub.connect(node);
    await first.push();
    first.send(node.changesAfter(0));
    expect(await first.acknowledgement()).toMatchObject({ upTo: 2, repeats: 2 });
    expect(await count(`select count(*) from ${node.facility}.journal where node = $1`, node.node)).toBe(2);
    expect((await hub.facility(node.facility)).changes).toBe(2);
    first.drop();
  });

  it('goes on where it was after a connection that died, and through another incarnation', async () => {
    const node = await lonely();
    for (let index = 0; index < 5; index++) node.create('patient', { ...PATIENT, givenName: `Enfant ${index}` });
    const first = await hub.connect(node);
    first.send(node.changesAfter(0, 3));
    await first.acknowledgement();
    first.drop();
    node.restart();
    node.create('patient', PATIENT);
    const second = await hub.connect(node);
    expect(second.hubHello?.received?.upTo).toBe(3);
    expect(await second.push(2)).toMatchObject({ upTo: 8, refused: [] });
    await second.pull(1);
    await expectConverged(node, second);
    second.drop();
  });

  it('accepts both sides of a fork and says so', async () => {
    const node = await lonely();
    node.create('patient', PATIENT);
    node.create('patient', PATIENT);
    const first = await hub.connect(node);
    await first.push();
    first.drop();
    const restored = node.restoredTo(2);
    restored.create('patient', { ...PATIENT, givenName: 'Fanta' });
    const second = await hub.connect(restored);
    expect(second.hubHello?.received?.upTo).toBe(2);
    expect(await second.push()).toMatchObject({ upTo: 4, refused: [] });
    expect(await count(`select count(*) from ${node.facility}.patient`)).toBe(3);
    expect(
      hub.log.lines().filter(({ event, facility }) => event === 'ingest.fork' && facility === node.facility),
    ).toHaveLength(1);
    second.drop();
  });

  it('keeps what it cannot merge in quarantine, acknowledges it with a code, and takes the rest', async () => {
    const node = await lonely();
    node.create('patient', PATIENT);
    const { number } = recordTypeNamed('encounter');
    const authorised = true;
    node.write({
      recordType: number,
      recordId: null,
      writes: { 2: { kind: 'register', value: 'yesterday', base: null, authorised } },
    });
    node.write({
      recordType: 1,
      recordId: '00000000-0000-8000-8000-000000000000',
      writes: { 1: { kind: 'register', value: 'Nobody', base: null, authorised } },
    });
    node.create('patient', { ...PATIENT, givenName: 'a\u0000b' });
    node.create('patient', { ...PATIENT, identifier: ['__proto__', 'x|1'] });
    node.create('patient', { ...PATIENT, givenName: 'Kadiatou' });
    const connection = await hub.connect(node);
    const { upTo, refused } = await connection.push();
    expect(upTo).toBe(node.lastSequence);
    expect(refused).toEqual([
      { position: 3, code: 'SH-X303' },
      { position: 4, code: 'SH-X304' },
      { position: 5, code: 'SH-X303' },
    ]);
    expect(await count(`select count(*) from ${node.facility}.patient`)).toBe(3);
    expect(await count(`select count(*) from ${node.facility}.journal where node = $1`, node.node)).toBe(
      node.lastSequence,
    );
    expect(await count('select count(*) from hub.quarantine where facility = $1', node.facility)).toBe(refused.length);
    expect(await count(`select count(*) from ${node.facility}.encounter`)).toBe(0);
    connection.drop();
  });

  it('keeps bytes that are no change of this node for the chain’s sake', async () => {
    const node = await lonely();
    const other = await lonely();
    node.create('patient', PATIENT);
    other.create('patient', PATIENT);
    const [opening] = node.changesAfter(0, 1) as [CarriedChange];
    const [foreign] = other.changesAfter(1, 1) as [CarriedChange];
    const nonsense = { meta: Uint8Array.of(1), fields: Uint8Array.of(2) };
    const connection = await hub.connect(node);
    connection.send([opening, { position: 2, encoded: foreign.encoded }, { position: 3, encoded: nonsense }]);
    const ack = await connection.acknowledgement();
    expect(ack.upTo).toBe(3);
    expect(ack.refused).toEqual([
      { position: 2, code: 'SH-X300' },
      { position: 3, code: 'SH-X300' },
    ]);
    expect(await count(`select count(*) from ${node.facility}.record where type = 1`)).toBe(0);
    connection.drop();
  });

  it('keeps a type and a field of a newer catalogue', async () => {
    const node = await lonely();
    const change = {
      kind: 'record' as const,
      origin: { node: node.node, incarnation: node.incarnation },
      orderClock: { ms: Date.now(), counter: 1 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      isCreate: true,
      recordType: 1,
      author: null,
      role: 'nurse',
    };
    node.create('patient', PATIENT);
    const fields = Uint8Array.from([0xa1, 0x18, 0x32, 0x81, 0x63, 0x6e, 0x65, 0x77]); // {50: ["new"]}
    const sequence = node.lastSequence + 1;
    const encoded = encodeChange({ ...change, sequence, recordId: '', writes: {} });
    node.journal({ ...change, sequence, recordId: '', writes: {} }, { meta: encoded.meta, fields });
    const connection = await hub.connect(node);
    expect(await connection.push()).toMatchObject({ upTo: 3, refused: [] });
    expect(await count(`select count(*) from ${node.facility}.record where fields ->> '50' = 'new'`)).toBe(1);
    connection.drop();
  });

  it('rules on clocks that run ahead, and node and hub end with the same', async () => {
    const node = await lonely();
    const ahead = Date.now() + 3 * 3600 * 1000;
    const id = node.create('patient', PATIENT, { clockMs: ahead });
    const connection = await hub.connect(node);
    await connection.push();
    node.patch(id, { village: 'Sangha' }, { clockMs: Date.now() });
    node.patch(id, { familyName: 'Traore' }, { clockMs: Date.now() });
    await connection.pull(2);
    connection.send(node.changesAfter(2));
    await connection.acknowledgement();
    expect(node.fields(id)).toMatchObject({ familyName: 'Traore', village: 'Sangha' });
    await expectConverged(node, connection);
    const { rows } = await hub.admin.query(`select family_name from ${node.facility}.patient where id = $1`, [id]);
    expect(rows).toEqual([{ family_name: 'Traore' }]);
    connection.drop();
  });

  it('refuses a forged HELLO, a node that it does not know, a frame out of its turn, and text', async () => {
    const node = await lonely();
    node.create('patient', PATIENT);
    const altered = await FakeConnection.connect(node, hub.url);
    const real = await hub.connect(node);
    const frame = real.sealChanges(node.changesAfter(0));
    altered.sendFrame(frame);
    expect(await altered.untilClosed()).toBe(CLOSE.policy);

    const flipped = frame.slice();
    flipped[20] = (flipped[20] as number) ^ 1;
    real.sendFrame(flipped);
    expect(await real.untilClosed()).toBe(CLOSE.policy);
    expect(await count(`select count(*) from ${node.facility}.journal where node = $1`, node.node)).toBe(0);
  });
});

import { randomBytes } from 'node:crypto';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { leakCheck } from '@santehaggui/runtime/testing/leak-check.ts';
import { describe, expect, it } from 'vitest';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore } from '../store/testing/test-store.ts';
import { FakeHub } from './carriers/https/fake-hub.ts';
import { openTestUplink, type TestUplink } from './testing/test-uplink.ts';

const nurse = { author: null, role: 'nurse' } as const;
const add = ({ store }: TestUplink, count: number): readonly string[] =>
  store.transact(nurse, (tx) =>
    Array.from({ length: count }, (_, n) => tx.create(patient, { familyName: 'Traoré', givenName: `F${n}` })),
  );
const countAtHub = (hub: FakeHub): unknown => hub.replica.db.prepare('select count(*) from record').pluck().get();

describe('UplinkService', () => {
  it('brings everything recorded to the hub, and proves it', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    add(node, 120);
    await node.join(hub);
    const status = await node.uplink.syncNow();
    expect(status).toMatchObject({
      journalSequence: 121,
      acknowledgedSequence: 121,
      pendingChanges: 0,
      connected: true,
    });
    expect(status.lastExchange).toMatchObject({ ok: true, carrier: 'https' });
    expect(status.bytesSent).toBeGreaterThan(400);
    expect(status.bytesReceived).toBeGreaterThan(100);
    expect(countAtHub(hub)).toBe(120);
    const verification = await node.uplink.verify();
    expect(verification).toMatchObject({ converged: true, recordsCompared: 120, differences: [] });
    expect(verification.digest).toBe(verification.hubDigest);
    expect(node.uplink.hasChainProblem()).toBe(false);
  });

  it('shows the hub its audit trail with each exchange, and keeps the countersignature', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink({}, { isWitness: true });
    add(node, 3);
    await node.join(hub);
    await node.uplink.syncNow();
    expect(hub.frames).toContain('sign');
    expect(node.proofs.anchored()?.tree).toEqual(node.proofs.head());
    // What is shown does not stand in the way of what is asked.
    expect(await node.uplink.verify()).toMatchObject({ converged: true });
  });

  it('sends what is written while it is connected without being asked', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    await node.join(hub);
    await node.uplink.syncNow();
    add(node, 3);
    await expect.poll(() => countAtHub(hub)).toBe(3);
  });

  it('takes what the hub feeds, and holds the same as the hub', async () => {
    await using hub = await FakeHub.start();
    await using elsewhere = await openTestStore({ node: 77 });
    await using node = await openTestUplink();
    await node.join(hub);
    add(node, 2);
    const id = elsewhere.store.transact(nurse, (tx) =>
      tx.create(patient, { familyName: 'Guindo', givenName: 'Yagalé' }),
    );
    for (let n = 0; n < 120; n++) elsewhere.store.transact(nurse, (tx) => tx.patch(id, { village: `V${n}` }));
    const { store, timekeeper, log } = elsewhere;
    hub.feed(new JournalStore({ store, timekeeper, log: log.log }).journalAfter(0));
    const status = await node.uplink.syncNow();
    expect(status.receivedFeedSequence).toBe(122);
    expect(node.store.record(id)?.fields).toMatchObject({ familyName: 'Guindo', village: 'V119' });
    expect(await node.uplink.verify()).toMatchObject({ converged: true, recordsCompared: 3 });
  });

  it('names the records that differ', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    const ids = add(node, 30);
    await node.join(hub);
    await node.uplink.syncNow();
    hub.replica.db.prepare('update record set digest = zeroblob(16) where id = ?').run(ids[7]);
    hub.replica.db.prepare('delete from record where id = ?').run(ids[9]);
    const verification = await node.uplink.verify();
    expect(verification.converged).toBe(false);
    const named = verification.differences.map(({ recordType, recordId }) => `${recordType} ${recordId}`).sort();
    expect(named).toEqual([`patient ${ids[7]}`, `patient ${ids[9]}`].sort());
  });

  it('says that nothing is proven while changes wait or nobody is there', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink({ gatherMs: 60_000 });
    expect(await node.uplink.verify()).toMatchObject({ converged: false, hubDigest: null, reason: 'not-connected' });
    await node.join(hub);
    await node.uplink.syncNow();
    add(node, 1);
    expect(await node.uplink.verify()).toMatchObject({ converged: false, hubDigest: null, reason: 'changes-waiting' });
  });

  it('finishes over a link that is cut after every few frames', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink({ maxFrameBytes: 64 });
    for (let n = 0; n < 60; n++)
      node.store.transact(nurse, (tx) =>
        tx.create(patient, { familyName: randomBytes(12).toString('hex'), sex: 'female' }),
      );
    hub.faults.cutAfterFrames = 2;
    await node.join(hub);
    await node.uplink.syncNow();
    expect(hub.connections).toBeGreaterThan(10);
    expect(hub.received()).toBe(61);
    hub.faults.cutAfterFrames = 1000;
    const { connections } = hub;
    hub.cut();
    await expect.poll(() => hub.connections).toBe(connections + 1);
    await node.uplink.syncNow();
    expect(await node.uplink.verify()).toMatchObject({ converged: true });
  });

  it('sends again what a hub restored from a backup has lost', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    add(node, 20);
    await node.join(hub);
    await node.uplink.syncNow();
    hub.restoreTo(5);
    await expect.poll(() => hub.received(), { timeout: 10_000 }).toBe(21);
    expect((await node.uplink.syncNow()).acknowledgedSequence).toBe(21);
  });

  it('believes a hub that says less than before, even if it says no more', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    add(node, 20);
    await node.join(hub);
    await node.uplink.syncNow();
    hub.faults.cutAfterFrames = 1;
    hub.restoreTo(5);
    await expect.poll(() => node.uplink.status().pendingChanges, { timeout: 10_000 }).toBe(16);
  });

  it('waits for the whole feed, however late it comes', async () => {
    await using hub = await FakeHub.start();
    await using elsewhere = await openTestStore({ node: 77 });
    await using node = await openTestUplink();
    await node.join(hub);
    await node.uplink.syncNow();
    hub.faults.feedDelayMs = 400;
    elsewhere.store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Guindo', givenName: 'Yagalé' }));
    const { store, timekeeper, log } = elsewhere;
    hub.feed(new JournalStore({ store, timekeeper, log: log.log }).journalAfter(0));
    expect((await node.uplink.syncNow()).receivedFeedSequence).toBe(2);
  });

  it('tells of refused changes and of a chain that is not its own', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    add(node, 2);
    hub.faults.refuses = 2;
    hub.faults.hasOtherChain = true;
    await node.join(hub);
    expect(await node.uplink.syncNow()).toMatchObject({ quarantined: 1, pendingChanges: 0 });
    expect(node.uplink.hasChainProblem()).toBe(true);
  });

  it('believes the hub’s time once the hub has spoken under the keys of the connection', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink();
    node.node.clock.setNow(node.node.clock.now() + 3600_000);
    expect(node.node.timekeeper.isTrusted()).toBe(false);
    hub.wallMs = node.node.clock.now();
    await node.join(hub);
    await node.uplink.syncNow();
    expect(node.node.timekeeper.isTrusted()).toBe(true);
  });

  it('ends a connection on which the hub never greets', async () => {
    await using hub = await FakeHub.start();
    hub.faults.isSilent = true;
    await using node = await openTestUplink({ timeoutSeconds: 1, keepaliveSeconds: 1 });
    await node.join(hub);
    await expect
      .poll(() => node.uplink.status().lastExchange, { timeout: 10_000 })
      .toMatchObject({ ok: false, error: 'the hub did not greet' });
    expect(node.uplink.status().connected).toBe(false);
  });

  it('notices a connection that is dead although nobody closed it, and opens another', async () => {
    await using hub = await FakeHub.start();
    await using node = await openTestUplink({ timeoutSeconds: 1, keepaliveSeconds: 1 });
    await node.join(hub);
    await node.uplink.syncNow();
    hub.freeze();
    await expect.poll(() => hub.connections, { timeout: 15_000 }).toBe(2);
    add(node, 1);
    await expect.poll(() => countAtHub(hub), { timeout: 15_000 }).toBe(1);
  });

  it('refuses to exchange while no hub is known, and says when the hub does not answer', async () => {
    await using node = await openTestUplink();
    await expect(node.uplink.syncNow()).rejects.toMatchObject({ code: 'SH-T112', exitCode: undefined });
    const hub = await FakeHub.start();
    await node.join(hub);
    await hub[Symbol.asyncDispose]();
    await expect(node.uplink.syncNow()).rejects.toMatchObject({ code: 'SH-T110' });
    expect(node.uplink.status().lastExchange).toMatchObject({ ok: false });
  });

  it('leaves nothing open when it stops', async () => {
    const check = leakCheck();
    {
      await using hub = await FakeHub.start();
      await using node = await openTestUplink();
      add(node, 5);
      await node.join(hub);
      await node.uplink.syncNow();
    }
    expect(await check.leaked()).toEqual([]);
  });
});

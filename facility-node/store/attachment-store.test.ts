import { createHash, randomBytes } from 'node:crypto';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import { describe, expect, it } from 'vitest';
import { AttachmentStore } from './attachment-store.ts';
import type { RecordStore } from './record-store.ts';
import { openTestStore } from './testing/test-store.ts';

const NOBODY = { author: null, role: 'system' } as const;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const NONE: ReadonlySet<string> = new Set();

/** A document of a new patient whose content is elsewhere, as it comes with the feed. */
function toldOf(store: RecordStore, bytes: Uint8Array, isEvacuated = false): string {
  return store.transact(NOBODY, (tx) => {
    const of = tx.create(patient, { familyName: 'Dolo' });
    if (isEvacuated) tx.create(referral, { patient: of, urgency: 'evacuation', status: 'created' });
    return tx.create(documentReference, {
      ...{ patient: of, contentType: 'image/png', size: bytes.length, hash: sha256(bytes) },
    });
  });
}

const piece = (record: string, bytes: Uint8Array, from: number, to: number) =>
  ({ kind: 'blob-piece', record, offset: from, size: bytes.length, bytes: bytes.subarray(from, to) }) as const;

describe('content from the hub', () => {
  it('is taken in order, goes on after a restart, counts repeats for nothing, and is whole once it has the hash', async () => {
    await using node = await openTestStore();
    let attachments = new AttachmentStore(node.store);
    const bytes = randomBytes(200_000);
    const id = toldOf(node.store, bytes);
    expect(await attachments.take(piece(id, bytes, 0, 50_000))).toMatchObject({ upTo: 50_000, newBytes: 50_000 });
    expect(await attachments.take(piece(id, bytes, 0, 50_000))).toMatchObject({ upTo: 50_000, newBytes: 0 });
    expect(await attachments.take(piece(id, bytes, 60_000, 70_000))).toMatchObject({ upTo: 50_000, newBytes: 0 });
    expect(attachments.find(id)?.isWhole).toBe(false);
    await node.reopen();
    attachments = new AttachmentStore(node.store);
    expect(attachments.nextToFetch(NONE, 1e9)).toMatchObject({ record: id, received: 50_000 });
    expect(await attachments.take(piece(id, bytes, 40_000, 100_000))).toMatchObject({ upTo: 100_000 });
    expect(await attachments.take(piece(id, bytes, 100_000, 150_000))).toMatchObject({ upTo: 150_000 });
    expect(await attachments.take(piece(id, bytes, 150_000, 200_000))).toMatchObject({ upTo: 200_000 });
    expect(attachments.find(id)).toMatchObject({ isWhole: true, hubReceived: 200_000 });
    expect(Buffer.compare(attachments.part(id, 0, 200_000), bytes)).toBe(0);
    expect(Buffer.compare(attachments.part(id, 65_000, 3000), bytes.subarray(65_000, 68_000))).toBe(0);
  });

  it('that is not what the record says is thrown away, and content of no record is not taken', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const id = toldOf(node.store, randomBytes(1000));
    const other = randomBytes(1000);
    expect(await attachments.take(piece(id, other, 0, 1000))).toMatchObject({ upTo: 0, refusal: 'differs' });
    expect(attachments.find(id)).toMatchObject({ received: 0, isWhole: false });
    expect(attachments.nextToFetch(NONE, 1e9)).toBeUndefined();
    attachments.askFor(id, 5);
    expect(attachments.nextToFetch(NONE, 1e9)).toMatchObject({ record: id });
    const stranger = 'a0000000-0000-8000-8000-000000000001';
    expect(await attachments.take(piece(stranger, other, 0, 9))).toMatchObject({ upTo: 0, refusal: 'unknown' });
  });

  it('is looked at where the power went between its last piece and that, also by who only writes sticks', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const [good, bad] = [randomBytes(3000), randomBytes(2000)];
    const [first, second] = [toldOf(node.store, good), toldOf(node.store, bad)];
    await attachments.take(piece(first, good, 0, 2999));
    await attachments.take(piece(second, randomBytes(2000), 0, 1999));
    // As a power cut leaves them: all bytes are here, and nobody has looked.
    for (const [record, last] of [
      [first, good.subarray(2999)],
      [second, bad.subarray(1999)],
    ] as const)
      attachments.handIn(record, { size: 0, bytes: last });
    expect([first, second].map((record) => attachments.find(record)?.isWhole)).toEqual([false, false]);
    await attachments.confirmAll();
    expect(attachments.find(first)).toMatchObject({ isWhole: true, received: 3000 });
    expect(attachments.find(second)).toMatchObject({ isWhole: false, received: 0 });
  });

  it('is put together from the smallest pieces into few rows', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const bytes = randomBytes(3000);
    const id = toldOf(node.store, bytes);
    for (let at = 0; at < bytes.length; at += 16) await attachments.take(piece(id, bytes, at, Math.min(at + 16, 3000)));
    expect(attachments.find(id)?.isWhole).toBe(true);
    expect(node.db.prepare('select count(*) as n from attachment_piece').get()).toEqual({ n: 1 });
  });
});

describe('content that is handed in', () => {
  it('in large steps is read from any place', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const bytes = randomBytes(400_000);
    const id = node.store.transact(NOBODY, (tx) => tx.create(documentReference, { title: 'Radio' }));
    attachments.handIn(id, { size: bytes.length, bytes: bytes.subarray(0, 300_000) });
    attachments.handIn(id, { size: bytes.length, bytes: bytes.subarray(300_000) });
    expect(await attachments.hashOf(id)).toBe(sha256(bytes));
    for (const [offset, length] of [
      [0, 400_000],
      [85_000, 65_536],
      [299_990, 20],
      [399_999, 65_536],
    ] as const)
      expect(Buffer.compare(attachments.part(id, offset, length), bytes.subarray(offset, offset + length))).toBe(0);
  });
});

describe('content that was begun and left', () => {
  it('takes no room for ever: it is forgotten after thirty days in which nothing was added', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const day = 24 * 3600_000;
    const begun = () => {
      const id = node.store.transact(NOBODY, (tx) => tx.create(documentReference, { title: 'Radio' }));
      attachments.handIn(id, { size: 500, bytes: randomBytes(100) });
      return id;
    };
    const [left, goneOn] = [begun(), begun()];
    attachments.noteWaiting(day, 1e9);
    attachments.noteWaiting(30 * day, 1e9);
    attachments.handIn(goneOn, { size: 500, bytes: randomBytes(100) });
    attachments.noteWaiting(31 * day, 1e9);
    attachments.noteWaiting(32 * day, 1e9);
    expect(attachments.find(left)).toBeUndefined();
    expect(attachments.find(goneOn)).toMatchObject({ received: 200, isWhole: false });
    expect(node.db.prepare('select distinct record_id as id from attachment_piece').all()).toEqual([{ id: goneOn }]);
    expect(attachments.waitingBefore(99 * day, 1e9)).toEqual([]);
  });
});

describe('room', () => {
  it('for what is recorded is left: nothing comes by itself into the last of it, and little is handed in', async () => {
    await using node = await openTestStore();
    let free = 5000;
    const attachments = new AttachmentStore(node.store, { freeBytes: () => free, reserveBytes: 4000 });
    const id = toldOf(node.store, randomBytes(900));
    expect(attachments.nextToFetch(NONE, 1e9)).toMatchObject({ record: id });
    expect(attachments.hasRoomFor(900)).toBe(true);
    free = 3900;
    expect(attachments.nextToFetch(NONE, 1e9)).toBeUndefined();
    attachments.askFor(id, 5);
    expect(attachments.nextToFetch(NONE, 1e9)).toBeUndefined();
    // What somebody here hands in may go deeper, but not to the end.
    expect(attachments.hasRoomFor(900)).toBe(true);
    free = 1200;
    expect(attachments.hasRoomFor(900)).toBe(false);
  });
});

describe('what waits', () => {
  it('is known by since when and what was heard of it, until it has been carried; what was given up is not forgotten', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const [bytes, other] = [randomBytes(100), randomBytes(200)];
    const [up, down] = [toldOf(node.store, bytes), toldOf(node.store, other)];
    node.store.inTransaction(() => attachments.add(up, { hash: sha256(bytes), bytes }));
    toldOf(node.store, randomBytes(5000));
    attachments.noteWaiting(1000, 1000);
    attachments.noteWaiting(2000, 1000);
    expect(attachments.waitingBefore(1000, 1000)).toEqual([]);
    attachments.noteHubHas(up, 40);
    attachments.noteTold(up, 'later');
    await attachments.take(piece(down, randomBytes(200), 0, 200));
    const of = (record: string) => attachments.waitingBefore(1001, 1000).find((one) => one.record === record);
    expect(attachments.waitingBefore(1001, 1000)).toHaveLength(2);
    expect(of(up)).toEqual({ record: up, isToHub: true, size: 100, carried: 40, since: 1000, told: 'later' });
    expect(of(down)).toEqual({ record: down, isToHub: false, size: 200, carried: 0, since: 1000, told: 'differs' });
    attachments.askFor(down, 3000);
    await attachments.take(piece(down, other, 0, 200));
    attachments.noteHubHas(up, 100);
    attachments.noteWaiting(4000, 1000);
    expect(attachments.waitingBefore(9000, 1000)).toEqual([]);
    // The hub was put back: from now on it waits again.
    attachments.forgetHub();
    attachments.noteWaiting(5000, 1000);
    expect(of(up)).toBeUndefined();
    expect(attachments.waitingBefore(5001, 1000)).toMatchObject([{ since: 5000, told: null }, { since: 5000 }]);
  });
});

describe('what is carried next', () => {
  it('is what somebody asked for, then what is of an evacuation, then the newest; large content only when asked for', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const large = toldOf(node.store, randomBytes(9000));
    const urgent = toldOf(node.store, randomBytes(100), true);
    const newest = toldOf(node.store, randomBytes(200));
    const order = (maxBytes: number): readonly string[] => {
      const aside = new Set<string>();
      for (;;) {
        const next = attachments.nextToFetch(aside, maxBytes);
        if (next === undefined) return [...aside];
        aside.add(next.record);
      }
    };
    expect(order(1000)).toEqual([urgent, newest]);
    attachments.askFor(large, 7);
    expect(order(1000)).toEqual([large, urgent, newest]);
    expect(attachments.backlog(1000).toFetch).toEqual({ count: 3, bytes: 9300 });
  });

  it('goes to the hub once it is whole, until the hub has it, and again after the hub was put back', async () => {
    await using node = await openTestStore();
    const attachments = new AttachmentStore(node.store);
    const bytes = randomBytes(100);
    const id = toldOf(node.store, bytes, true);
    node.store.inTransaction(() => attachments.add(id, { hash: sha256(bytes), bytes }));
    expect(attachments.nextToSend(NONE, true)).toMatchObject({ record: id, isUrgent: true });
    attachments.noteHubHas(id, 60);
    expect(attachments.backlog(0).toSend).toEqual({ count: 1, bytes: 40 });
    attachments.noteHubHas(id, 100);
    expect(attachments.nextToSend(NONE)).toBeUndefined();
    expect(attachments.digests()).toMatchObject([{ key: id, count: 1 }]);
    attachments.forgetHub();
    expect(attachments.backlog(0).toSend).toEqual({ count: 1, bytes: 100 });
    // A damaged file is not whole, and is fetched again.
    node.db.prepare('delete from attachment_piece').run();
    expect(attachments.digests()).toEqual([]);
    attachments.noteMissing(id);
    expect(attachments.nextToFetch(NONE, 1e9)).toMatchObject({ record: id, received: 0 });
  });
});

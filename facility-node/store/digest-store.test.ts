import { recordDigest } from '@santehaggui/protocols/journal/digest.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { DigestStore } from './digest-store.ts';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const nurse: WriteContext = { author: null, role: 'nurse' };
const fanta = { familyName: 'Traoré', givenName: 'Fanta', sex: 'female' };

const digestOf = ({ store }: TestStore, id: string): Uint8Array => {
  const held = store.tables().records.held(id)!;
  return recordDigest(held.typeNumber, held);
};

const storedDigest = ({ db }: TestStore, id: string): Uint8Array => {
  const digest = db.prepare<[string], Buffer>('select digest from record where id = ?').pluck().get(id);
  return new Uint8Array(digest!);
};

describe('DigestStore', () => {
  it('makes the digests that were left when somebody saved, in each depth, and keeps them once all are compared', async () => {
    await using node = await openTestStore();
    const ids = node.store.transact(nurse, (tx) => [tx.create(patient, fanta), tx.create(patient, fanta)]);
    const digests = new DigestStore(node.db);
    const wanted = ids.map((id) => ({ key: id, count: 1, digest: digestOf(node, id) }));

    for (const { key, digest } of wanted) {
      const range = Number.parseInt(key.slice(0, 2), 16);
      expect(digests.records(1, range)).toContainEqual({ key, count: 1, digest });
      expect(storedDigest(node, key)).toHaveLength(0);
    }
    const ranges = digests.ranges(1);
    const [types] = digests.types();
    expect(types).toMatchObject({ key: '1', count: 2 });
    for (const { key, digest } of wanted) expect(storedDigest(node, key)).toEqual(digest);
    expect(digests.ranges(1)).toEqual(ranges);
    expect(digests.types()).toEqual([types]);
  });

  it('makes those of what was saved lately at rest, and of nothing that was undone or is as it was', async () => {
    await using node = await openTestStore();
    const { store, db } = node;
    const digests = new DigestStore(db);
    const id = store.transact(nurse, (tx) => tx.create(patient, fanta));
    expect(() =>
      store.transact(nurse, (tx) => {
        tx.create(patient, fanta);
        throw new Error('undone');
      }),
    ).toThrow('undone');
    const left = store.tables().records.takeLeft();
    expect(left).toHaveLength(2);
    digests.make(left);
    expect(storedDigest(node, id)).toEqual(digestOf(node, id));
    expect(store.tables().records.takeLeft()).toEqual([]);
    const changes = db.prepare('select total_changes()').pluck();
    const before = changes.get();
    digests.make(left);
    expect(changes.get()).toBe(before);
  });

  it('tells the state after a change, not the one whose digest was kept', async () => {
    await using node = await openTestStore();
    const digests = new DigestStore(node.db);
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const [before] = digests.types();
    node.store.transact(nurse, (tx) => tx.patch(id, { village: 'Sangha' }));
    const [after] = digests.types();
    expect(after?.digest).not.toEqual(before?.digest);
    expect(storedDigest(node, id)).toEqual(digestOf(node, id));
  });

  it('leaves none to be made of what was taken in as a whole, which may be much', async () => {
    await using node = await openTestStore();
    const inBulk: WriteContext = { author: '0e0f6b1a-0000-8000-8000-000000000001', role: 'nurse', guard: 'in-bulk' };
    const id = node.store.transact(inBulk, (tx) => tx.create(patient, fanta));
    expect(storedDigest(node, id)).toEqual(digestOf(node, id));
  });
});

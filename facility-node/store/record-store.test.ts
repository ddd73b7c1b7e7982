import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import { decodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { compareOrderClocks } from '@santehaggui/protocols/journal/order-clock.ts';
import { allergyIntolerance } from '@santehaggui/protocols/records/allergy-intolerance.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { referral } from '@santehaggui/protocols/records/referral.ts';
import { openEncryptedSqlite } from '@santehaggui/runtime/sql/encrypted-sqlite.ts';
import { describe, expect, it } from 'vitest';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const system: WriteContext = { author: null, role: 'system' };
const nurse: WriteContext = { author: null, role: 'nurse' };
const worker: WriteContext = { author: null, role: 'community-worker' };
const fanta = { familyName: 'Traoré', givenName: 'Fanta', sex: 'female' };

type Row = { sequence: number; meta: Buffer; fields: Buffer; head: Buffer; is_last: number };
const ownRows = 'select sequence, meta, fields, head, is_last from journal where head is not null order by sequence';

const openEncryptedSqliteForTest = ({ directory, ring }: TestStore) => {
  const db = openEncryptedSqlite({
    path: directory.databaseFile,
    ...ring.current(),
    busyTimeoutMs: 0,
  });
  return { db, [Symbol.dispose]: () => void db.close() };
};

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('RecordStore', () => {
  it('gives back what was created, under its view too', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) => tx.create(patient, { ...fanta, village: null, phone: undefined }));
    expect(node.store.record(id)?.fields).toEqual(fanta);
    expect(node.db.prepare('select family_name, village from patient where id = ?').get(id)).toEqual({
      family_name: 'Traoré',
      village: null,
    });
  });

  it('reads in a transaction what the transaction wrote, and afterwards nothing of it when it was undone', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const villageOf = () => node.store.record(id)?.fields.village;
    const read = node.store.transact(nurse, (tx) => {
      const villages = [villageOf()];
      tx.patch(id, { village: 'Sangha' });
      villages.push(villageOf());
      tx.patch(id, { village: 'Banani' });
      return [...villages, villageOf()];
    });
    expect(read).toEqual([undefined, 'Sangha', 'Banani']);
    const seen = node.store.writesOf([patient]);
    expect(() =>
      node.store.transact(nurse, (tx) => {
        tx.patch(id, { village: 'Tireli' });
        throw new Error(String(villageOf()));
      }),
    ).toThrow('Tireli');
    expect(villageOf()).toBe('Banani');
    // Whoever looked in between has to look again.
    expect(node.store.writesOf([patient])).toBeGreaterThan(seen + 1);
    expect(node.store.writesOf([practitioner])).toBeGreaterThan(0);
  });

  it('writes all of a transaction or nothing', async () => {
    await using node = await openTestStore();
    expect(() =>
      node.store.transact(nurse, (tx) => {
        tx.create(patient, fanta);
        tx.db.prepare("insert into incarnation (incarnation, opened_sequence) values ('x', 99)").run();
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    for (const table of ['record', 'journal', 'incarnation']) {
      expect(node.db.prepare(`select count(*) from ${table}`).pluck().get()).toBe(0);
    }
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    expect(node.store.record(id)).toBeDefined();
  });

  it('journals an opening before the first change of each start, and none for a start that writes nothing', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    await node.reopen();
    await node.reopen();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const changes = node.db
      .prepare<[], Row>(ownRows)
      .all()
      .map((row) => decodeChange(row));
    expect(changes.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['opening', 1],
      ['record', 2],
      ['opening', 3],
      ['record', 4],
    ]);
    const [first, , second] = changes;
    expect(second).toMatchObject({ parent: { incarnation: first?.origin.incarnation } });
  });

  it('chains every change to the one before, across starts', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => {
      const id = tx.create(patient, fanta);
      tx.patch(id, { village: 'Sangha' });
    });
    await node.reopen();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    let head = CHAIN_START;
    for (const row of node.db.prepare<[], Row>(ownRows).iterate()) {
      head = chainHead(head, { meta: row.meta, fields: row.fields }, Buffer.alloc(32, 1));
      expect(Buffer.from(head).equals(row.head)).toBe(true);
    }
  });

  it('marks the last change of each transaction, and only that', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => {
      tx.create(patient, fanta);
      tx.create(patient, fanta);
    });
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const rows = node.db.prepare<[], Row>(ownRows).all();
    expect(rows.map((row) => row.is_last)).toEqual([0, 0, 1, 1]);
    expect(rows.map((row) => decodeChange(row).isLastOfTransaction)).toEqual([false, false, true, true]);
  });

  it('patches with the present winner as base, and writes nothing when nothing changes', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const before = node.store.record(id);
    expect(node.store.transact(nurse, (tx) => tx.patch(id, { village: 'Sangha', sex: null }))).toBe(true);
    expect(node.store.record(id)?.fields).toEqual({ familyName: 'Traoré', givenName: 'Fanta', village: 'Sangha' });
    expect(node.store.record(id)?.lastStamp).not.toBe(before?.lastStamp);
    expect(node.store.transact(nurse, (tx) => tx.patch(id, { village: 'Sangha', sex: null }))).toBe(false);
    const last = node.db.prepare<[], Row>(`${ownRows} desc limit 1`).get() as Row;
    const change = decodeChange(last);
    expect(change.kind === 'record' && change.writes['3']).toMatchObject({ value: null, base: before?.lastStamp });
  });

  it('keeps sets as additions and removals that name what they saw', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) =>
      tx.create(allergyIntolerance, {
        patient: crypto.randomUUID(),
        code: 'pénicilline',
        reactions: ['urticaire', 'œdème'],
      }),
    );
    node.store.transact(nurse, (tx) => tx.patch(id, { reactions: ['œdème', 'choc'] }));
    expect(node.store.record(id)?.fields.reactions).toEqual(['choc', 'œdème']);
    expect(node.store.transact(nurse, (tx) => tx.patch(id, { reactions: ['œdème', 'choc'] }))).toBe(false);
    node.store.transact(nurse, (tx) => tx.patch(id, { reactions: [] }));
    expect(node.store.record(id)?.fields.reactions).toBeUndefined();
  });

  it('refuses a role that is not authorised over an authorised value, naming who wrote it', async () => {
    await using node = await openTestStore();
    const { id, author } = node.store.transact(system, (tx) => {
      const by = tx.create(practitioner, { familyName: 'Dembélé', givenName: 'Awa' });
      return { author: by, id: '' };
    });
    expect(id).toBe('');
    const patientId = node.store.transact({ author, role: 'nurse', guard: 'in-bulk' }, (tx) =>
      tx.create(patient, fanta),
    );
    const refused = () => node.store.transact(worker, (tx) => tx.patch(patientId, { familyName: 'Coulibaly' }));
    expect(codeOf(refused)).toBe('SH-K102');
    expect(refused).toThrowError(
      expect.objectContaining({ status: 409, fields: [expect.objectContaining({ field: 'familyName' })] }),
    );
    expect(refused).toThrowError(
      expect.objectContaining({ why: expect.objectContaining({ fr: expect.stringContaining('Awa Dembélé') }) }),
    );
    expect(node.store.record(patientId)?.fields.familyName).toBe('Traoré');
    // What nobody authorised wrote yet is anybody's to fill.
    expect(node.store.transact(worker, (tx) => tx.patch(patientId, { village: 'Ireli' }))).toBe(true);
    expect(node.store.transact(nurse, (tx) => tx.patch(patientId, { village: 'Sangha' }))).toBe(true);
    expect(codeOf(() => node.store.transact(worker, (tx) => tx.patch(patientId, { village: 'Ireli' })))).toBe(
      'SH-K102',
    );
  });

  it('refuses a removal from a set by a role that is not authorised when an authorised one added the member', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) =>
      tx.create(allergyIntolerance, { patient: crypto.randomUUID(), code: 'pénicilline', reactions: ['choc'] }),
    );
    expect(codeOf(() => node.store.transact(worker, (tx) => tx.patch(id, { reactions: [] })))).toBe('SH-K102');
    expect(node.store.transact(worker, (tx) => tx.patch(id, { reactions: ['choc', 'fièvre'] }))).toBe(true);
    expect(node.store.transact(worker, (tx) => tx.patch(id, { reactions: ['choc'] }))).toBe(true);
  });

  it('writes a field that is written once only once', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    node.store.transact(nurse, (tx) => tx.patch(id, { number: 'SGH-1-A' }));
    expect(node.store.transact(nurse, (tx) => tx.patch(id, { number: 'SGH-1-A' }))).toBe(false);
    expect(codeOf(() => node.store.transact(nurse, (tx) => tx.patch(id, { number: 'SGH-2-B' })))).toBe('SH-K103');
  });

  it('refuses values that a field cannot hold, unknown fields and unknown records', async () => {
    await using node = await openTestStore();
    const { store } = node;
    expect(codeOf(() => store.transact(nurse, (tx) => tx.create(patient, { ...fanta, birthDate: '1987-02-31' })))).toBe(
      'SH-I101',
    );
    expect(codeOf(() => store.transact(nurse, (tx) => tx.create(patient, { ...fanta, shoeSize: 41 })))).toBe('SH-I101');
    expect(codeOf(() => store.transact(nurse, (tx) => tx.patch(crypto.randomUUID(), { village: 'x' })))).toBe(
      'SH-N101',
    );
  });

  it('holds values in the form in which their codec gives them back', async () => {
    await using node = await openTestStore();
    const id = node.store.transact(nurse, (tx) =>
      tx.create(patient, { familyName: 'Tra\u001bore\u0301\0', givenName: 'Fa\ud800', birthDate: '1987-05~' }),
    );
    expect(node.store.record(id)?.fields).toEqual({
      familyName: 'Traoré',
      givenName: 'Fa\ufffd',
      birthDate: '1987-05~',
    });
  });

  it('refuses asynchronous work, nested transactions and a transaction that has ended', async () => {
    await using node = await openTestStore();
    const { store } = node;
    expect(codeOf(() => store.transact(nurse, async (tx) => tx.create(patient, fanta)))).toBe('SH-B101');
    expect(codeOf(() => store.transact(nurse, () => store.transact(nurse, (tx) => tx.create(patient, fanta))))).toBe(
      'SH-B101',
    );
    const kept = store.transact(nurse, (tx) => tx);
    expect(codeOf(() => kept.create(patient, fanta))).toBe('SH-B101');
    expect(node.db.prepare('select count(*) from journal').pluck().get()).toBe(0);
  });

  it('runs indexers inside the transaction, and undoes all when one throws', async () => {
    const seen: string[] = [];
    await using node = await openTestStore({
      indexers: [
        {
          types: [patient],
          index: (db, record) => {
            if (record.fields.village === 'nowhere') throw new Error('not indexable');
            seen.push(`${record.type.name} ${String(db.inTransaction)}`);
          },
        },
      ],
    });
    node.store.transact(nurse, (tx) => [tx.create(patient, fanta), tx.create(practitioner, { familyName: 'Dolo' })]);
    expect(seen).toEqual(['patient true']);
    expect(() => node.store.transact(nurse, (tx) => tx.create(patient, { ...fanta, village: 'nowhere' }))).toThrow(
      'not indexable',
    );
    expect(node.db.prepare('select count(*) from record').pluck().get()).toBe(2);
  });

  it('keeps the place of a record in lists, whoever looks', async () => {
    const places: number[] = [];
    await using node = await openTestStore({
      indexers: [{ types: [patient], index: (_db, record) => void places.push(record.createdPosition) }],
    });
    const id = node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    node.store.transact(nurse, (tx) => tx.patch(id, { village: 'Sangha' }));
    expect(places).toEqual([2, 2]);
    expect(node.store.record(id)?.createdPosition).toBe(2);
  });

  it('writes after the clock of before, although the machine forgot the time while it was off', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    node.clock.setNow(0);
    await node.reopen();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const clocks = node.db
      .prepare<[], Row>(ownRows)
      .all()
      .map((row) => decodeChange(row));
    const isLater = clocks
      .slice(1)
      .map(({ orderClock }, index) => compareOrderClocks(orderClock, clocks[index]!.orderClock) > 0);
    expect(isLater).toEqual([true, true, true]);
    expect(clocks.map(({ isClockTrusted }) => isClockTrusted)).toEqual([true, true, false, false]);
  });

  it('lets nobody else write from the start of the work on', async () => {
    await using node = await openTestStore();
    using other = openEncryptedSqliteForTest(node);
    node.store.transact(nurse, () => {
      expect(() => other.db.exec('begin immediate')).toThrowError(expect.objectContaining({ code: 'SQLITE_BUSY' }));
    });
    other.db.exec('begin immediate; rollback');
  });

  it('wakes listeners after a commit that wrote, and not after one that did not', async () => {
    await using node = await openTestStore();
    let woken = 0;
    const end = node.store.onCommitted(() => {
      expect(node.db.inTransaction).toBe(false);
      woken += 1;
    });
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    node.store.transact(nurse, () => undefined);
    end();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    expect(woken).toBe(1);
  });

  it('refuses a database that another node wrote', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const { RecordStore } = await import('./record-store.ts');
    const origin = { node: 2, incarnation: '0'.repeat(12), journalKey: Buffer.alloc(32) };
    const { db, timekeeper, clock } = node;
    expect(() => new RecordStore({ db, origin, timekeeper, clock })).toThrowError(
      expect.objectContaining({ code: 'SH-C102' }),
    );
  });

  it('stamps what a doubtful clock wrote as untrusted, and never runs ahead', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(referral, { patient: crypto.randomUUID() }));
    node.clock.setNow(node.clock.now() + 365 * 24 * 3600 * 1000);
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const last = decodeChange(node.db.prepare<[], Row>(`${ownRows} desc limit 1`).get() as Row);
    expect(last.isClockTrusted).toBe(false);
    expect(last.orderClock.ms).toBeLessThan(Date.UTC(2026, 0, 6));
  });
});

import { deriveRecordId } from '@santehaggui/protocols/crypto/hash.ts';
import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import type { ClockCorrection, RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { decodeChange, encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { allergyIntolerance } from '@santehaggui/protocols/records/allergy-intolerance.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestStore } from './digest-store.ts';
import { JournalStore } from './journal-store.ts';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const nurse: WriteContext = { author: null, role: 'nurse' };
const fanta = { familyName: 'Traoré', givenName: 'Fanta' };

const journalOf = ({ store, timekeeper, log }: TestStore): JournalStore =>
  new JournalStore({ store, timekeeper, log: log.log });
const replicaOf = ({ db }: TestStore): string =>
  Buffer.from(combineDigests(new DigestStore(db).types())).toString('hex');
const fromPosition = (changes: readonly CarriedChange[], first: number): CarriedChange[] =>
  changes.map(({ encoded }, index) => ({ position: first + index, encoded }));

describe('JournalStore', () => {
  it('notes for a month that another copy of its disk wrote under its name', async () => {
    await using node = await openTestStore();
    await using twin = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    await twin.reopen();
    twin.store.transact(nurse, (tx) => tx.create(patient, fanta));
    expect(journalOf(node).syncState().otherBranch).toBeNull();
    journalOf(node).applyFeed(fromPosition(journalOf(twin).journalAfter(1), 1));
    expect(journalOf(node).syncState().otherBranch).toBe(journalOf(twin).lineage(1)[0]?.incarnation);
    expect(replicaOf(node)).not.toBe(replicaOf(twin));
    await node.clock.advance(31 * 24 * 60 * 60 * 1000);
    expect(journalOf(node).syncState().otherBranch).toBeNull();
  });

  it('gives own changes after a sequence, at least one and no more than fit', async () => {
    await using node = await openTestStore();
    const journal = journalOf(node);
    expect(journal.lastSequence()).toBe(0);
    expect(journal.journalAfter(0)).toEqual([]);
    for (let index = 0; index < 5; index++) node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    expect(journal.lastSequence()).toBe(6);
    expect(journal.journalAfter(0).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(journal.journalAfter(4, { bytes: 1 }).map(({ position }) => position)).toEqual([5]);
    const [one, two] = journal.journalAfter(1) as [CarriedChange, CarriedChange];
    const size = (change: CarriedChange) => change.encoded.meta.length + change.encoded.fields.length;
    expect(journal.journalAfter(1, { bytes: size(one) + size(two) }).length).toBe(2);
    expect(journal.journalAfter(1, { bytes: size(one) + size(two) - 1 }).length).toBe(1);
    expect(decodeChange(one.encoded)).toMatchObject({ kind: 'record', sequence: 2 });
  });

  it('names the last incarnations with what each wrote last, newest first', async () => {
    await using node = await openTestStore();
    for (let start = 0; start < 3; start++) {
      node.store.transact(nurse, (tx) => tx.create(patient, fanta));
      await node.reopen();
    }
    expect(journalOf(node).lineage(2)).toEqual([
      { incarnation: '010303040506', lastSequence: 6 },
      { incarnation: '010203040506', lastSequence: 4 },
    ]);
    expect(journalOf(node).lineage(32).length).toBe(3);
  });

  it('keeps what was acknowledged, refused and counted across a restart', async () => {
    await using node = await openTestStore();
    node.store.transact(nurse, (tx) => tx.create(patient, fanta));
    const journal = journalOf(node);
    expect(journal.oldestPendingAt()).toBe(node.clock.now());
    journal.acknowledge({ upTo: 2, beyond: [] }, [{ position: 2, code: 'SH-X301' }]);
    journal.countBytes(100, 7);
    journal.rememberExchange({ at: 5, ok: false, carrier: 'https', error: 'cut' });
    await node.reopen();
    const again = journalOf(node);
    expect(again.syncState()).toEqual({
      acknowledgedSequence: 2,
      acknowledgedBeyond: [],
      otherBranch: null,
      offeredPosition: null,
      feedReceived: 0,
      bytesSent: 100,
      bytesReceived: 7,
      lastExchange: { at: 5, ok: false, carrier: 'https', error: 'cut' },
    });
    expect(again.counts()).toEqual({ quarantined: 1, conflicts: 0 });
    expect(again.oldestPendingAt()).toBeUndefined();
  });

  it('applies a feed once, however often it comes', async () => {
    await using source = await openTestStore({ node: 1 });
    await using target = await openTestStore({ node: 2 });
    source.store.transact(nurse, (tx) => {
      const id = tx.create(patient, fanta);
      tx.patch(id, { village: 'Sangha' });
    });
    const feed = fromPosition(journalOf(source).journalAfter(0), 1);
    const journal = journalOf(target);
    expect(journal.applyFeed(feed)).toEqual({ upTo: 3, repeats: 0, quarantined: 0 });
    const before = replicaOf(target);
    expect(journal.applyFeed(feed.slice(0, 2))).toEqual({ upTo: 3, repeats: 2, quarantined: 0 });
    expect(journal.syncState().feedReceived).toBe(3);
    expect(journal.applyFeed(feed)).toEqual({ upTo: 3, repeats: 3, quarantined: 0 });
    expect(journal.applyFeed(fromPosition(feed, 4))).toEqual({ upTo: 6, repeats: 3, quarantined: 0 });
    expect(replicaOf(target)).toBe(before);
    expect(before).toBe(replicaOf(source));
    expect(target.db.prepare('select count(*) from journal').pluck().get()).toBe(3);
  });

  it('writes after what it has received, although the other clock is ahead', async () => {
    await using source = await openTestStore({ node: 1 });
    await using target = await openTestStore({ node: 2 });
    const id = source.store.transact(nurse, (tx) => tx.create(patient, fanta));
    await source.clock.advance(5 * 60_000);
    source.store.transact(nurse, (tx) => tx.patch(id, { village: 'Ireli' }));
    journalOf(target).applyFeed(fromPosition(journalOf(source).journalAfter(0), 1));
    target.store.transact(nurse, (tx) => tx.patch(id, { village: 'Banani' }));
    journalOf(source).applyFeed(fromPosition(journalOf(target).journalAfter(0), 1));
    for (const node of [source, target]) expect(node.store.record(id)?.fields.village).toBe('Banani');
  });

  it('quarantines what it cannot apply and goes on', async () => {
    await using source = await openTestStore({ node: 1 });
    await using target = await openTestStore({
      node: 2,
      indexers: [
        {
          types: [patient],
          index: (_db, record) => {
            if (record.fields.village === 'nowhere') throw new Error('not indexable');
          },
        },
      ],
    });
    source.store.transact(nurse, (tx) => {
      tx.create(patient, { ...fanta, village: 'nowhere' });
      tx.create(patient, fanta);
    });
    const [opening, bad, good] = journalOf(source).journalAfter(0) as [CarriedChange, CarriedChange, CarriedChange];
    const nonsense = { position: 0, encoded: { meta: Uint8Array.of(1, 2), fields: Uint8Array.of() } };
    const report = journalOf(target).applyFeed(fromPosition([opening, bad, nonsense, good], 1));
    expect(report).toEqual({ upTo: 4, repeats: 0, quarantined: 2 });
    expect(target.db.prepare('select position, code from quarantine order by position').all()).toEqual([
      { position: 2, code: 'SH-X102' },
      { position: 3, code: 'SH-X101' },
    ]);
    expect(target.db.prepare('select count(*) from record').pluck().get()).toBe(1);
    expect(target.db.prepare('select count(*) from journal').pluck().get()).toBe(2);
  });

  it('keeps and counts records of a type that it does not know', async () => {
    await using target = await openTestStore({ node: 2 });
    const origin = { node: 9, incarnation: 'aabbccddeeff' };
    const known: RecordChange = {
      kind: 'record',
      origin,
      sequence: 1,
      orderClock: { ms: target.clock.now(), counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      isCreate: true,
      recordId: deriveRecordId(origin, 1),
      recordType: 1,
      author: null,
      role: 'nurse',
      writes: { 1: { kind: 'register', value: 'X', base: null, authorised: true } },
    };
    const { meta, fields } = encodeChange(known);
    // The same bytes with the type's number, the only 07 01 pair before the role, changed to 23.
    const at = Buffer.from(meta).indexOf(Buffer.of(0x07, 0x01));
    const unknown = Buffer.concat([meta.subarray(0, at + 1), Buffer.of(0x17), meta.subarray(at + 2)]);
    expect(decodeChange({ meta: unknown, fields })).toMatchObject({ recordType: 23 });
    expect(journalOf(target).applyFeed([{ position: 1, encoded: { meta: unknown, fields } }])).toMatchObject({
      quarantined: 0,
    });
    expect(target.store.record(known.recordId)).toBeUndefined();
    expect(new DigestStore(target.db).types()).toMatchObject([{ key: '23', count: 1 }]);
  });

  it('merges again what a clock correction of the hub concerns', async () => {
    await using ahead = await openTestStore({ node: 1 });
    await using home = await openTestStore({ node: 2 });
    const id = home.store.transact(nurse, (tx) => tx.create(patient, { ...fanta, village: 'Sangha' }));
    const created = fromPosition(journalOf(home).journalAfter(0), 1);
    journalOf(ahead).applyFeed(created);
    // Within the bound of a node, and yet an hour ahead once the other node has gone on.
    ahead.clock.setNow(ahead.clock.now() + 9 * 60_000);
    ahead.store.transact(nurse, (tx) => tx.patch(id, { village: 'Ireli' }));
    home.store.transact(nurse, (tx) => tx.patch(id, { village: 'Banani' }));
    const [, fast] = journalOf(ahead).journalAfter(0) as [CarriedChange, CarriedChange];
    journalOf(home).applyFeed(fromPosition([fast], 1));
    expect(home.store.record(id)?.fields.village).toBe('Ireli');
    expect(journalOf(home).counts().conflicts).toBe(1);
    const target = decodeChange(fast.encoded).origin;
    const correction: ClockCorrection = {
      kind: 'clock-correction',
      origin: { node: 0, incarnation: '0000000000aa' },
      sequence: 1,
      orderClock: { ms: home.clock.now(), counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      target,
      from: 2,
      to: 2,
      correctedTo: { ms: home.clock.now() - 60_000, counter: 0 },
    };
    const items = [{ position: 2, encoded: encodeChange(correction) }];
    journalOf(home).applyFeed(items);
    expect(home.store.record(id)?.fields.village).toBe('Banani');
  });
});

describe('two stores that exchange their changes', () => {
  const village = fc.constantFrom('Sangha', 'Ireli', 'Banani', null);
  const reaction = fc.subarray(['choc', 'fièvre', 'œdème'], { minLength: 0 });
  const step = fc.oneof(
    fc.record({ what: fc.constant('create' as const), at: fc.nat(1), village, reaction }),
    fc.record({
      what: fc.constant('patch' as const),
      at: fc.nat(1),
      of: fc.nat(30),
      village,
      reaction,
      role: fc.constantFrom('nurse', 'community-worker'),
    }),
    fc.record({ what: fc.constant('exchange' as const), at: fc.nat(1) }),
    fc.record({ what: fc.constant('later' as const), at: fc.nat(1), ms: fc.nat(120_000) }),
    fc.record({ what: fc.constant('restart' as const), at: fc.nat(1) }),
  );

  it('hold the same, whatever each did and in whatever order it came', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using left = await openTestStore({ node: 1 });
        await using right = await openTestStore({ node: 2 });
        const nodes = [left, right] as const;
        const sent = [0, 0];
        const ids: string[] = [];
        const exchange = (from: 0 | 1): void => {
          const changes = journalOf(nodes[from]).journalAfter(sent[from] as number, { bytes: 400 });
          const report = journalOf(nodes[from === 0 ? 1 : 0]).applyFeed(changes);
          expect(report.quarantined).toBe(0);
          if (changes.length > 0) sent[from] = report.upTo;
        };
        for (const action of steps) {
          const node = nodes[action.at] as TestStore;
          if (action.what === 'create') {
            node.store.transact(nurse, (tx) => {
              ids.push(tx.create(patient, { ...fanta, village: action.village }));
              ids.push(tx.create(allergyIntolerance, { code: 'x', reactions: action.reaction }));
            });
          } else if (action.what === 'patch') {
            const held = node.store.record(ids[action.of % Math.max(1, ids.length)] ?? '');
            if (held === undefined) continue;
            const fields = held.type.name === 'patient' ? { village: action.village } : { reactions: action.reaction };
            try {
              node.store.transact({ author: null, role: action.role }, (tx) => tx.patch(held.id, fields));
            } catch (error) {
              expect(error).toMatchObject({ code: 'SH-K102' });
            }
          } else if (action.what === 'exchange') exchange(action.at === 0 ? 0 : 1);
          else if (action.what === 'later') await node.clock.advance(action.ms);
          else await node.reopen();
        }
        for (const from of [0, 1] as const) {
          while ((sent[from] as number) < journalOf(nodes[from]).lastSequence()) exchange(from);
        }
        expect(replicaOf(left)).toBe(replicaOf(right));
        expect(journalOf(left).counts().conflicts).toBe(journalOf(right).counts().conflicts);
      }),
      { numRuns: 25 },
    );
  });
});

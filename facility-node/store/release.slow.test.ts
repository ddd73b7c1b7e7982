import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import { decodeChange, type EncodedChange, encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { combineDigests } from '@santehaggui/protocols/journal/digest.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patientIndexer } from '../patients/patient-index.ts';
import { PatientSearchStore } from '../patients/patient-search-store.ts';
import { DigestStore } from './digest-store.ts';
import { JournalStore } from './journal-store.ts';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const nurse: WriteContext = { author: null, role: 'nurse' };
const HOLDER = 2;
const journalOf = ({ store, timekeeper, log }: TestStore): JournalStore =>
  new JournalStore({ store, timekeeper, log: log.log });
const replicaOf = ({ db }: TestStore): string =>
  Buffer.from(combineDigests(new DigestStore(db).types())).toString('hex');

/** The hub's half for one record: what it gave the holder, what it has forgotten since, and the feed in order. */
class Feed {
  readonly #known = new Map<string, EncodedChange>();
  readonly #feed: string[] = [];
  #releases = 0;
  #pulled = 0;
  isHolding = false;

  /** Puts changes into the feed that the holder's journal at the hub lacks, or has forgotten. */
  give(changes: readonly EncodedChange[]): void {
    this.isHolding = true;
    for (const encoded of changes) {
      const key = Buffer.from(encoded.meta).toString('hex');
      const known = this.#known.get(key);
      if (known !== undefined && known.fields.length > 0) continue;
      this.#known.set(key, encoded);
      this.#feed.push(key);
    }
  }

  /** The holder's own words are there already. */
  took(changes: readonly EncodedChange[]): void {
    for (const encoded of changes) this.#known.set(Buffer.from(encoded.meta).toString('hex'), encoded);
  }

  release(record: string): void {
    this.isHolding = false;
    for (const [key, encoded] of this.#known) {
      const change = decodeChange(encoded);
      if (change.kind === 'record' && change.origin.node !== HOLDER)
        this.#known.set(key, { meta: encoded.meta, fields: new Uint8Array(0) });
    }
    this.#releases += 1;
    const encoded = encodeChange({
      kind: 'release',
      origin: { node: 0, incarnation: '0000000000aa' },
      sequence: this.#releases,
      orderClock: { ms: 1, counter: 0 },
      isClockTrusted: true,
      isLastOfTransaction: true,
      holder: HOLDER,
      records: [record],
    });
    const key = Buffer.from(encoded.meta).toString('hex');
    this.#known.set(key, encoded);
    this.#feed.push(key);
  }

  pull(): readonly CarriedChange[] {
    const items = this.#feed.slice(this.#pulled).map((key, index) => ({
      position: this.#pulled + index + 1,
      encoded: this.#known.get(key) as EncodedChange,
    }));
    this.#pulled = this.#feed.length;
    return items;
  }
}

const step = fc.constantFrom('give', 'release', 'write at home', 'write at the holder', 'pull', 'pull');

describe('a copy that is given, released and given again', () => {
  it('is at the holder what it is at home, or not at all, in whatever order and with whatever late changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        await using home = await openTestStore({ node: 1 });
        await using holder = await openTestStore({ node: HOLDER });
        const empty = replicaOf(holder);
        const id = home.store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Dolo', givenName: 'Aly' }));
        const feed = new Feed();
        let [sent, count] = [0, 0];
        const ofRecord = (): readonly EncodedChange[] =>
          home.db
            .prepare<[string], EncodedChange>('select meta, fields from journal where record_id = ? order by position')
            .all(id);
        const pull = (): void => {
          expect(journalOf(holder).applyFeed(feed.pull()).quarantined).toBe(0);
        };
        for (const next of [...steps, 'pull'] as const) {
          count += 1;
          if (next === 'give') feed.give(ofRecord());
          if (next === 'release' && feed.isHolding) feed.release(id);
          if (next === 'pull') pull();
          if (next === 'write at home') {
            home.store.transact(nurse, (tx) => tx.patch(id, { village: `home ${count}` }));
            if (feed.isHolding) feed.give(ofRecord());
          }
          if (next === 'write at the holder' && holder.store.record(id) !== undefined) {
            holder.store.transact(nurse, (tx) => tx.patch(id, { givenName: `holder ${count}` }));
            const own = journalOf(holder).journalAfter(sent);
            feed.took(own.map(({ encoded }) => encoded));
            journalOf(home).applyFeed(own.map(({ encoded }, index) => ({ position: sent + index + 1, encoded })));
            sent += own.length;
          }
        }
        expect(holder.store.record(id)?.fields).toEqual(feed.isHolding ? home.store.record(id)?.fields : undefined);
        expect(replicaOf(holder)).toBe(feed.isHolding ? replicaOf(home) : empty);
        const kept = holder.db.prepare(
          'select count(*) from journal where record_id = ? and node <> 2 and length(fields) > 0',
        );
        if (!feed.isHolding) expect(kept.pluck().get(id)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves nothing to be found by, and keeps what the holder itself wrote', async () => {
    await using home = await openTestStore({ node: 1 });
    await using holder = await openTestStore({ node: HOLDER, indexers: [patientIndexer()] });
    const id = home.store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Dolo', givenName: 'Aly' }));
    const feed = new Feed();
    feed.give(
      journalOf(home)
        .journalAfter(1)
        .map(({ encoded }) => encoded),
    );
    journalOf(holder).applyFeed(feed.pull());
    holder.store.transact(nurse, (tx) => tx.patch(id, { village: 'Konna' }));
    const found = (): readonly string[] => new PatientSearchStore(holder.db).find('plain : dolo', 9);
    expect(found()).toEqual([id]);
    feed.release(id);
    journalOf(holder).applyFeed(feed.pull());
    expect(found()).toEqual([]);
    const [change] = journalOf(holder).journalAfter(1);
    expect(decodeChange((change as CarriedChange).encoded)).toMatchObject({
      recordId: id,
      writes: { 6: { value: 'Konna' } },
    });
  });
});

import type { CarriedChange } from '@santehaggui/protocols/frames/messages.ts';
import type { RecordChange } from '@santehaggui/protocols/journal/change.ts';
import { encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import { JournalStore } from './journal-store.ts';
import { OfferStore } from './offer-store.ts';
import { openTestStore } from './testing/test-store.ts';

const G1 = '000000000001';

function foreign(sequence: number): RecordChange {
  return {
    kind: 'record',
    origin: { node: 9, incarnation: '090000000000' },
    sequence,
    orderClock: { ms: 1_760_000_000_000 + sequence, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    isCreate: true,
    recordId: `00000000-0000-8000-8000-${String(sequence).padStart(12, '0')}`,
    recordType: recordTypeNamed('patient').number,
    author: null,
    role: 'physician',
    writes: { 1: { kind: 'register', value: `Famille ${sequence}`, base: null, authorised: true } },
  };
}

const feed = (...sequences: readonly number[]): CarriedChange[] =>
  sequences.map((sequence, index) => ({ position: index + 1, encoded: encodeChange(foreign(sequence)) }));

async function nodeWith(...sequences: readonly number[]) {
  const node = await openTestStore({ node: 7 });
  const journal = new JournalStore({ store: node.store, timekeeper: node.timekeeper, log: node.log.log });
  journal.applyFeed(feed(...sequences));
  return { node, journal, offers: new OfferStore(node.store) };
}

/** Takes all offers; answers how many changes each had. */
function takeAll(offers: OfferStore, maxBytes: number): readonly number[] {
  const sizes: number[] = [];
  for (let offer = offers.next(maxBytes); offer !== undefined; offer = offers.next(maxBytes)) {
    sizes.push(offer.changes.length);
    offers.offered(offer.isLast ? null : offer.upTo);
  }
  return sizes;
}

describe('what a node offers a hub that was put back', () => {
  it('is nothing while no hub asks', async () => {
    const { node, offers } = await nodeWith(1, 2, 3);
    await using _ = node;
    expect(offers.next(1000)).toBeUndefined();
  });

  it('is what it received after the backup, in pieces, once, and the feed counts from there', async () => {
    const { node, journal, offers } = await nodeWith(1, 2, 3, 4, 5);
    await using _ = node;
    offers.join({ generation: G1, upTo: 2, wantsOffer: true });
    expect(journal.syncState()).toMatchObject({ feedGeneration: G1, feedReceived: 2 });
    expect(takeAll(offers, 1)).toEqual([1, 1, 1]);
    expect(offers.next(1)).toBeUndefined();
  });

  it('begins earlier by as many as came twice: nothing that the hub lacks is left out', async () => {
    const { node, offers } = await nodeWith(1, 1, 2, 3, 4);
    await using _ = node;
    offers.join({ generation: G1, upTo: 3, wantsOffer: true });
    expect(takeAll(offers, 100_000)).toEqual([2]);
  });

  it('is all of it after a second restoration, whose numbers say nothing of the journal', async () => {
    const { node, offers } = await nodeWith(1, 2, 3);
    await using _ = node;
    offers.join({ generation: G1, upTo: 3, wantsOffer: false });
    offers.join({ generation: '000000000002', upTo: 2, wantsOffer: true });
    expect(takeAll(offers, 100_000)).toEqual([3]);
  });

  it('goes on where it was when the hub asks again', async () => {
    const { node, offers } = await nodeWith(1, 2, 3);
    await using _ = node;
    const standing = { generation: G1, upTo: 0, wantsOffer: true };
    offers.join(standing);
    offers.offered(offers.next(1)?.upTo ?? null);
    offers.join(standing);
    expect(takeAll(offers, 100_000)).toEqual([2]);
  });
});

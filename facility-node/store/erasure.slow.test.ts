import { CHAIN_START, chainHead } from '@santehaggui/protocols/journal/chain.ts';
import { encodeChange } from '@santehaggui/protocols/journal/change-codec.ts';
import { isErased } from '@santehaggui/protocols/journal/erased-fields.ts';
import { observation } from '@santehaggui/protocols/records/observation.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { patientIndexer } from '../patients/patient-index.ts';
import { PatientSearchStore } from '../patients/patient-search-store.ts';
import { JournalStore } from './journal-store.ts';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const nurse: WriteContext = { author: null, role: 'nurse' };
const CANARY = 'Guindo-Canari';
const journalOf = ({ store, timekeeper, log }: TestStore): JournalStore =>
  new JournalStore({ store, timekeeper, log: log.log });

function erasureOf(id: string, records: readonly string[]) {
  return encodeChange({
    kind: 'erasure',
    origin: { node: 0, incarnation: '0000000000aa' },
    sequence: 1,
    orderClock: { ms: 1, counter: 0 },
    isClockTrusted: true,
    isLastOfTransaction: true,
    patient: id,
    records,
  });
}

/** The tables in which a text stands. */
function tablesWith({ db }: TestStore, text: string): readonly string[] {
  const names = db.prepare<[], string>(
    `select name from sqlite_schema where type = 'table' and sql not like '%virtual%'`,
  );
  return names
    .pluck()
    .all()
    .filter((name) =>
      db
        .prepare<[], Record<string, unknown>>(`select * from "${name}"`)
        .all()
        .some((row) =>
          Object.values(row).some(
            (value) => Buffer.from(String(value)).includes(text) || (Buffer.isBuffer(value) && value.includes(text)),
          ),
        ),
    );
}

describe('an erasure at the node', () => {
  it('takes records, their words and their search rows out, and keeps a chain that still verifies and is still sent', async () => {
    await using node = await openTestStore({ node: 2, indexers: [patientIndexer()] });
    const { store } = node;
    const id = store.transact(nurse, (tx) => tx.create(patient, { familyName: CANARY, givenName: 'Ada' }));
    const seen = store.transact(nurse, (tx) => tx.create(observation, { patient: id, valueText: `${CANARY} 39,5` }));
    const other = store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Sagara', givenName: 'Anta' }));
    expect(tablesWith(node, CANARY)).toContain('journal');
    const journal = journalOf(node);
    const before = journal.headAt(journal.lastSequence());

    journal.applyFeed([{ position: 1, encoded: erasureOf(id, [id, seen]) }]);
    expect(tablesWith(node, CANARY)).toEqual([]);
    expect(store.record(id)).toBeUndefined();
    expect(store.record(other)).toBeDefined();
    expect(new PatientSearchStore(node.db).find('plain : guindo', 9)).toEqual([]);

    let head: Uint8Array = CHAIN_START;
    const own = journal.journalAfter(0);
    for (const { encoded } of own) head = chainHead(head, encoded, Buffer.alloc(32, 2));
    expect(Buffer.from(head)).toEqual(before);
    expect(own.filter(({ encoded }) => isErased(encoded.fields))).toHaveLength(2);
    store.transact(nurse, (tx) => tx.create(patient, { familyName: 'Tembely', givenName: 'Issa' }));
  });

  it('is not undone by what somebody sends who has not heard of it', async () => {
    await using home = await openTestStore({ node: 1 });
    await using node = await openTestStore({ node: 2 });
    const id = home.store.transact(nurse, (tx) => tx.create(patient, { familyName: CANARY, givenName: 'Ada' }));
    const sent = journalOf(home)
      .journalAfter(0)
      .filter(({ encoded }) => encoded.fields.length > 0);
    const journal = journalOf(node);
    journal.applyFeed(sent.map(({ encoded }, at) => ({ position: at + 1, encoded })));
    expect(node.store.record(id)).toBeDefined();
    journal.applyFeed([{ position: sent.length + 1, encoded: erasureOf(id, [id]) }]);
    const again = sent.map(({ encoded }, at) => ({ position: sent.length + 2 + at, encoded }));
    expect(journal.applyFeed(again)).toMatchObject({ quarantined: 0 });
    expect(node.store.record(id)).toBeUndefined();
    expect(tablesWith(node, CANARY)).toEqual([]);
  });
});

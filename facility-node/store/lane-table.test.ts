import { recordTypeNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { describe, expect, it } from 'vitest';
import { JournalStore } from './journal-store.ts';
import type { WriteContext } from './record-transaction.ts';
import { openTestStore, type TestStore } from './testing/test-store.ts';

const nurse: WriteContext = { author: null, role: 'nurse' };
const ALPHA = '10000000-0000-8000-8000-000000000001';
const BETA = '10000000-0000-8000-8000-000000000002';

function journalOf({ store, timekeeper, log }: TestStore): JournalStore {
  return new JournalStore({ store, timekeeper, log: log.log });
}

/** Records something alone in its transaction; gives its id and sequence. */
function record(
  node: TestStore,
  type: string,
  fields: Record<string, string | number | readonly string[]>,
  context = nurse,
): { readonly id: string; readonly sequence: number } {
  const id = node.store.transact(context, (tx) => tx.create(recordTypeNamed(type), fields));
  return { id, sequence: journalOf(node).lastSequence() };
}

function evacuation(patient: string, urgency = 'evacuation') {
  return { patient, from: ALPHA, to: BETA, urgency, status: 'created', decidedAt: 1_790_000_000_000, reason: 'x' };
}

describe('lanes', () => {
  it('let an évacuation take along what it refers to and the patient’s allergies, and nothing else', async () => {
    await using node = await openTestStore();
    record(node, 'patient', { familyName: 'Autre', givenName: 'Une' });
    const patient = record(node, 'patient', { familyName: 'Traoré', givenName: 'Fanta' });
    record(node, 'patient', { familyName: 'Autre', givenName: 'Deux' });
    const allergy = record(node, 'allergyIntolerance', { patient: patient.id, text: 'pénicilline' });
    record(node, 'referral', evacuation(patient.id, 'reference'));
    expect(journalOf(node).lanes().urgent).toEqual([]);
    const referral = record(node, 'referral', evacuation(patient.id));
    const alone = ({ sequence }: { readonly sequence: number }) => ({ from: sequence, to: sequence });
    expect(journalOf(node).lanes().urgent).toEqual([alone(patient), alone(allergy), alone(referral)]);

    record(node, 'patient', { familyName: 'Autre', givenName: 'Trois' });
    node.store.transact(nurse, (tx) => tx.patch(referral.id, { status: 'cancelled' }));
    const step = { sequence: journalOf(node).lastSequence() };
    expect(journalOf(node).lanes().urgent).toEqual([alone(patient), alone(allergy), alone(referral), alone(step)]);

    journalOf(node).acknowledge({ upTo: referral.sequence, beyond: [] });
    expect(journalOf(node).lanes().urgent).toEqual([alone(step)]);
    node.store.transact(nurse, (tx) => tx.patch(referral.id, { reason: 'y' }));
    const next = { sequence: journalOf(node).lastSequence() };
    expect(journalOf(node).lanes().urgent).toEqual([{ from: step.sequence, to: next.sequence }]);
  });

  it('let the withdrawal of a consent leave first, and a consent that is given in its turn', async () => {
    await using node = await openTestStore();
    const patient = record(node, 'patient', { familyName: 'Traoré', givenName: 'Fanta' });
    const given = { patient: patient.id, status: 'active', classes: ['Condition'], purpose: 'TREAT', recipient: BETA };
    const consent = record(node, 'consent', given);
    expect(journalOf(node).lanes().urgent).toEqual([]);
    journalOf(node).acknowledge({ upTo: consent.sequence, beyond: [] });
    record(node, 'patient', { familyName: 'Autre', givenName: 'Une' });
    node.store.transact(nurse, (tx) => tx.patch(consent.id, { status: 'withdrawn' }));
    const withdrawal = journalOf(node).lastSequence();
    expect(journalOf(node).lanes().urgent).toEqual([{ from: withdrawal, to: withdrawal }]);
  });

  it('let what is imported wait, in unbroken ranges, until it is acknowledged', async () => {
    await using node = await openTestStore();
    const late: WriteContext = { author: null, role: 'system', isLate: true };
    const first = record(node, 'patient', { familyName: 'A', givenName: 'B' }, late);
    const second = record(node, 'patient', { familyName: 'A', givenName: 'C' }, late);
    record(node, 'patient', { familyName: 'A', givenName: 'D' });
    const third = record(node, 'patient', { familyName: 'A', givenName: 'E' }, late);
    expect(journalOf(node).lanes().late).toEqual([
      // The opening of the incarnation stands before the first change.
      { from: first.sequence - 1, to: second.sequence },
      { from: third.sequence, to: third.sequence },
    ]);
    journalOf(node).acknowledge({ upTo: first.sequence, beyond: [] });
    expect(journalOf(node).lanes().late).toEqual([
      { from: second.sequence, to: second.sequence },
      { from: third.sequence, to: third.sequence },
    ]);
  });
});

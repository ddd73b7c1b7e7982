import { observation } from '@santehaggui/protocols/records/observation.ts';
import { patient } from '@santehaggui/protocols/records/patient.ts';
import { practitioner } from '@santehaggui/protocols/records/practitioner.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClinic } from '../lan/testing/test-clinic.ts';
import { JournalStore } from '../store/journal-store.ts';
import type { WriteContext } from '../store/record-transaction.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';

const NBSP = '\u00a0';

/** Two nodes that exchange what they wrote, each when it is told to. */
class Pair {
  readonly #journals: readonly [JournalStore, JournalStore];
  readonly #sent = [0, 0];

  constructor(one: TestStore, other: TestStore) {
    this.#journals = [journalOf(one), journalOf(other)];
  }

  send(from: 0 | 1): void {
    const changes = this.#journals[from].journalAfter(this.#sent[from] as number);
    const { quarantined } = this.#journals[from === 0 ? 1 : 0].applyFeed(changes);
    expect(quarantined).toBe(0);
    this.#sent[from] = changes.at(-1)?.position ?? (this.#sent[from] as number);
  }

  openConflicts(): readonly number[] {
    return this.#journals.map((journal) => journal.counts().conflicts);
  }
}

function journalOf({ store, timekeeper, log }: TestStore): JournalStore {
  return new JournalStore({ store, timekeeper, log: log.log });
}

/** The clinic and another node hold a measure of 37 °C; the nurse here writes 38.5, the physician there 39.2. */
async function metMeasure(clinic: TestClinic, other: TestStore) {
  const pair = new Pair(clinic.node, other);
  const nurse = await clinic.as('nurse');
  const { body: fanta } = await nurse('POST', '/api/v1/patients', {
    body: { familyName: 'Traoré', givenName: 'Fanta', village: 'Sangha' },
  });
  const { body: measure } = await nurse('POST', '/api/v1/observations', {
    body: { patient: fanta.id, code: '8310-5', value: 37, unit: 'Cel' },
  });
  pair.send(0);
  const awa = other.store.transact({ author: null, role: 'system' }, (tx) =>
    tx.create(practitioner, { familyName: 'Cissé', givenName: 'Awa', role: 'physician' }),
  );
  const physician: WriteContext = { author: awa, role: 'physician', guard: 'in-bulk' };
  await clinic.clock.advance(2 * 60_000);
  const path = `/api/v1/observations/${measure.id}`;
  await nurse('PATCH', path, { body: { value: 38.5 }, headers: { 'if-match': '*' } });
  await clinic.clock.advance(3 * 60_000);
  other.store.transact(physician, (tx) => tx.patch(measure.id, { value: '39.2' }));
  return { pair, nurse, physician, path, measureId: measure.id as string, patientId: fanta.id as string };
}

describe('the review list', () => {
  it('tells in one sentence who wrote what, when, and that neither had seen the other', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, patientId } = await metMeasure(clinic, other);
    expect((await nurse('GET', '/api/v1/conflicts')).body).toEqual({ items: [] });
    pair.send(1);
    const { status, body } = await nurse('GET', '/api/v1/conflicts');
    expect(status).toBe(200);
    expect(body.items).toHaveLength(1);
    const [conflict] = body.items;
    expect(conflict).toMatchObject({
      label: 'Température · Valeur',
      sentence: `nurse Dolo (infirmier) a noté 38,5${NBSP}°C à 8${NBSP}h${NBSP}02${NBSP}; Awa Cissé (médecin) a noté 39,2${NBSP}°C à 8${NBSP}h${NBSP}05 sans avoir vu la première valeur.`,
      patient: { id: patientId, name: 'Fanta Traoré' },
      winner: { value: 39.2, name: 'Awa Cissé', role: 'physician', node: 2 },
      loser: { value: 38.5, words: `38,5${NBSP}°C`, role: 'nurse', node: 1 },
    });
    const english = await nurse('GET', `/api/v1/conflicts/${conflict.id}`, { headers: { 'accept-language': 'en' } });
    expect(english.body.sentence).toContain(`wrote 39.2${NBSP}°C at 08:05 without having seen the first value.`);
    const events = clinic.audit.eventsAfter(0, 1000);
    expect(events.findLast(({ action }) => action === 'read')).toMatchObject({ patientId, recordType: 'observation' });
  });

  it('settles a conflict here and at the other end, with the value that was lost', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, path, measureId } = await metMeasure(clinic, other);
    pair.send(1);
    pair.send(0);
    expect(pair.openConflicts()).toEqual([1, 1]);
    const [{ id }] = (await nurse('GET', '/api/v1/conflicts')).body.items;
    const resolve = () =>
      nurse('POST', `/api/v1/conflicts/${id}/resolution`, { body: { keep: 'loser' }, key: 'decision-1' });
    const { status, body, headers } = await resolve();
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { field: 'value', value: 38.5, words: `38,5${NBSP}°C`, settled: 1 },
    });
    expect((await nurse('GET', path)).headers.get('etag')).toBe(headers.get('etag'));
    expect((await resolve()).body).toEqual(body);
    expect((await nurse('GET', '/api/v1/conflicts')).body.items).toEqual([]);
    expect((await nurse('GET', `/api/v1/conflicts/${id}`)).body.code).toBe('SH-N140');
    pair.send(0);
    expect(pair.openConflicts()).toEqual([0, 0]);
    expect(other.store.record(measureId)?.fields.value).toBe('38.5');
  });

  it('is settled by a third value, judged as the field judges any', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, path } = await metMeasure(clinic, other);
    pair.send(1);
    const [{ id }] = (await nurse('GET', '/api/v1/conflicts')).body.items;
    const resolution = (body: unknown) => nurse('POST', `/api/v1/conflicts/${id}/resolution`, { body });
    expect((await resolution({ value: 'chaud' })).body).toMatchObject({
      code: 'SH-I130',
      errors: [{ field: 'value' }],
    });
    expect((await resolution({ keep: 'both' })).status).toBe(422);
    expect((await resolution({ value: 39 })).body).toMatchObject({ value: 39, settled: 1 });
    expect((await nurse('GET', path)).body.value).toBe(39);
  });

  it('stays open when somebody goes on from the winner, and then takes a value alone', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, physician, measureId } = await metMeasure(clinic, other);
    other.store.transact(physician, (tx) => tx.patch(measureId, { value: '39.4' }));
    pair.send(1);
    pair.send(0);
    const [shown] = (await nurse('GET', '/api/v1/conflicts')).body.items;
    expect(shown).toMatchObject({ winner: { value: 39.2 }, loser: { value: 38.5 }, current: { value: 39.4 } });
    const resolution = (body: unknown) => nurse('POST', `/api/v1/conflicts/${shown.id}/resolution`, { body });
    expect((await resolution({ keep: 'winner' })).body.code).toBe('SH-K140');
    expect((await resolution({ value: 39.4 })).body).toMatchObject({ value: 39.4, settled: 1 });
    expect(pair.openConflicts()).toEqual([0, 1]);
    pair.send(0);
    expect(pair.openConflicts()).toEqual([0, 0]);
  });

  it('is settled again by each end when both decide at once', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, physician, measureId } = await metMeasure(clinic, other);
    pair.send(1);
    pair.send(0);
    const [{ id, loser }] = (await nurse('GET', '/api/v1/conflicts')).body.items;
    expect(loser.value).toBe(38.5);
    await nurse('POST', `/api/v1/conflicts/${id}/resolution`, { body: { keep: 'loser' } });
    const stamps = id.split('~').slice(0, 2);
    other.store.transact(physician, (tx) =>
      tx.settle(measureId, { field: 'value', value: '39.2', others: stamps as never }),
    );
    pair.send(0);
    pair.send(1);
    // The first conflict is settled twice over; the two decisions are one of their own.
    expect(pair.openConflicts()).toEqual([1, 1]);
    const [second] = (await nurse('GET', '/api/v1/conflicts')).body.items;
    await nurse('POST', `/api/v1/conflicts/${second.id}/resolution`, { body: { keep: 'winner' } });
    pair.send(0);
    expect(pair.openConflicts()).toEqual([0, 0]);
  });

  it('shows each role what it may read, lists in pages, and lets nobody else decide', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const { pair, nurse, physician, patientId } = await metMeasure(clinic, other);
    const villages = { path: `/api/v1/patients/${patientId}`, headers: { 'if-match': '*' } };
    await nurse('PATCH', villages.path, { body: { village: 'Ireli', phone: '76123456' }, headers: villages.headers });
    await clinic.clock.advance(1000);
    other.store.transact(physician, (tx) => tx.patch(patientId, { village: 'Banani', phone: '+22376000000' }));
    pair.send(1);
    const first = (await nurse('GET', '/api/v1/conflicts?limit=2')).body;
    const second = (await nurse('GET', `/api/v1/conflicts?limit=2&cursor=${first.nextCursor}`)).body;
    const fields = [...first.items, ...second.items].map(({ field }) => field).sort();
    expect(fields).toEqual(['phone', 'value', 'village']);
    expect(second.nextCursor).toBeUndefined();
    expect((await nurse('GET', '/api/v1/conflicts?cursor=x')).body.code).toBe('SH-I130');
    const registrar = await clinic.as('registrar');
    const seen = (await registrar('GET', '/api/v1/conflicts')).body.items;
    expect(seen.map(({ recordType }: { recordType: string }) => recordType)).toEqual(['patient', 'patient']);
    const measure = [...first.items, ...second.items].find(({ field }) => field === 'value');
    expect((await registrar('GET', `/api/v1/conflicts/${measure.id}`)).body.code).toBe('SH-A002');
    const forbidden = await registrar('POST', `/api/v1/conflicts/${measure.id}/resolution`, {
      body: { keep: 'loser' },
    });
    expect(forbidden.body.code).toBe('SH-A002');
    const cashier = await clinic.as('cashier');
    expect((await cashier('GET', '/api/v1/conflicts')).status).toBe(403);
    expect((await clinic.anonymous('GET', '/api/v1/conflicts')).status).toBe(401);
    expect(clinic.store.record(patientId)?.type).toBe(patient);
    expect(observation.name).toBe(measure.recordType);
  });
});

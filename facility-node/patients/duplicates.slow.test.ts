import { patient } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient } from '../lan/testing/test-clinic.ts';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore } from '../store/testing/test-store.ts';

const fanta = { familyName: 'Traoré', givenName: 'Fanta', birthDate: '1987~', village: 'Sangha' };

async function register(client: TestClient, fields: Readonly<Record<string, unknown>>): Promise<string> {
  const { body, status } = await client('POST', '/api/v1/patients', { body: fields });
  expect(status).toBe(201);
  return body.id;
}

const idsOf = ({ items }: { items: { id: string }[] }): readonly string[] => items.map(({ id }) => id);

describe('duplicates', () => {
  it('are proposed from what was registered here and what came from elsewhere, the likeliest first, with reasons', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const registrar = await clinic.as('registrar');
    const first = await register(registrar, fanta);
    const second = await register(registrar, { ...fanta, givenName: 'Fannta', village: undefined });
    await register(registrar, { ...fanta, givenName: 'Awa' });
    await register(registrar, { ...fanta, birthDate: '2015-03-01' });
    const received = other.store.transact({ author: null, role: 'nurse' }, (tx) =>
      tx.create(patient, { familyName: 'Traore', givenName: 'Fanta', birthDate: '1987', village: 'Sanga' }),
    );
    const { store, timekeeper, log } = clinic.node;
    new JournalStore({ store, timekeeper, log: log.log }).applyFeed(
      new JournalStore({ ...other, log: other.log.log }).journalAfter(0),
    );
    const { body } = await registrar('GET', `/api/v1/patients/${first}/duplicates`);
    expect(body.items.map(({ patient: { id } }: { patient: { id: string } }) => id)).toEqual([received, second]);
    expect(body.items[0]).toMatchObject({
      score: 75,
      reasons: [{ kind: 'same-name', words: 'même nom' }, { words: 'même naissance' }, { words: 'même village' }],
    });
    const event = clinic.audit.eventsAfter(0, 1000).at(-1);
    expect(event).toMatchObject({ action: 'search', detail: { patients: [first, received, second] } });
    const cashier = await clinic.as('cashier');
    expect((await cashier('GET', `/api/v1/patients/${first}/duplicates`)).status).toBe(200);
    expect((await cashier('POST', `/api/v1/patients/${first}/merge`, { body: { into: second } })).status).toBe(403);
  });

  it('are found by a shared national number or phone under any name', async () => {
    await using clinic = await openTestClinic();
    const registrar = await clinic.as('registrar');
    const nina = '12345678901234A';
    const first = await register(registrar, { ...fanta, nina, phone: '76123456' });
    const married = await register(registrar, { familyName: 'Guindo', givenName: 'Fatoumata', nina });
    const { body } = await registrar('GET', `/api/v1/patients/${first}/duplicates`);
    expect(body.items).toMatchObject([{ patient: { id: married }, score: 100, reasons: [{ kind: 'same-nina' }] }]);
  });

  it('lead to the record that goes on, in searches, lists and what was recorded, and come apart again', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const kept = await register(nurse, fanta);
    const twin = await register(nurse, { ...fanta, familyName: 'Traore', givenName: 'Fannta', phone: '76123456' });
    const measure = { code: '8310-5', value: 37, unit: 'Cel' };
    const { body: mine } = await nurse('POST', '/api/v1/observations', { body: { ...measure, patient: kept } });
    const { body: hers } = await nurse('POST', '/api/v1/observations', { body: { ...measure, patient: twin } });
    const merge = () => nurse('POST', `/api/v1/patients/${twin}/merge`, { body: { into: kept }, key: 'merge-1' });
    const merged = await merge();
    expect(merged).toMatchObject({ status: 200, body: { id: twin, replacedBy: kept, phone: '+22376123456' } });
    expect((await merge()).body).toEqual(merged.body);
    expect(idsOf((await nurse('GET', '/api/v1/patients')).body)).toEqual([kept]);
    expect(idsOf((await nurse('GET', '/api/v1/patients?search=fannta')).body)).toEqual([kept]);
    expect(idsOf((await nurse('GET', '/api/v1/patients?search=76123456')).body)).toEqual([kept]);
    expect((await nurse('GET', `/api/v1/patients/${twin}`)).body.replacedBy).toBe(kept);
    expect(idsOf((await nurse('GET', `/api/v1/observations?patient=${kept}`)).body)).toEqual([mine.id, hers.id]);
    expect(idsOf((await nurse('GET', `/api/v1/observations?patient=${twin}`)).body)).toEqual([hers.id]);
    expect((await nurse('GET', `/api/v1/patients/${kept}/duplicates`)).body.items).toEqual([]);
    const unmerge = await nurse('POST', `/api/v1/patients/${twin}/unmerge`);
    expect(unmerge).toMatchObject({ status: 200 });
    expect(unmerge.body.replacedBy).toBeUndefined();
    expect(idsOf((await nurse('GET', '/api/v1/patients')).body)).toEqual([kept, twin]);
    expect(idsOf((await nurse('GET', `/api/v1/observations?patient=${kept}`)).body)).toEqual([mine.id]);
    expect((await nurse('POST', `/api/v1/patients/${twin}/unmerge`)).body.code).toBe('SH-K172');
  });

  it('make chains that end at one record, and no circle at one place', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const [one, two, three] = [
      await register(nurse, fanta),
      await register(nurse, fanta),
      await register(nurse, fanta),
    ];
    const merge = (id: string, into: string) => nurse('POST', `/api/v1/patients/${id}/merge`, { body: { into } });
    expect((await merge(one, one)).body.code).toBe('SH-K171');
    expect((await merge(one, two)).body.replacedBy).toBe(two);
    expect((await merge(one, three)).body.code).toBe('SH-K170');
    expect((await merge(two, one)).body.code).toBe('SH-K171');
    expect((await merge(two, three)).body.replacedBy).toBe(three);
    expect(idsOf((await nurse('GET', '/api/v1/patients?search=fanta')).body)).toEqual([three]);
    // Into one that is replaced itself: the record that goes on is named.
    const four = await register(nurse, fanta);
    expect((await merge(four, one)).body.replacedBy).toBe(three);
    const missing = 'a0000000-0000-8000-8000-000000000009';
    expect((await merge(three, missing)).body.code).toBe('SH-N130');
    const patched = await nurse('PATCH', `/api/v1/patients/${four}`, {
      body: { replacedBy: two },
      headers: { 'if-match': '*' },
    });
    expect(patched.status).toBe(422);
  });

  it('show the same record everywhere when two facilities replaced each by the other', async () => {
    await using clinic = await openTestClinic();
    await using other = await openTestStore({ node: 2, clock: clinic.clock });
    const nurse = await clinic.as('nurse');
    const [one, two] = [await register(nurse, fanta), await register(nurse, fanta)] as [string, string];
    const { store, timekeeper, log } = clinic.node;
    const here = new JournalStore({ store, timekeeper, log: log.log });
    const there = new JournalStore({ ...other, log: other.log.log });
    there.applyFeed(here.journalAfter(0));
    await nurse('POST', `/api/v1/patients/${one}/merge`, { body: { into: two } });
    other.store.transact({ author: null, role: 'nurse' }, (tx) => tx.patch(two, { replacedBy: one }));
    here.applyFeed(there.journalAfter(0));
    const [smaller] = [one, two].sort();
    expect(idsOf((await nurse('GET', '/api/v1/patients?search=fanta')).body)).toEqual([smaller]);
    expect(idsOf((await nurse('GET', '/api/v1/patients')).body)).toEqual([smaller]);
  });
});

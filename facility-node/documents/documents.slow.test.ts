import { createHash } from 'node:crypto';
import { MAX_CONTENT_BYTES } from '@santehaggui/protocols/documents/content-type.ts';
import { documentReference } from '@santehaggui/protocols/records/document-reference.ts';
import { patient as patientType } from '@santehaggui/protocols/records/patient.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient, type TestClinic } from '../lan/testing/test-clinic.ts';
import { JournalStore } from '../store/journal-store.ts';
import { openTestStore, type TestStore } from '../store/testing/test-store.ts';

/** Bytes that begin as a JPEG does. */
const picture = (size: number): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(size - 4, 'Fanta')]));
const JPEG = { 'content-type': 'image/jpeg' };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function journalOf({ store, timekeeper, log }: TestStore): JournalStore {
  return new JournalStore({ store, timekeeper, log: log.log });
}

async function documentOf(client: TestClient, fields: object = {}): Promise<string> {
  const patient = await client('POST', '/api/v1/patients', { body: { familyName: 'Dolo', givenName: 'Fanta' } });
  const body = { patient: patient.body.id, title: 'Plaie du pied', category: 'photo', ...fields };
  const made = await client('POST', '/api/v1/document-references', { body });
  expect(made.status).toBe(201);
  return made.body.id;
}

const contentPath = (id: string): string => `/api/v1/document-references/${id}/content`;
const lastAudit = ({ audit }: TestClinic) => audit.eventsAfter(audit.lastNumber() - 1, 1)[0];

describe('the content of a document', () => {
  it('is handed in, told by the record, and comes back to the byte, never as something that runs', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    const bytes = picture(300_000);
    expect((await nurse('GET', contentPath(id))).body.code).toBe('SH-N240');
    const handedIn = await nurse('POST', contentPath(id), { body: bytes, headers: JPEG });
    expect(handedIn.status).toBe(200);
    expect(handedIn.body).toMatchObject({ contentType: 'image/jpeg', size: 300_000, hash: sha256(bytes) });
    expect(handedIn.body.author).toBeTruthy();
    expect(lastAudit(clinic)).toMatchObject({ action: 'update', recordId: id, login: 'nurse' });
    const shown = await nurse('GET', contentPath(id));
    expect(Buffer.compare(shown.bytes, bytes)).toBe(0);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox;/),
      'cache-control': 'no-store',
    });
    expect(shown.headers.get('content-disposition')).toMatch(/^attachment; filename="document-[0-9a-f]{8}"$/);
    expect(lastAudit(clinic)).toMatchObject({ action: 'read', recordId: id, decision: 'permit' });
    // Once more is the same; another one is refused, and so is saying in the record what only the content says.
    expect((await nurse('POST', contentPath(id), { body: bytes, headers: JPEG })).status).toBe(200);
    expect((await nurse('POST', contentPath(id), { body: picture(9), headers: JPEG })).body.code).toBe('SH-K240');
    const claims = { body: { size: 3 }, headers: { 'if-match': '*' } };
    expect((await nurse('PATCH', `/api/v1/document-references/${id}`, claims)).status).toBe(422);
  });

  it('comes part by part, goes on where it was, and a part that does not follow is refused', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    const bytes = picture(200_000);
    const part = (from: number, to: number) =>
      nurse('POST', `${contentPath(id)}?offset=${from}&size=${bytes.length}`, {
        body: bytes.subarray(from, to),
        headers: JPEG,
      });
    expect((await part(0, 90_000)).body).toEqual({ state: 'incomplete', received: 90_000, size: 200_000 });
    expect((await part(120_000, 200_000)).body.code).toBe('SH-I241');
    expect((await nurse('GET', contentPath(id))).body.code).toBe('SH-N240');
    expect((await nurse('GET', `${contentPath(id)}/state`)).body).toMatchObject({ received: 90_000 });
    expect((await part(90_000, 150_000)).status).toBe(202);
    expect((await part(150_000, 200_000)).body).toMatchObject({ size: 200_000, hash: sha256(bytes) });
    expect((await part(150_000, 200_000)).status).toBe(200);
    expect((await nurse('GET', `${contentPath(id)}/state`)).body).toEqual({
      state: 'here',
      received: 200_000,
      size: 200_000,
    });
    expect(Buffer.compare((await nurse('GET', contentPath(id))).bytes, bytes)).toBe(0);
  });

  it('is that of one sender where two send at once', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    const both = [picture(900_000), picture(800_000)];
    const answers = await Promise.all(both.map((body) => nurse('POST', contentPath(id), { body, headers: JPEG })));
    expect(answers.map(({ status }) => status).sort()).not.toEqual([200, 200]);
    const taken = answers.findIndex(({ status }) => status === 200);
    const shown = await nurse('GET', contentPath(id));
    expect(Buffer.compare(shown.bytes, both[taken] as Uint8Array)).toBe(0);
    expect((await nurse('GET', `/api/v1/document-references/${id}`)).body.hash).toBe(sha256(shown.bytes));
  });

  it('is refused where it is not what its type says, of a type that runs, too large, or empty', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    const send = (body: Uint8Array, type: string) =>
      nurse('POST', contentPath(id), { body, headers: { 'content-type': type } });
    expect((await send(page, 'image/png')).body.code).toBe('SH-I240');
    expect((await send(page, 'text/html')).status).toBe(415);
    expect((await send(page, 'image/svg+xml')).status).toBe(415);
    const tooLarge = await send(picture(MAX_CONTENT_BYTES + 1), 'image/jpeg');
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'SH-I003']);
    expect((await send(new Uint8Array(0), 'image/jpeg')).status).toBe(422);
    expect((await send(new Uint8Array(0), 'text/plain')).body.code).toBe('SH-I240');
    // Nothing of all that is left.
    expect((await nurse('GET', `${contentPath(id)}/state`)).body).toEqual({ state: 'none', received: 0, size: null });
  });

  it('is handed in where the document was made, and nowhere else: what two places hand in would put one of them away', async () => {
    await using clinic = await openTestClinic();
    await using elsewhere = await openTestStore({ node: 7, clock: clinic.clock });
    const [bare, told] = elsewhere.store.transact({ author: null, role: 'nurse' }, (tx) => {
      const patient = tx.create(patientType, { familyName: 'Dolo', givenName: 'Yassa' });
      const content = { contentType: 'image/jpeg', size: 9, hash: sha256(picture(9)) };
      return [{}, content].map((fields) => tx.create(documentReference, { patient, title: 'Radio', ...fields }));
    }) as [string, string];
    const feed = journalOf(elsewhere)
      .journalAfter(0)
      .map((change, index) => ({ ...change, position: index + 1 }));
    expect(journalOf(clinic.node).applyFeed(feed).quarantined).toBe(0);
    const nurse = await clinic.as('nurse');
    const sent = (id: string, bytes: Uint8Array) => nurse('POST', contentPath(id), { body: bytes, headers: JPEG });
    expect((await sent(bare, picture(9))).body.code).toBe('SH-K241');
    expect((await nurse('GET', `${contentPath(bare)}/state`)).body.state).toBe('none');
    expect((await sent(told, picture(8))).body.code).toBe('SH-K240');
  });

  it('that has lost a part is not shown as if it were whole, but asked for again', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    await nurse('POST', contentPath(id), { body: picture(200_000), headers: JPEG });
    clinic.node.db.prepare('delete from attachment_piece where record_id = ? and at > 0').run(id);
    expect((await nurse('GET', contentPath(id))).body.code).toBe('SH-N241');
    expect((await nurse('GET', `${contentPath(id)}/state`)).body).toMatchObject({ state: 'elsewhere', received: 0 });
    expect(clinic.attachments.nextToFetch(new Set(), 0)).toMatchObject({ record: id });
  });

  it('is shown under its type alone, whatever another facility wrote beside it', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const bytes = Buffer.from('Plaie propre');
    const id = clinic.store.transact({ author: null, role: 'nurse' }, (tx) => {
      const patient = tx.create(patientType, { familyName: 'Dolo', givenName: 'Yassa' });
      const made = tx.create(documentReference, { patient, title: 'Note' });
      clinic.attachments.add(made, { hash: sha256(bytes), bytes });
      const contentType = 'text/plain; charset=utf-7\r\nX-Evil: 1';
      tx.patch(made, { contentType, size: bytes.length, hash: sha256(bytes) });
      return made;
    });
    const shown = await nurse('GET', contentPath(id));
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  });

  it('is for whoever may read the record, and goes with it', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const id = await documentOf(nurse);
    await nurse('POST', contentPath(id), { body: picture(5000), headers: JPEG });
    const cashier = await clinic.as('cashier');
    expect((await cashier('GET', contentPath(id))).status).toBe(403);
    expect(lastAudit(clinic)).toMatchObject({ login: 'cashier', decision: 'deny' });
    clinic.store.inTransaction(() => clinic.store.tables().records.release(id));
    expect(clinic.attachments.find(id)).toBeUndefined();
    expect(clinic.node.db.prepare('select count(*) as n from attachment_piece').get()).toEqual({ n: 0 });
    expect((await nurse('GET', contentPath(id))).status).toBe(404);
  });
});

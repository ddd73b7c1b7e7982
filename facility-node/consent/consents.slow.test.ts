import type { ConsentTerms } from '@santehaggui/protocols/api/consent-api.ts';
import { writeSignature } from '@santehaggui/protocols/consents/signature.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingMessenger } from '@santehaggui/runtime/testing/recording-messenger.ts';
import { describe, expect, it } from 'vitest';
import { openTestClinic, type TestClient, type TestClinic } from '../lan/testing/test-clinic.ts';
import { ConsentChainService } from './consent-chain-service.ts';

const SIGNATURE = writeSignature([
  [
    { x: 10, y: 20 },
    { x: 120, y: 90 },
    { x: 200, y: 15 },
  ],
]);
const signed = { way: 'signed', signature: SIGNATURE } as const;
const MINUTE_MS = 60_000;

async function registered(client: TestClient, fields: object = {}): Promise<string> {
  const body = { familyName: 'Dolo', givenName: 'Yassa', birthDate: '1990-02-01', phone: '76 12 34 56', ...fields };
  const answer = await client('POST', '/api/v1/patients', { body });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

const termsFor = (clinic: TestClinic, patient: string, more: Partial<ConsentTerms> = {}): object => ({
  patient,
  classes: ['Condition', 'Encounter'],
  purpose: 'TREAT',
  recipient: clinic.facilities.target,
  ...more,
});

async function give(client: TestClient, terms: object, capture: object, key?: string) {
  const preview = await client('POST', '/api/v1/consents/text', { body: { terms } });
  const { textHash } = preview.body;
  return client('POST', '/api/v1/consents', {
    body: { terms, textHash, capture },
    ...(key === undefined ? {} : { key }),
  });
}

const journalKey = Buffer.alloc(32, 1);
const verify = ({ store }: TestClinic) => new ConsentChainService({ store, journalKey }).verify();

describe('a consent', () => {
  it('is read out in words, given by a signature, told with its versions, and withdrawn', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await registered(nurse);
    const terms = termsFor(clinic, patient, { until: '2030-12-31' });
    const preview = await nurse('POST', '/api/v1/consents/text', { body: { terms } });
    expect(preview.body.text).toContain(
      'Moi, Yassa Dolo, j’accepte que CSRéf de Djenné reçoive de CSCOM de Sangha : diagnostics, consultations.',
    );
    expect(preview.body.canSendCode).toBe(false);
    const made = await give(nurse, terms, signed, 'k1');
    expect(made.status).toBe(201);
    expect((await give(nurse, terms, signed, 'k1')).body.id).toBe(made.body.id);

    const { body: history } = await nurse('GET', `/api/v1/patients/${patient}/consents`);
    expect(history).toMatchObject({ patient: { name: 'Yassa Dolo', isMinor: false }, asksAgain: false });
    expect(history.items).toHaveLength(1);
    expect(history.items[0]).toMatchObject({
      state: 'active',
      recipient: 'CSRéf de Djenné',
      capture: 'par signature',
      givenBy: 'Yassa Dolo',
      takenBy: 'nurse Dolo',
      until: '31/12/2030',
      signature: 'M10 20L120 90L200 15',
    });
    const withdrawn = await nurse('POST', `/api/v1/consents/${made.body.id}/withdrawal`, { body: {} });
    expect(withdrawn).toMatchObject({ status: 200, body: { status: 'withdrawn' } });
    const again = await nurse('POST', `/api/v1/consents/${made.body.id}/withdrawal`, { body: {} });
    expect(again).toMatchObject({ status: 409, body: { code: 'SH-K190' } });
    const after = (await nurse('GET', `/api/v1/patients/${patient}/consents`)).body.items[0];
    expect(after.state).toBe('withdrawn');
    expect(after.versions.map(({ number, by }: { number: number; by: string }) => [number, by])).toEqual([
      [1, 'nurse Dolo'],
      [2, 'nurse Dolo'],
    ]);
    expect(verify(clinic)).toEqual({ valid: true, consents: 1, versions: 2, findings: [] });
  });

  it('spoken needs a witness who is neither the patient nor who takes it down', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const terms = termsFor(clinic, await registered(nurse));
    const spoken = (witness: string) => give(nurse, terms, { way: 'spoken-before-witness', witness });
    for (const witness of ['Dolo Yassa', 'nurse dolo']) {
      const refused = await spoken(witness);
      expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([422, 'capture.witness']);
    }
    expect(await spoken('Ogobara Kéné')).toMatchObject({ status: 201, body: { witness: 'Ogobara Kéné' } });
  });

  it('by short message is given with the six digits that came for this text, once, in ten minutes', async () => {
    const messenger = recordingMessenger();
    const clock = new FakeClock();
    await using clinic = await openTestClinic({ messenger, clock });
    const nurse = await clinic.as('nurse');
    const patient = await registered(nurse);
    const terms = termsFor(clinic, patient);
    const { textHash, canSendCode } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
    expect(canSendCode).toBe(true);
    const sent = await nurse('POST', '/api/v1/consents/codes', { body: { terms, textHash } });
    expect(sent).toMatchObject({ status: 201, body: { phoneEnding: '56' } });
    expect(messenger.sent[0]?.to).toBe('+22376123456');
    const code = /code (\d{6})/.exec(messenger.sent[0]?.text ?? '')?.[1] as string;
    const capture = { way: 'sms-code', codeId: sent.body.codeId, code };
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');

    const other = termsFor(clinic, patient, { classes: ['Immunization'] });
    expect((await give(nurse, other, capture)).body.code).toBe('SH-I190');
    expect((await give(nurse, terms, { ...capture, code: wrong })).body.code).toBe('SH-I190');
    const midwife = await clinic.as('midwife');
    expect((await give(midwife, terms, capture)).body.code).toBe('SH-I190');
    const made = await give(nurse, terms, capture, 'k2');
    expect(made).toMatchObject({ status: 201, body: { capture: 'sms-code' } });
    expect(made.body.evidence).toMatch(/^c1:\d+:56:[\w-]{22}:[\w-]{22}$/);
    expect((await give(nurse, terms, capture)).body.code).toBe('SH-I190');

    const late = await nurse('POST', '/api/v1/consents/codes', { body: { terms, textHash } });
    const lateCode = /code (\d{6})/.exec(messenger.sent[1]?.text ?? '')?.[1] as string;
    clock.setNow(clock.now() + 10 * MINUTE_MS);
    const lateCapture = { way: 'sms-code', codeId: late.body.codeId, code: lateCode };
    expect((await give(nurse, terms, lateCapture)).status).toBe(422);
    expect(messenger.sent.map(({ text }) => text.length)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('sends no more than three codes an hour for a patient, none without a phone, and says when the network is down', async () => {
    const messenger = recordingMessenger();
    await using clinic = await openTestClinic({ messenger });
    const nurse = await clinic.as('nurse');
    const ask = async (patient: string) => {
      const terms = termsFor(clinic, patient);
      const { textHash } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
      return nurse('POST', '/api/v1/consents/codes', { body: { terms, textHash } });
    };
    const patient = await registered(nurse);
    messenger.isDown = true;
    expect(await ask(patient)).toMatchObject({ status: 503, body: { code: 'SH-T190' } });
    messenger.isDown = false;
    for (const status of [201, 201, 429]) expect((await ask(patient)).status).toBe(status);
    expect(messenger.sent).toHaveLength(2);
    const { phone: _none, ...phoneless } = { familyName: 'Kodio', givenName: 'Sira', phone: undefined };
    expect((await ask(await registered(nurse, { ...phoneless, phone: 'inconnu' }))).body.code).toBe('SH-K191');
  });

  it('guesses no code: five attempts, right or wrong, and it is good for nothing', async () => {
    const messenger = recordingMessenger();
    await using clinic = await openTestClinic({ messenger });
    const nurse = await clinic.as('nurse');
    const terms = termsFor(clinic, await registered(nurse));
    const { textHash } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
    const sent = await nurse('POST', '/api/v1/consents/codes', { body: { terms, textHash } });
    const code = /code (\d{6})/.exec(messenger.sent[0]?.text ?? '')?.[1] as string;
    const wrong = code === '000000' ? '000001' : '000000';
    const capture = (digits: string) => ({ way: 'sms-code', codeId: sent.body.codeId, code: digits });
    for (let attempt = 0; attempt < 5; attempt++) expect((await give(nurse, terms, capture(wrong))).status).toBe(422);
    expect((await give(nurse, terms, capture(code))).body.code).toBe('SH-I190');
  });

  it('of a child is a parent’s to give, ends on the last day before majority, and is then asked again', async () => {
    const clock = new FakeClock(Date.UTC(2026, 10, 26));
    await using clinic = await openTestClinic({ clock });
    const nurse = await clinic.as('nurse');
    const child = await registered(nurse, { birthDate: '2010-03-15' });
    const alone = await nurse('POST', '/api/v1/consents/text', { body: { terms: termsFor(clinic, child) } });
    expect([alone.status, alone.body.errors?.[0]?.field]).toEqual([422, 'guardian']);
    const guarded = termsFor(clinic, child, { guardian: 'Awa Kassogué', guardianRelation: 'MTH' });
    const made = await give(nurse, guarded, signed);
    expect(made.body).toMatchObject({ until: '2028-03-14', guardian: 'Awa Kassogué' });
    const history = async () => (await nurse('GET', `/api/v1/patients/${child}/consents`)).body;
    expect(await history()).toMatchObject({ asksAgain: false, patient: { isMinor: true } });

    clock.setNow(Date.UTC(2028, 2, 15));
    const again = await clinic.anonymous('POST', '/api/v1/sessions', {
      body: { login: 'nurse', password: 'Baobab-Niger-Kora' },
    });
    const later: TestClient = (method, path, request = {}) =>
      clinic.anonymous(method, path, { ...request, headers: { authorization: `Bearer ${again.body.accessToken}` } });
    const grown = await later('GET', `/api/v1/patients/${child}/consents`);
    expect(grown.body).toMatchObject({ asksAgain: true, patient: { isMinor: false }, items: [{ state: 'of-age' }] });
    const refused = await later('POST', '/api/v1/consents/text', { body: { terms: guarded } });
    expect(refused.body.errors?.[0]?.field).toBe('guardian');
    expect((await give(later, termsFor(clinic, child), signed)).status).toBe(201);
    expect((await later('GET', `/api/v1/patients/${child}/consents`)).body.asksAgain).toBe(false);
  });

  it('names who receives, for what and where: what is missing or contradicts itself is told by field', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await registered(nurse);
    const fieldsOf = async (more: Partial<ConsentTerms>) => {
      const terms = { ...termsFor(clinic, patient), ...more };
      const { body } = await nurse('POST', '/api/v1/consents/text', { body: { terms } });
      return (body.errors ?? []).map(({ field }: { field: string }) => field);
    };
    const none = { recipient: undefined };
    expect(await fieldsOf({})).toEqual([]);
    expect(await fieldsOf(none)).toEqual(['recipient']);
    expect(await fieldsOf({ isForDistrict: true })).toEqual(['recipient']);
    expect(await fieldsOf({ recipient: clinic.facilities.own })).toEqual(['recipient']);
    expect(await fieldsOf({ country: 'FR' })).toEqual(['recipientName']);
    expect(await fieldsOf({ ...none, recipientName: 'Institut Pasteur', country: 'FR', purpose: 'HRESCH' })).toEqual(
      [],
    );
    expect(await fieldsOf({ purpose: 'HPAYMT' })).toEqual(['recipientName']);
    expect(await fieldsOf({ until: '2020' })).toEqual(['until']);
    expect(await fieldsOf({ ...none, decision: 'deny' })).toEqual([]);
    expect(await fieldsOf({ decision: 'deny', from: '2999' })).toEqual(['from']);
    const abroad = { ...none, recipientName: 'Institut Pasteur', country: 'FR', purpose: 'HRESCH' as const };
    const terms = { ...termsFor(clinic, patient), ...abroad };
    const { body } = await nurse('POST', '/api/v1/consents/text', { body: { terms } });
    expect(body.text).toContain('Ces données sortent du Mali et vont dans ce pays : France.');
  });

  it('is given to the very text that was read: another text is refused', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const patient = await registered(nurse);
    const terms = termsFor(clinic, patient);
    const { textHash } = (await nurse('POST', '/api/v1/consents/text', { body: { terms } })).body;
    const wider = termsFor(clinic, patient, { classes: ['Condition', 'Encounter', 'Observation'] });
    const refused = await nurse('POST', '/api/v1/consents', { body: { terms: wider, textHash, capture: signed } });
    expect(refused.body.code).toBe('SH-I191');
    const dot = { way: 'signed', signature: writeSignature([[{ x: 1, y: 1 }]]) };
    expect((await give(nurse, terms, dot)).body.errors[0].field).toBe('capture.signature');
  });

  it('is changed by nothing but its versions', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const made = await give(nurse, termsFor(clinic, await registered(nurse)), signed);
    const patched = await nurse('PATCH', `/api/v1/consents/${made.body.id}`, {
      body: { status: 'withdrawn' },
      headers: { 'if-match': '*' },
    });
    expect(patched.status).toBe(405);
  });
});

describe('the chain of consents', () => {
  async function chained(clinic: TestClinic) {
    const nurse = await clinic.as('nurse');
    const patient = await registered(nurse);
    const ids: string[] = [];
    for (const classes of [['Condition'], ['Encounter'], ['Immunization']] as const)
      ids.push((await give(nurse, termsFor(clinic, patient, { classes: [...classes] }), signed)).body.id);
    await nurse('POST', `/api/v1/consents/${ids[1]}/withdrawal`, { body: {} });
    expect(verify(clinic)).toMatchObject({ valid: true, consents: 3, versions: 4 });
    return ids as [string, string, string];
  }

  it('finds a row of the journal that was rewritten, deleted or put in', async () => {
    for (const forge of [
      'update journal set fields = (select fields from journal where record_id = :two limit 1) where record_id = :one',
      'delete from journal where record_id = :two and record_position <> position',
      'delete from journal where record_id = :one',
      `insert into journal (position, node, incarnation, sequence, record_id, type, record_position, meta, fields, head, received_at, is_last)
       select (select max(position) + 1 from journal), node, 'ffffffffffff', sequence, record_id, type, record_position, meta, fields, null, received_at, 1
       from journal where record_id = :two and record_position <> position`,
    ]) {
      await using clinic = await openTestClinic();
      const [one, two] = await chained(clinic);
      clinic.store.db.pragma('foreign_keys = off');
      const statement = clinic.store.db.prepare(forge);
      const names = { ...(forge.includes(':one') ? { one } : {}), ...(forge.includes(':two') ? { two } : {}) };
      expect(statement.run(names).changes, forge).toBeGreaterThan(0);
      const { valid, findings } = verify(clinic);
      expect([forge, valid]).toEqual([forge, false]);
      expect(findings.length).toBeGreaterThan(0);
    }
  });

  it('finds a record whose row says another thing than its changes, and one that is gone', async () => {
    for (const forge of [
      `update record set fields = json_set(fields, '$."2"', 'active') where id = ?`,
      `update record set fields = json_set(fields, '$."5"', 'x') where id = ?`,
      'delete from record where id = ?',
    ]) {
      await using clinic = await openTestClinic();
      const [, two] = await chained(clinic);
      clinic.store.db.pragma('foreign_keys = off');
      expect(clinic.store.db.prepare(forge).run(two).changes).toBe(1);
      expect([forge, verify(clinic).findings]).toEqual([
        forge,
        expect.arrayContaining([{ consentId: two, kind: 'record-differs', version: null }]),
      ]);
    }
  });
});

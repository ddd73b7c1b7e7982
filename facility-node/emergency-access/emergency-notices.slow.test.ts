import type { Messenger } from '@santehaggui/runtime/telecoms/messenger.ts';
import { describe, expect, it } from 'vitest';
import { clinicWithPatient, open } from '../lan/testing/emergency-clinic.ts';

describe('who is told', () => {
  it('the head by short message, at once, without the patient’s name; again when the network had not taken it', async () => {
    const sent: { to: string; text: string }[] = [];
    let isUp = false;
    const messenger: Messenger = {
      send: async (to, payload) => {
        if (!isUp) throw new Error('no network');
        sent.push({ to, text: payload.kind === 'text' ? payload.text : '' });
      },
      onReceived: () => () => {},
    };
    const { clinic, patient, laboratory } = await clinicWithPatient(messenger);
    await using _ = clinic;
    await clinic.as('head');
    const head = clinic.store.db
      .prepare<[], string>(`select practitioner_id from account where login = 'head'`)
      .pluck()
      .get();
    clinic.store.transact({ author: null, role: 'system' }, (tx) => tx.patch(String(head), { phone: '+22376000001' }));
    expect((await open(laboratory, { patient })).status).toBe(201);
    await clinic.notices.send();
    expect(sent).toEqual([]);
    isUp = true;
    await clinic.notices.send();
    await clinic.notices.send();
    expect(sent).toEqual([
      { to: '+22376000001', text: expect.stringMatching(/^CSCOM de Sangha: laboratory Dolo a ouvert/) },
    ]);
    expect(sent[0]?.text.length).toBeLessThanOrEqual(160);
    expect(sent[0]?.text).not.toContain('Domo');
  });

  it('whom the network knows, also where it takes nothing for others', async () => {
    const sent: string[] = [];
    const isDead = (phone: string): boolean => phone.endsWith('0');
    const messenger: Messenger = {
      send: async (to) => {
        if (isDead(to)) throw new Error('no such subscriber');
        sent.push(to);
      },
      onReceived: () => () => {},
    };
    const { clinic, patient, laboratory } = await clinicWithPatient(messenger);
    await using _ = clinic;
    const phones = ['+22376000010', '+22376000020', '+22376000030', '+22376000040', '+22376000051'];
    const setPhone = clinic.store.db.prepare(
      `insert into emergency_notice (access_id, phone, text, created_at) values ('x', ?, 'Un accès', ?)`,
    );
    for (const [at, phone] of phones.entries()) setPhone.run(phone, clinic.clock.now() + at);
    await open(laboratory, { patient });
    for (let round = 0; round < 3; round++) await clinic.notices.send();
    expect(sent).toEqual(phones.filter((phone) => !isDead(phone)));
  });

  it('the patient, among those who read the record', async () => {
    const { clinic, patient, laboratory } = await clinicWithPatient();
    await using _ = clinic;
    const head = await clinic.as('head');
    await open(laboratory, { patient });
    await laboratory('GET', `/api/v1/conditions?patient=${patient}`);
    const { items } = (await head('GET', `/api/v1/patients/${patient}/accesses`)).body;
    expect(items.slice(0, 2)).toMatchObject([
      { who: 'laboratory Dolo', why: 'en urgence' },
      { what: 'a ouvert le dossier en urgence', why: 'en urgence : la personne ne peut pas répondre' },
    ]);
  });
});

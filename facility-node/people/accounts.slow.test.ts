import { describe, expect, it } from 'vitest';
import {
  clientOf,
  openTestClinic,
  TEST_PASSWORD,
  type TestAnswer,
  type TestClinic,
} from '../lan/testing/test-clinic.ts';
import { failKeys } from '../store/key-errors.ts';
import { PeopleService } from './people-service.ts';
import type { PersonalKeys } from './personal-keys.ts';

const OWN = 'Kora-Niger-Baobab';

const signIn = (clinic: TestClinic, body: Readonly<Record<string, string>>): Promise<TestAnswer> =>
  clinic.anonymous('POST', '/api/v1/sessions', { body });

const cookieOf = ({ headers }: TestAnswer): string => headers.get('set-cookie')?.split(';')[0] ?? '';

const nurse = { login: 'awa', role: 'nurse', familyName: 'Dolo', givenName: 'Awa' } as const;

/** The same people, with a key ring that these logins open. */
const peopleWithKeys = (clinic: TestClinic, opening: Set<string>, isLast = false): PeopleService => {
  const keys: PersonalKeys = {
    logins: () => opening,
    forgetPassword: (login) => void opening.delete(login),
    forget: (login) => {
      if (isLast) throw failKeys('SH-K182');
      return opening.delete(login) ? 1 : 0;
    },
  };
  const facility = { code: 'cscom_sangha', name: 'CSCOM de Sangha', recordId: () => clinic.facilities.own };
  const passwordCost = { memoryKiB: 8, passes: 1, lanes: 1 };
  return new PeopleService({
    store: clinic.store,
    audit: clinic.audit,
    clock: clinic.clock,
    facility,
    passwordCost,
    keys,
    travelling: clinic.travelling,
  });
};

describe('a provisional password', () => {
  it('serves once, to choose another, and is made of words without accents', async () => {
    await using clinic = await openTestClinic();
    const { provisional, state } = await clinic.people.addUser(nurse);
    const password = provisional?.password ?? '';
    expect(state).toBe('provisional');
    expect(password).toMatch(/^[a-z]+(-[a-z]+){3}$/);
    const refused = await signIn(clinic, { login: 'awa', password });
    expect([refused.status, refused.body.code]).toEqual([403, 'SH-A153']);
    const same = await signIn(clinic, { login: 'awa', password, newPassword: password });
    expect([same.status, same.body.code]).toEqual([422, 'SH-I150']);
    const short = await signIn(clinic, { login: 'awa', password, newPassword: 'court' });
    expect([short.status, short.body.code]).toEqual([422, 'SH-I001']);

    expect((await signIn(clinic, { login: 'awa', password, newPassword: OWN })).status).toBe(201);
    expect((await signIn(clinic, { login: 'awa', password, newPassword: 'Something-else' })).status).toBe(401);
    expect((await signIn(clinic, { login: 'awa', password: OWN })).status).toBe(201);
    expect(clinic.people.show('awa')).toMatchObject({ state: 'active', sessions: 2 });
  });

  it('is worth nothing after three days', async () => {
    await using clinic = await openTestClinic();
    const { provisional } = await clinic.people.addUser(nurse);
    await clinic.clock.advance(72 * 3600_000);
    const late = await signIn(clinic, { login: 'awa', password: provisional?.password ?? '', newPassword: OWN });
    expect([late.status, late.body.code]).toEqual([403, 'SH-A154']);
  });

  it('lives no longer where the clock was ahead when it was given', async () => {
    await using clinic = await openTestClinic();
    const { provisional } = await clinic.people.addUser(nurse);
    const given = { login: 'awa', password: provisional?.password ?? '', newPassword: OWN };
    clinic.clock.setNow(clinic.clock.now() - 365 * 24 * 3600_000);
    expect((await signIn(clinic, given)).body.code).toBe('SH-A154');
    clinic.clock.setNow(clinic.clock.now() + (365 * 24 - 12) * 3600_000);
    expect((await signIn(clinic, given)).status).toBe(201);
  });

  it('tells a wrong password nothing of its being provisional', async () => {
    await using clinic = await openTestClinic();
    await clinic.people.addUser(nurse);
    expect((await signIn(clinic, { login: 'awa', password: 'wrong-wrong', newPassword: OWN })).body.code).toBe(
      'SH-A150',
    );
  });
});

describe('signing in while the account changes', () => {
  const credentials = { login: 'nurse', password: TEST_PASSWORD, address: '192.168.1.7', requestId: null };
  const hashOf = ({ node }: TestClinic) => node.db.prepare('select password_hash from account').pluck().get();

  it('opens nothing that would outlast a disabling, and gives no password to an account that is shut', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const former = hashOf(clinic);
    const signing = clinic.signIn.signIn(credentials);
    const changing = clinic.signIn.signIn({ ...credentials, newPassword: OWN });
    clinic.people.disableAccount('nurse');
    await expect(signing).rejects.toMatchObject({ code: 'SH-A152' });
    await expect(changing).rejects.toMatchObject({ code: 'SH-A150' });
    expect(hashOf(clinic)).toBe(former);
    const left = clinic.node.db.prepare('select count(*) from session where revoked_at is null').pluck().get();
    expect(left).toBe(0);
  });

  it('takes one of two new passwords for the same former one', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const both = [OWN, `${OWN}-Sira`].map((newPassword) => clinic.signIn.signIn({ ...credentials, newPassword }));
    const results = (await Promise.allSettled(both)).map(({ status }) => status);
    expect(results.toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a password that its owner changes', () => {
  it('ends the sessions that the former one opened', async () => {
    await using clinic = await openTestClinic();
    const client = await clinic.as('nurse');
    const changed = await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD, newPassword: OWN });
    expect(changed.status).toBe(201);
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    expect((await clientOf(clinic.url, changed.body.accessToken)('GET', '/api/v1/patients')).status).toBe(200);
    expect((await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD })).status).toBe(401);
  });
});

describe('whoever administers accounts', () => {
  it('puts somebody out at the next click by a reset, and lets them back in with the words given', async () => {
    await using clinic = await openTestClinic();
    const client = await clinic.as('nurse');
    const opening = new Set(['nurse']);
    const answer = await peopleWithKeys(clinic, opening).resetPassword('Nurse');
    expect(answer).toMatchObject({ state: 'provisional', endedSessions: 1, removedUnlockers: 1, opensDatabase: false });
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    expect((await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD })).status).toBe(401);
    const password = answer.provisional?.password ?? '';
    expect((await signIn(clinic, { login: 'nurse', password, newPassword: OWN })).status).toBe(201);
  });

  it('ends sessions without touching the password', async () => {
    await using clinic = await openTestClinic();
    const client = await clinic.as('nurse');
    const session = await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD });
    expect(clinic.people.endSessions('nurse')).toMatchObject({ endedSessions: 2, sessions: 0 });
    expect((await client('GET', '/api/v1/patients')).status).toBe(401);
    const refreshed = await clinic.anonymous('POST', '/api/v1/sessions/refresh', {
      headers: { cookie: cookieOf(session) },
    });
    expect(refreshed.status).toBe(401);
    expect((await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD })).status).toBe(201);
  });

  it('disables an account with all that opens the database for it, and enables it with another password', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const opening = new Set(['nurse', 'head']);
    const people = peopleWithKeys(clinic, opening);
    expect(people.disableAccount('nurse')).toMatchObject({ state: 'disabled', removedUnlockers: 1, endedSessions: 1 });
    expect([...opening]).toEqual(['head']);
    const { practitionerId } = people.show('nurse');
    expect(clinic.store.record(practitionerId)?.fields.active).toBe(false);
    await expect(people.resetPassword('nurse')).rejects.toMatchObject({ code: 'SH-K151' });

    const { provisional } = await people.enableAccount('nurse');
    await expect(people.enableAccount('nurse')).rejects.toMatchObject({ code: 'SH-K152' });
    expect((await signIn(clinic, { login: 'nurse', password: TEST_PASSWORD })).status).toBe(401);
    const password = provisional?.password ?? '';
    expect((await signIn(clinic, { login: 'nurse', password, newPassword: OWN })).status).toBe(201);
    expect(clinic.store.record(practitionerId)?.fields.active).toBe(true);
  });

  it('takes at the next start what a power cut left in the key ring, and never the last that opens the database', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    await clinic.as('head');
    clinic.people.disableAccount('nurse');
    const opening = new Set(['nurse', 'head', 'nobody-any-more']);
    peopleWithKeys(clinic, opening).forgetStaleKeys();
    expect([...opening]).toEqual(['head']);

    const last = peopleWithKeys(clinic, new Set(['nurse']), true);
    last.forgetStaleKeys();
    expect(last.disableAccount('nurse')).toMatchObject({ state: 'disabled', removedUnlockers: 0, opensDatabase: true });
  });

  it('sees who is signed in since when, and never a hash', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const told = clinic.people.show('nurse');
    expect(told.openSessions).toHaveLength(1);
    expect(told.openSessions[0]).toMatchObject({ address: '127.0.0.1', device: null });
    expect(JSON.stringify([told, clinic.people.list()])).not.toContain('argon2');
  });
});

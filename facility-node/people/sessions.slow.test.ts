import { SMALL_MACHINE_COST } from '@santehaggui/runtime/passwords/password.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  clientOf,
  openTestClinic,
  TEST_PASSWORD,
  type TestAnswer,
  type TestClinic,
} from '../lan/testing/test-clinic.ts';

const signIn = (clinic: TestClinic, login: string, password = TEST_PASSWORD): Promise<TestAnswer> =>
  clinic.anonymous('POST', '/api/v1/sessions', { body: { login, password } });

const cookieOf = ({ headers }: TestAnswer): string => headers.get('set-cookie')?.split(';')[0] ?? '';

const refresh = (clinic: TestClinic, cookie: string): Promise<TestAnswer> =>
  clinic.anonymous('POST', '/api/v1/sessions/refresh', { headers: { cookie } });

/** Moves the clinic's clock, and the one that limits go by. */
const later = async (clinic: TestClinic, ms: number): Promise<void> => {
  await clinic.clock.advance(ms);
  vi.advanceTimersByTime(ms);
};

describe('sessions', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('opens a session with the person, the rights and a cookie that no script can read', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const answer = await signIn(clinic, ' Nurse ');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      expiresInSeconds: 600,
      user: { login: 'nurse', name: 'nurse Dolo', role: 'nurse', facility: 'cscom_sangha' },
    });
    expect(answer.body.permissions).toContainEqual({ action: 'create', subject: 'encounter' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).not.toContain('Secure');
  });

  it('keeps passwords as Argon2id with its cost, and tokens as hashes', async () => {
    await using clinic = await openTestClinic({ passwordCost: SMALL_MACHINE_COST });
    await clinic.as('nurse');
    const cookie = cookieOf(await signIn(clinic, 'nurse')).split('=')[1]!;
    const hash = clinic.node.db.prepare('select password_hash from account').pluck().get() as string;
    expect(hash).toMatch(
      new RegExp(`^\\$argon2id\\$v=19\\$m=${SMALL_MACHINE_COST.memoryKiB},t=2,p=1\\$[^$]+\\$[^$]+$`),
    );
    const tokens = clinic.node.db.prepare('select hash from refresh_token').pluck().all() as Buffer[];
    expect(tokens).toHaveLength(2);
    expect(tokens.every((token) => token.length === 32 && !token.equals(Buffer.from(cookie, 'base64url')))).toBe(true);
  });

  it('says the same of an unknown login, a wrong password and a disabled account', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    await clinic.as('midwife');
    clinic.people.disableAccount('midwife');
    const answers = [
      await signIn(clinic, 'nurse', 'something else'),
      await signIn(clinic, 'nobody'),
      await signIn(clinic, 'midwife'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      const { requestId: _, ...told } = body;
      const { requestId: __, ...first } = answers[0]!.body;
      expect(told).toEqual(first);
    }
  });

  it('makes a login wait longer after each wrong password, and no longer once the right one came', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    for (let attempt = 1; attempt <= 4; attempt++) expect((await signIn(clinic, 'nurse', 'wrong')).status).toBe(401);
    const waiting = await signIn(clinic, 'nurse');
    expect(waiting.status).toBe(429);
    expect(waiting.headers.get('retry-after')).toBe('1');
    expect(waiting.body.code).toBe('SH-A005');
    await later(clinic, 1001);
    expect((await signIn(clinic, 'nurse', 'wrong')).status).toBe(401);
    await later(clinic, 1001);
    expect((await signIn(clinic, 'nurse')).status).toBe(429);
    await later(clinic, 1001);
    expect((await signIn(clinic, 'nurse')).status).toBe(201);
    expect((await signIn(clinic, 'nurse', 'wrong')).status).toBe(401);
    expect((await signIn(clinic, 'nurse')).status).toBe(201);
  });

  it('tries two passwords at once, lets fifty wait, and asks those behind them to come again', async () => {
    await using clinic = await openTestClinic({ passwordCost: { memoryKiB: 4096, passes: 1, lanes: 1 } });
    const attempts = Array.from({ length: 57 }, (_, index) =>
      clinic.signIn
        .signIn({ login: `nobody-${index}`, password: 'something else', address: '192.168.1.9', requestId: 'r' })
        .catch((error: { readonly code: string }) => error.code),
    );
    const codes = await Promise.all(attempts);
    const count = (wanted: string): number => codes.filter((code) => code === wanted).length;
    expect([count('SH-A150'), count('SH-A005')]).toEqual([52, 5]);
  });

  it('does not hold up who signed in before on this browser, whatever others try at the same address', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const known = (await signIn(clinic, 'nurse')).headers.getSetCookie()[1]!.split(';')[0]!;
    const withBrowser = (login: string) =>
      clinic.anonymous('POST', '/api/v1/sessions', {
        body: { login, password: TEST_PASSWORD },
        headers: { cookie: known },
      });
    for (let attempt = 1; attempt <= 4; attempt++) await signIn(clinic, 'nurse', 'wrong');
    expect((await signIn(clinic, 'nurse')).status).toBe(429);
    const again = await withBrowser('nurse');
    expect(again.status).toBe(201);
    // The same browser for all who sign in with it, and nothing of it is kept in clear.
    expect(again.headers.getSetCookie()[1]).toContain(known);
    const kept = clinic.node.db.prepare('select hash from known_browser').pluck().all() as Buffer[];
    expect(kept.every((hash) => !known.includes(hash.toString('base64url')))).toBe(true);

    // A browser is known for who signed in with it, and no longer once the account was shut out.
    for (let attempt = 1; attempt <= 4; attempt++) await signIn(clinic, 'midwife', 'wrong');
    await clinic.people.createAccount({
      login: 'midwife',
      password: TEST_PASSWORD,
      role: 'midwife',
      familyName: 'Dolo',
    });
    expect((await withBrowser('midwife')).status).toBe(429);
    clinic.people.disableAccount('nurse');
    expect(clinic.node.db.prepare('select count(*) from known_browser where account_id = 1').pluck().get()).toBe(0);
  });

  it('holds nobody up at the machine itself, whatever comes from the network for the same login', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const credentials = { login: 'nurse', password: TEST_PASSWORD, requestId: null };
    for (let index = 0; index < 100; index++)
      await clinic.signIn
        .signIn({ ...credentials, password: 'wrong', address: `10.0.0.${index}` })
        .catch(() => undefined);
    await expect(clinic.signIn.signIn({ ...credentials, address: '10.0.1.1' })).rejects.toMatchObject({
      code: 'SH-A005',
    });
    expect((await clinic.signIn.signInAtMachine(credentials)).answer.user.login).toBe('nurse');
    for (let attempt = 1; attempt <= 4; attempt++)
      await clinic.signIn.signInAtMachine({ ...credentials, password: 'wrong' }).catch(() => undefined);
    await expect(clinic.signIn.signInAtMachine(credentials)).rejects.toMatchObject({ code: 'SH-A005' });
  });

  it('takes no name for a browser that it did not give itself', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const laid = `haggui_browser=${'laid-there-by-somebody'.padEnd(43, 'x')}`;
    const body = { login: 'nurse', password: TEST_PASSWORD };
    const answer = await clinic.anonymous('POST', '/api/v1/sessions', { body, headers: { cookie: laid } });
    const [given] = answer.headers.getSetCookie()[1]!.split(';');
    expect([answer.status, given]).toEqual([201, expect.not.stringContaining('laid')]);
    const again = await clinic.anonymous('POST', '/api/v1/sessions', { body, headers: { cookie: given! } });
    expect(again.headers.getSetCookie()[1]).toContain(given);
  });

  it('goes on knowing browsers when the clock jumps by years, or was behind while they were used', async () => {
    await using clinic = await openTestClinic();
    const cookies = await Promise.all(
      (['nurse', 'midwife'] as const).map(async (login) => {
        await clinic.as(login);
        return (await signIn(clinic, login)).headers.getSetCookie()[1]!.split(';')[0]!;
      }),
    );
    const known = () => clinic.node.db.prepare('select count(*) from known_browser').pluck().get();
    const before = known();
    const years = 2 * 365 * 24 * 3600_000;
    const real = clinic.clock.now();
    clinic.clock.setNow(real + years);
    await signIn(clinic, 'nurse');
    clinic.clock.setNow(real - years);
    for (const [index, login] of ['nurse', 'midwife'].entries())
      await clinic.anonymous('POST', '/api/v1/sessions', {
        body: { login, password: TEST_PASSWORD },
        headers: { cookie: cookies[index]! },
      });
    clinic.clock.setNow(real);
    await signIn(clinic, 'midwife');
    expect(known()).toBe((before as number) + 2);
  });

  it('makes an unknown login wait like a known one', async () => {
    await using clinic = await openTestClinic();
    for (let attempt = 1; attempt <= 4; attempt++) expect((await signIn(clinic, 'nobody')).status).toBe(401);
    expect((await signIn(clinic, 'nobody')).status).toBe(429);
  });

  it('does not let many attempts at once pass as one', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(clinic, 'nurse', 'wrong')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  it('rotates the refresh token and ends the session when one comes twice', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    const first = await signIn(clinic, 'nurse');
    const second = await refresh(clinic, cookieOf(first));
    expect(second.status).toBe(200);
    expect(cookieOf(second)).not.toBe(cookieOf(first));
    const bearer = clientOf(clinic.url, second.body.accessToken);
    expect((await bearer('GET', '/api/v1/patients')).status).toBe(200);

    const stolen = await refresh(clinic, cookieOf(first));
    expect(stolen.status).toBe(401);
    expect(stolen.body.code).toBe('SH-A152');
    expect((await refresh(clinic, cookieOf(second))).status).toBe(401);
    expect((await bearer('GET', '/api/v1/patients')).status).toBe(401);
  });

  it('lets nobody in with an access token after ten minutes, nor with a refresh token after twelve hours', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const session = await signIn(clinic, 'nurse');
    await clinic.clock.advance(599_000);
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(200);
    await clinic.clock.advance(20_000);
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(401);
    await clinic.clock.advance(12 * 3600_000);
    expect((await refresh(clinic, cookieOf(session))).status).toBe(401);
  });

  it('gives a token and a session no second life when the clock is set back', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const session = await signIn(clinic, 'nurse');
    clinic.clock.setNow(clinic.clock.now() - 5 * 60_000);
    const renewed = await refresh(clinic, cookieOf(session));
    expect(renewed.status).toBe(200);
    clinic.clock.setNow(clinic.clock.now() - 700 * 24 * 3600_000);
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(401);
    expect((await refresh(clinic, cookieOf(renewed))).status).toBe(401);
    expect(clinic.people.show('nurse').openSessions).toEqual([]);
    expect(clinic.people.counts().sessions).toBe(0);
  });

  it('ends a session after seven days, however often it is renewed', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    let answer = await signIn(clinic, 'nurse');
    for (let hour = 10; hour < 7 * 24; hour += 10) {
      await clinic.clock.advance(10 * 3600_000);
      answer = await refresh(clinic, cookieOf(answer));
      expect(answer.status).toBe(200);
    }
    await clinic.clock.advance(10 * 3600_000);
    expect((await refresh(clinic, cookieOf(answer))).status).toBe(401);
  });

  it('puts a disabled account out at the next request', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const session = await signIn(clinic, 'nurse');
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(200);
    clinic.people.disableAccount('nurse');
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(401);
    expect((await refresh(clinic, cookieOf(session))).status).toBe(401);
    expect(clinic.people.counts()).toEqual({ accounts: 0, sessions: 0 });
  });

  it('refuses the tokens of a former role and gives the new one at the refresh', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const session = await signIn(clinic, 'nurse');
    clinic.people.changeRole('nurse', 'cashier');
    expect((await nurse('GET', '/api/v1/conditions')).status).toBe(401);
    const refreshed = await refresh(clinic, cookieOf(session));
    expect(refreshed.body.user.role).toBe('cashier');
    const cashier = clientOf(clinic.url, refreshed.body.accessToken);
    expect((await cashier('GET', '/api/v1/conditions')).status).toBe(403);
  });

  it('ends a session at sign-out, by the token or by the cookie', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    expect((await nurse('DELETE', '/api/v1/sessions')).status).toBe(204);
    expect((await nurse('GET', '/api/v1/patients')).status).toBe(401);
    const session = await signIn(clinic, 'nurse');
    await clinic.anonymous('DELETE', '/api/v1/sessions', { headers: { cookie: cookieOf(session) } });
    expect((await refresh(clinic, cookieOf(session))).status).toBe(401);
  });

  it('refuses forged tokens: other algorithm, other facility, other kind, cut or none', async () => {
    await using clinic = await openTestClinic();
    const session = await (async () => {
      await clinic.as('nurse');
      return signIn(clinic, 'nurse');
    })();
    const [header, payload, signature] = session.body.accessToken.split('.') as [string, string, string];
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${header}.${encode({ ...claims, sub: '2' })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      'x',
    ];
    for (const token of forged) {
      expect((await clientOf(clinic.url, token)('GET', '/api/v1/patients')).status).toBe(401);
    }
    expect((await clinic.anonymous('GET', '/api/v1/patients')).status).toBe(401);
  });

  it('writes every attempt to sign in into the audit trail, without the password', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    await signIn(clinic, 'nurse', 'a wrong password');
    await signIn(clinic, TEST_PASSWORD, 'typed too far up');
    const events = clinic.audit.eventsAfter(0, 100).filter(({ action }) => action === 'sign-in');
    expect(events.map(({ decision, login }) => [decision, login])).toEqual([
      ['permit', 'nurse'],
      ['deny', null],
      ['deny', null],
    ]);
    for (const secret of ['a wrong password', TEST_PASSWORD.toLowerCase(), TEST_PASSWORD])
      expect(JSON.stringify(events) + clinic.log.text()).not.toContain(secret);
  });
});

describe('accounts', () => {
  it('makes a practitioner record that travels and an account that stays', async () => {
    await using clinic = await openTestClinic();
    const { practitionerId } = await clinic.people.createAccount({
      login: 'A.Dolo',
      password: TEST_PASSWORD,
      role: 'head',
      familyName: 'Dolo',
      phone: '76 12 34 56',
    });
    expect(clinic.store.record(practitionerId)?.fields).toEqual({
      familyName: 'Dolo',
      role: 'head',
      phone: '+22376123456',
      facility: clinic.facilities.own,
      active: true,
    });
    await expect(
      clinic.people.createAccount({ login: 'a.dolo', password: TEST_PASSWORD, role: 'nurse', familyName: 'Dolo' }),
    ).rejects.toMatchObject({ code: 'SH-K150' });
  });

  it('names the fields of an account that cannot be made', async () => {
    await using clinic = await openTestClinic();
    const request = { login: 'a b', password: 'short', role: 'system' as 'nurse', familyName: '' };
    await expect(clinic.people.createAccount(request)).rejects.toMatchObject({
      code: 'SH-I001',
      fields: [{ field: 'login' }, { field: 'password' }, { field: 'role' }, { field: 'familyName' }],
    });
  });
});

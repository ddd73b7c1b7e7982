import { type RecordingMessenger, recordingMessenger } from '@santehaggui/runtime/testing/recording-messenger.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestClinic, TEST_PASSWORD, type TestAnswer, type TestClinic } from '../lan/testing/test-clinic.ts';

const PHONE = '+22376123456';
const MINUTE_MS = 60_000;

/** A browser: it keeps the cookies that it is given. */
const browserAt = (clinic: TestClinic) => {
  const cookies = new Map<string, string>();
  return async (body: Readonly<Record<string, unknown>>): Promise<TestAnswer> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await clinic.anonymous('POST', '/api/v1/sessions', { body, headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
};

const codeIn = (messenger: RecordingMessenger): string =>
  /code (\d{6})/.exec(messenger.sent.at(-1)?.text ?? '')?.[1] ?? '';
const another = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const password = { login: 'nurse', password: TEST_PASSWORD };

/** A clinic whose nurse has a validated phone. */
async function clinicWithPhone() {
  const messenger = recordingMessenger();
  const clinic = await openTestClinic({ messenger });
  const nurse = await clinic.as('nurse');
  const proposed = await nurse('POST', '/api/v1/factors/phone', {
    body: { password: TEST_PASSWORD, phone: '76 12 34 56' },
  });
  expect(proposed).toMatchObject({ status: 202, body: { phoneEnding: '56' } });
  const confirm = (code: string) => nurse('POST', '/api/v1/factors/phone/confirmation', { body: { code } });
  expect((await confirm(another(codeIn(messenger)))).body.code).toBe('SH-I251');
  const confirmed = await confirm(codeIn(messenger));
  expect(confirmed).toMatchObject({ status: 200, body: { phone: { ending: '56' }, canSendCodes: true } });
  expect((await confirm(codeIn(messenger))).body.code).toBe('SH-I251');
  return { messenger, clinic, nurse, [Symbol.asyncDispose]: () => clinic[Symbol.asyncDispose]() };
}

describe('codes by SMS', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('are asked for where the account was not used before, sent to its own number, and good for that attempt alone', async () => {
    await using opened = await clinicWithPhone();
    const { messenger, clinic } = opened;
    const [hers, thief] = [browserAt(clinic), browserAt(clinic)];
    const asked = await hers(password);
    expect(asked).toMatchObject({ status: 202, body: { secondFactor: 'sms', phoneEnding: '56' } });
    expect(JSON.stringify(asked.body)).not.toMatch(/accessToken|\d{6}"/);
    expect(messenger.sent.at(-1)).toMatchObject({
      to: PHONE,
      text: expect.stringMatching(/^CSCOM de Sangha: code \d{6} /),
    });
    expect(messenger.sent.at(-1)?.text.length).toBeLessThanOrEqual(160);
    const otp = codeIn(messenger);

    // Somebody who looks over her shoulder has another attempt, or none.
    expect((await thief({ ...password, otp })).body.code).toBe('SH-A155');
    await thief(password);
    expect((await thief({ ...password, otp })).body.code).toBe('SH-A155');
    expect((await thief({ ...password, otp })).status).toBe(429);
    vi.advanceTimersByTime(1001);
    expect((await hers({ ...password, otp })).status).toBe(201);

    // Known from now on: no SMS for each morning.
    const before = messenger.sent.length;
    expect((await hers(password)).status).toBe(201);
    expect(messenger.sent).toHaveLength(before);
    const proofs = clinic.node.db
      .prepare(
        `select json_extract(detail, '$.proof') from audit_event where action = 'sign-in' and decision = 'permit'`,
      )
      .pluck()
      .all();
    expect(proofs).toEqual(['password', 'password, code', 'password, known browser']);
  });

  it('are worth nothing after ten minutes, or a second time', async () => {
    await using opened = await clinicWithPhone();
    const { messenger, clinic } = opened;
    const [first, second] = [browserAt(clinic), browserAt(clinic)];
    await first(password);
    const otp = codeIn(messenger);
    await clinic.clock.advance(10 * MINUTE_MS);
    expect((await first({ ...password, otp })).body.code).toBe('SH-A155');
    await second(password);
    expect((await second({ ...password, otp: codeIn(messenger) })).status).toBe(201);
  });

  it('tell nobody whether an account has a phone who does not know its password', async () => {
    await using opened = await clinicWithPhone();
    const browser = browserAt(opened.clinic);
    const sent = opened.messenger.sent.length;
    const answers = [
      await browser({ ...password, password: 'wrong' }),
      await browser({ ...password, login: 'nobody', otp: '000000' }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'SH-A150'],
      [401, 'SH-A150'],
    ]);
    expect(opened.messenger.sent).toHaveLength(sent);
  });

  it('say when the network takes none, and the administrator can take the phone away', async () => {
    await using opened = await clinicWithPhone();
    const { messenger, clinic } = opened;
    messenger.isDown = true;
    expect(await browserAt(clinic)(password)).toMatchObject({ status: 503, body: { code: 'SH-T250' } });
    const { provisional } = await clinic.people.resetPassword('nurse');
    const chosen = 'Karité-Bogolan-Sikasso';
    const again = await browserAt(clinic)({ ...password, password: provisional?.password, newPassword: chosen });
    expect(again.status).toBe(201);
  });

  it('ask for the password again before the number is given or taken away', async () => {
    await using opened = await clinicWithPhone();
    const { nurse, clinic } = opened;
    const wrong = { password: 'wrong' };
    expect((await nurse('POST', '/api/v1/factors/phone', { body: { ...wrong, phone: PHONE } })).body.code).toBe(
      'SH-A156',
    );
    expect((await nurse('POST', '/api/v1/factors/phone/removal', { body: wrong })).status).toBe(403);
    const removed = await nurse('POST', '/api/v1/factors/phone/removal', { body: { password: TEST_PASSWORD } });
    expect(removed.body).toMatchObject({ phone: null });
    expect((await browserAt(clinic)(password)).status).toBe(201);
    const noted = clinic.node.db
      .prepare(`select detail from audit_event where record_type = 'second-factor'`)
      .pluck()
      .all();
    expect(noted).toHaveLength(2);
    expect(noted.join()).not.toContain('76123456');
  });

  it('reach their owner whoever else proposes her number, and no account has them sent all day', async () => {
    await using opened = await clinicWithPhone();
    const { clinic } = opened;
    const midwife = await clinic.as('midwife');
    const propose = async (phone: string) =>
      (await midwife('POST', '/api/v1/factors/phone', { body: { password: TEST_PASSWORD, phone } })).status;
    for (let index = 0; index < 3; index++) await propose(PHONE);
    expect(await propose(PHONE)).toBe(429);
    expect((await browserAt(clinic)(password)).status).toBe(202);
    expect([await propose('+22376000001'), await propose('+22376000002')]).toEqual([202, 202]);
    expect(await propose('+22376000003')).toBe(429);
  });

  it('are not offered where there is nothing to send them with', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    expect((await nurse('GET', '/api/v1/factors')).body).toMatchObject({ phone: null, canSendCodes: false });
    const body = { password: TEST_PASSWORD, phone: PHONE };
    expect((await nurse('POST', '/api/v1/factors/phone', { body })).status).toBe(503);
    const unreadable = await nurse('POST', '/api/v1/factors/phone', { body: { ...body, phone: 'abc' } });
    expect(unreadable.body.code).toBe('SH-I250');
  });
});

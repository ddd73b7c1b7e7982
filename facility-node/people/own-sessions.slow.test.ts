import { describe, expect, it } from 'vitest';
import { clientOf, openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';

const TABLET = 'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36';

const signIn = async (clinic: TestClinic, login: string, userAgent = TABLET) => {
  const headers = { 'user-agent': userAgent };
  const body = { login, password: TEST_PASSWORD };
  const answer = await clinic.anonymous('POST', '/api/v1/sessions', { body, headers });
  return clientOf(clinic.url, answer.body.accessToken as string);
};

describe('a person’s own sessions', () => {
  it('are seen by their owner alone, the present one marked, with device, address and times', async () => {
    await using clinic = await openTestClinic();
    await clinic.as('nurse');
    await clinic.as('midwife');
    await clinic.clock.advance(60_000);
    const tablet = await signIn(clinic, 'nurse');
    const { status, body } = await tablet('GET', '/api/v1/sessions/own');
    expect(status).toBe(200);
    expect(body.sessions).toMatchObject([
      { isThis: true, browser: 'Chrome, Android', address: '127.0.0.1', device: null },
      { isThis: false, browser: null },
    ]);
    expect(Date.parse(body.sessions[0].since) - Date.parse(body.sessions[1].since)).toBe(60_000);
  });

  it('end one by one, or all but the one that asks, at the next click, and the trail tells who ended them', async () => {
    await using clinic = await openTestClinic();
    const forgotten = await clinic.as('nurse');
    const phone = await signIn(clinic, 'nurse');
    const tablet = await signIn(clinic, 'nurse');
    const own = (await phone('GET', '/api/v1/sessions/own')).body.sessions as { id: string; isThis: boolean }[];
    const [first] = own.filter(({ isThis }) => isThis);
    expect((await tablet('DELETE', `/api/v1/sessions/own/${first?.id}`)).status).toBe(204);
    expect((await phone('GET', '/api/v1/patients')).status).toBe(401);
    expect((await forgotten('GET', '/api/v1/patients')).status).toBe(200);

    const before = clinic.audit.lastNumber();
    expect((await tablet('DELETE', '/api/v1/sessions/own')).body).toEqual({ ended: 1 });
    expect((await forgotten('GET', '/api/v1/patients')).status).toBe(401);
    expect((await tablet('GET', '/api/v1/sessions/own')).body.sessions).toHaveLength(1);
    expect(clinic.audit.eventsAfter(before, 10)[0]).toMatchObject({ login: 'nurse', action: 'sign-out' });
  });

  it('are nobody else’s to end', async () => {
    await using clinic = await openTestClinic();
    const nurse = await clinic.as('nurse');
    const midwife = await clinic.as('midwife');
    const [session] = (await midwife('GET', '/api/v1/sessions/own')).body.sessions as { id: string }[];
    const refused = await nurse('DELETE', `/api/v1/sessions/own/${session?.id}`);
    expect([refused.status, refused.body.code]).toEqual([404, 'SH-N151']);
    expect((await midwife('GET', '/api/v1/patients')).status).toBe(200);
    expect((await nurse('DELETE', '/api/v1/sessions/own/not-an-id')).status).toBe(422);
  });
});

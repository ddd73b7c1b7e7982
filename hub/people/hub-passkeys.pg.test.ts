import type { HubStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { HubPasskeyLine, HubUserInvited, HubUserList } from '@santehaggui/protocols/api/hub-people-api.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { SoftwareAuthenticator } from '@santehaggui/runtime/testing/software-authenticator.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

const PASSWORD = 'soleil-marché-pirogue-hibou';
const HOUR_MS = 3600_000;
const clock = new FakeClock(Date.UTC(2026, 10, 26, 8));
let hub: TestHub;
let serial = 0;

type Told = Readonly<Record<string, unknown>>;

/** The hub by the name that people open it by. */
const ask = async (method: string, path: string, { body, token }: { body?: unknown; token?: string } = {}) => {
  const answer = await fetch(`${hub.url.replace('127.0.0.1', 'localhost')}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Told };
};
const post = (path: string, body: unknown, token?: string) =>
  ask('POST', path, { body, ...(token === undefined ? {} : { token }) });
const newDevice = () => new SoftwareAuthenticator(hub.url.replace('127.0.0.1', 'localhost'));

const added = async (role: 'ministry' | 'region') => {
  const login = `lecteur.${++serial}`;
  const more = role === 'region' ? { region: 'Mopti' } : {};
  const { invitation } = await hub.operator<HubUserInvited>('POST', '/users', {
    login,
    password: PASSWORD,
    role,
    ...more,
  });
  return { login, words: invitation.words };
};

/** Makes the first passkey of an invited person. */
const register = async (login: string, words: string, device = newDevice()) => {
  const invited = { login, password: PASSWORD, words };
  const options = await post('/passkeys/invited/options', invited);
  if (options.status !== 200) return { device, answer: options };
  const registration = device.register(options.body);
  return { device, answer: await post('/passkeys/invited', { ...invited, name: 'Mon téléphone', registration }) };
};

const enter = async (device: SoftwareAuthenticator) =>
  post('/sessions', { passkey: device.assert((await post('/sessions/challenge', {})).body) });

describe('passkeys at the hub', () => {
  beforeAll(async () => {
    hub = await TestHub.start(
      (config, parts) => composeHub({ ...config, http: { ...config.http, name: undefined } }, parts),
      clock,
    );
  }, 120_000);
  afterAll(() => hub[Symbol.asyncDispose]());

  it('are what the ministry comes in by, the first made by the operator’s invitation, once', async () => {
    const { login, words } = await added('ministry');
    expect((await post('/sessions', { login, password: PASSWORD })).body.code).toBe('SH-A303');
    expect((await register(login, 'quatre mots pas ceux-là')).answer.body.code).toBe('SH-A304');
    const wrong = await post('/passkeys/invited/options', { login, password: 'faux', words });
    expect(wrong.body.code).toBe('SH-A301');
    // However they were typed.
    const { device, answer } = await register(login, words.toUpperCase().replaceAll('-', ' '));
    expect(answer).toMatchObject({ status: 201, body: { user: { login, role: 'ministry' } } });
    expect((await register(login, words)).answer.body.code).toBe('SH-A304');

    const session = await enter(device);
    expect(session).toMatchObject({ status: 200, body: { user: { login, role: 'ministry' } } });
    const report = await ask('GET', '/consolidated/weekly?week=2026-W47', {
      token: session.body.accessToken as string,
    });
    expect(report.status).toBe(200);
    expect((await post('/sessions', { login, password: PASSWORD })).body.code).toBe('SH-A303');
    const { rows } = await hub.admin.query<{ proof: string }>(
      `select detail::jsonb ->> 'proof' as proof from hub.audit_event where action = 'sign-in' and login = $1 order by id`,
      [login],
    );
    expect(rows.map(({ proof }) => proof)).toEqual([
      'password alone',
      'password',
      'passkey made by invitation',
      'passkey',
      'password alone',
    ]);
  });

  it('are for a name: without one the operator is told of the ministry’s accounts', async () => {
    const { rows } = await hub.admin.query<{ count: number }>(
      `select count(*)::int from hub.hub_user where role = 'ministry'`,
    );
    const { checks } = await hub.operator<HubStatus>('GET', '/status');
    expect(checks.find(({ name }) => name === 'passkeys')).toMatchObject({
      state: 'degraded',
      detail: expect.stringMatching(`^${rows[0]?.count} compte.*http\\.name`),
    });
    await hub.admin.query(`update hub.hub_user set role = 'region', region = 'Mopti' where role = 'ministry'`);
    const without = await hub.operator<HubStatus>('GET', '/status');
    expect(without.checks.map(({ name }) => name)).not.toContain('passkeys');
  });

  it('are good for three days of an invitation, and nobody’s who has another’s', async () => {
    const [first, second] = [await added('ministry'), await added('ministry')];
    expect((await register(first.login, second.words)).answer.body.code).toBe('SH-A304');
    await clock.advance(72 * HOUR_MS);
    expect((await register(first.login, first.words)).answer.body.code).toBe('SH-A304');
    const again = await hub.operator<HubUserInvited>('POST', `/users/${first.login}/invitation`);
    expect((await register(first.login, again.invitation.words)).answer.status).toBe(201);
  });

  it('are named and removed by their owner, who makes another with one that there is', async () => {
    const { login, words } = await added('region');
    const { device, answer } = await register(login, words);
    const token = answer.body.accessToken as string;
    const list = async () => (await ask('GET', '/passkeys', { token })).body.passkeys as readonly HubPasskeyLine[];
    const [line] = await list();
    const path = `/passkeys/${line?.id}`;
    expect((await ask('PATCH', path, { token, body: { name: 'Bureau' } })).status).toBe(200);

    const stranger = await register(...(Object.values(await added('region')) as [string, string]));
    const strange = stranger.answer.body.accessToken as string;
    expect((await post(`${path}/removal`, { password: PASSWORD }, strange)).body.code).toBe('SH-N321');
    const challenge = async () => (await post('/sessions/challenge', {})).body;
    const notHis = { passkey: stranger.device.assert(await challenge()) };
    expect((await post('/passkeys/options', notHis, token)).body.code).toBe('SH-A006');

    const options = await post('/passkeys/options', { passkey: device.assert(await challenge()) }, token);
    const registration = newDevice().register(options.body);
    await clock.advance(1000);
    expect((await post('/passkeys', { name: 'Clé USB', registration }, token)).status).toBe(201);
    expect((await list()).map(({ name }) => name)).toEqual(['Bureau', 'Clé USB']);
    // Not by the session alone, nor by a stranger's passkey.
    expect((await post(`${path}/removal`, {}, token)).status).toBe(422);
    expect((await post(`${path}/removal`, { password: 'faux' }, token)).body.code).toBe('SH-A301');
    const strangers = { passkey: stranger.device.assert(await challenge()) };
    expect((await post(`${path}/removal`, strangers, token)).body.code).toBe('SH-A006');
    const again = { passkey: device.assert(await challenge()) };
    expect((await post(`${path}/removal`, again, token)).status).toBe(200);
    expect((await enter(device)).body.code).toBe('SH-A006');
  });

  it('open sessions that their owner ends, everywhere at once', async () => {
    const { login, words } = await added('ministry');
    const { device, answer } = await register(login, words);
    const tokens = [answer.body.accessToken, (await enter(device)).body.accessToken] as string[];
    const left = await fetch(`${hub.url}/api/v1/sessions`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tokens[0]}` },
    });
    expect(left.status).toBe(204);
    for (const token of tokens) expect((await ask('GET', '/passkeys', { token })).status).toBe(401);
    expect((await enter(device)).status).toBe(200);
  });

  it('leave the password to its owner, who takes another with it, and is then out everywhere else', async () => {
    const { login } = await added('region');
    const signIn = (password: string) => post('/sessions', { login, password });
    const [token, elsewhere] = [await signIn(PASSWORD), await signIn(PASSWORD)].map(
      ({ body }) => body.accessToken as string,
    );
    const change = (password: string, newPassword: string) =>
      post('/users/own/password', { password, newPassword }, token);
    const chosen = 'toguna-sahel-mil-karité';
    expect((await change('faux', chosen)).body.code).toBe('SH-A301');
    for (const bad of [PASSWORD, 'court', `${login}-2026`]) expect((await change(PASSWORD, bad)).status).toBe(422);
    const changed = await change(PASSWORD, chosen);
    expect(changed).toMatchObject({ status: 200, body: { user: { login } } });
    for (const ended of [token, elsewhere] as string[])
      expect((await ask('GET', '/passkeys', { token: ended })).status).toBe(401);
    const fresh = changed.body.accessToken as string;
    expect((await ask('GET', '/passkeys', { token: fresh })).status).toBe(200);
    expect([(await signIn(PASSWORD)).status, (await signIn(chosen)).status]).toEqual([401, 200]);
  });

  it('go with an account that is disabled, which nothing opens until the operator resets it', async () => {
    const { login, words } = await added('region');
    const { device, answer } = await register(login, words);
    const token = answer.body.accessToken as string;
    await hub.operator<HubUserInvited>('POST', `/users/${login}/invitation`);
    expect(await hub.operator('POST', `/users/${login}/disable`)).toMatchObject({
      ...{ login, isDisabled: true, removedPasskeys: 1, passkeys: [], invitedUntil: null },
    });
    expect((await ask('GET', '/passkeys', { token })).status).toBe(401);
    expect((await enter(device)).body.code).toBe('SH-A006');
    expect((await post('/sessions', { login, password: PASSWORD })).body.code).toBe('SH-A301');
    await expect(hub.tokenOf(login, PASSWORD)).rejects.toMatchObject({ code: 'SH-A301' });
    await expect(hub.operator('POST', `/users/${login}/invitation`)).rejects.toMatchObject({ code: 'SH-K321' });
    const back = await hub.operator<HubUserInvited>('POST', `/users/${login}/reset`, {});
    expect(back.isDisabled).toBe(false);
    expect((await register(login, back.invitation.words)).answer.status).toBe(201);
    expect((await post('/sessions', { login, password: PASSWORD })).status).toBe(200);
  });

  it('go with a reset, which ends sessions and invites again', async () => {
    const { login, words } = await added('ministry');
    const { device, answer } = await register(login, words);
    const token = answer.body.accessToken as string;
    const reset = await hub.operator<HubUserInvited>('POST', `/users/${login}/reset`, {});
    expect(reset).toMatchObject({ login, removedPasskeys: 1, passkeys: [] });
    expect((await ask('GET', '/passkeys', { token })).status).toBe(401);
    expect((await enter(device)).body.code).toBe('SH-A006');
    expect((await register(login, reset.invitation.words)).answer.status).toBe(201);
    const { users } = await hub.operator<HubUserList>('GET', '/users');
    expect(users.find((user) => user.login === login)).toMatchObject({ passkeys: [{ name: 'Mon téléphone' }] });
    expect(JSON.stringify(users)).not.toMatch(/hash|argon2/);
  });

  it('are asked for beside a password that others would not guess', async () => {
    const faulty = { code: 'SH-I001' };
    const mopti = { login: 'drs.mopti', role: 'region', region: 'Mopti' };
    for (const password of ['iloveyou1', 'drs-mopti-2026', 'ministere-1'])
      await expect(hub.operator('POST', '/users', { ...mopti, password }), password).rejects.toMatchObject(faulty);
    const { login } = await added('ministry');
    await expect(hub.operator('POST', `/users/${login}/reset`, { password: 'motdepasse' })).rejects.toMatchObject(
      faulty,
    );
  });

  it('are not taken where the account is reset while they are made, and a reset is whole or not at all', async () => {
    const { login, words } = await added('region');
    const { device, answer } = await register(login, words);
    const token = answer.body.accessToken as string;
    const used = { passkey: device.assert((await post('/sessions/challenge', {})).body) };
    const registration = newDevice().register((await post('/passkeys/options', used, token)).body);

    const other = await hub.admin.connect();
    await other.query('begin');
    await other.query('update hub.hub_user set version = version + 1 where login = $1', [login]);
    await other.query('delete from hub.passkey where login = $1', [login]);
    const making = post('/passkeys', { name: 'Trop tard', registration }, token);
    const waits = async () =>
      (await hub.admin.query(`select from pg_stat_activity where wait_event_type = 'Lock'`)).rowCount !== 0;
    const made = making.then(() => true);
    while (!(await Promise.race([made, waits()])));
    await other.query('commit');
    other.release();
    expect((await making).body.code).toBe('SH-A006');
    const { rows } = await hub.admin.query('select from hub.passkey where login = $1', [login]);
    expect(rows).toEqual([]);

    const second = await added('region');
    const kept = await register(second.login, second.words);
    await hub.admin.query('alter table hub.hub_user add constraint none check (invitation_until is null) not valid');
    await expect(hub.operator('POST', `/users/${second.login}/reset`, {})).rejects.toThrow();
    await hub.admin.query('alter table hub.hub_user drop constraint none');
    expect((await enter(kept.device)).status).toBe(200);
  });

  it('stand beside passwords, of which four are tried at once and the fifth is asked to come again', async () => {
    const tries = Array.from({ length: 12 }, (_, index) =>
      post('/sessions', { login: `personne.${index}`, password: PASSWORD }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    // Nobody has such a login: it may be a password that was typed too far up.
    const { rows } = await hub.admin.query(`select login from hub.audit_event where login like 'personne%'`);
    expect([rows, hub.log.text().includes('personne.')]).toEqual([[], false]);
  });
});

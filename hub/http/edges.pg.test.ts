import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeHub } from '../compose.ts';
import { TestHub } from '../testing/test-hub.ts';

const PASSWORD = 'un mot de passe très secret';

/** What anybody may call: everything else asks who is there. A new route that is meant for anybody is added here, knowingly. */
const PUBLIC = [
  'get /api/v1/identity',
  'post /api/v1/backup-opening',
  'post /api/v1/enrolment',
  'post /api/v1/enrolment/again',
  'post /api/v1/exchange',
  'post /api/v1/node-key',
  'post /api/v1/passkeys/invited',
  'post /api/v1/passkeys/invited/options',
  'post /api/v1/sessions',
  'post /api/v1/sessions/challenge',
  'post /api/v1/unlock',
];

type Operation = { readonly method: string; readonly path: string; readonly hasBody: boolean; readonly type: string };

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start(composeHub);
}, 120_000);
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
});

async function operations(): Promise<readonly Operation[]> {
  const { paths } = (await hub.get('/openapi.json')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: { content: object } }>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, { requestBody }]) => ({
        ...{ method, path: path.replaceAll(/\{[^}]+\}/g, 'x'), hasBody: requestBody !== undefined },
        type: Object.keys(requestBody?.content ?? {})[0] ?? '',
      })),
  );
}

function ask({ method, path }: Operation, init: RequestInit = {}): Promise<Response> {
  // A body that no route takes: none waits for one.
  const body = method === 'get' ? {} : { body: 'x' };
  return fetch(hub.url + path, { method: method.toUpperCase(), ...body, ...init });
}

describe('every route of the hub', () => {
  it('is for anybody only if it is named here, and else asks who is there before anything', async () => {
    const all = await operations();
    const open: string[] = [];
    for (const operation of all) {
      const { status } = await ask(operation, { headers: { authorization: 'Bearer forged.token.here' } });
      if (status !== 401) open.push(`${operation.method} ${operation.path}`);
    }
    expect(open.toSorted()).toEqual(PUBLIC);
    expect(all.length).toBeGreaterThan(open.length);
  });

  it('that takes JSON takes nothing else: no XML, no form, no archive, and no more than its limit', async () => {
    const taking = (await operations()).filter(({ type }) => type === 'application/json');
    expect(taking.length).toBeGreaterThan(2);
    for (const operation of taking.filter(({ method, path }) => PUBLIC.includes(`${method} ${path}`))) {
      for (const type of ['application/xml', 'text/xml', 'application/zip', 'application/x-www-form-urlencoded']) {
        const body = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>';
        const { status } = await ask(operation, { body, headers: { 'content-type': type } });
        expect([operation.path, type, status]).toEqual([operation.path, type, 415]);
      }
      const headers = { 'content-type': 'application/json' };
      const large = await ask(operation, { body: JSON.stringify({ x: 'x'.repeat(4 * 1024 * 1024) }), headers });
      expect([operation.path, large.status]).toEqual([operation.path, 413]);
      const twice = await ask(operation, { body: '{"login":"a","login":"b"}', headers });
      expect([operation.path, twice.status]).toEqual([operation.path, 400]);
    }
  });

  it('answers with a policy under which a page could load, run and send nothing', async () => {
    for (const operation of await operations()) {
      const { headers } = await ask(operation);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    }
  });
});

describe('a reader of reports', () => {
  it('is held to a pace, and no other is', async () => {
    for (const login of ['vite', 'lente'])
      await hub.operator('POST', '/users', { login, password: PASSWORD, role: 'region', region: 'Mopti' });
    const [fast, slow] = [await hub.tokenOf('vite', PASSWORD), await hub.tokenOf('lente', PASSWORD)];
    const ask = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${hub.url}/api/v1/passkeys`, { headers })).status;
    const statuses = new Map<number, number>();
    for (let round = 0; round < 61; round++)
      for (const status of await Promise.all(Array.from({ length: 10 }, () => ask(fast))))
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect(Object.fromEntries(statuses)).toEqual({ 200: 600, 429: 10 });
    expect(await ask(slow)).toBe(200);
  });
});

describe('names that people give', () => {
  it('are text wherever they come back: no page is made of them, and the spreadsheet runs none', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await hub.operator('POST', '/users', { login: 'xss', password: PASSWORD, role: 'region', region: name });
    const session = await fetch(`${hub.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'xss', password: PASSWORD }),
    });
    expect(session.headers.get('content-type')).toMatch(/^application\/json/);
    const { accessToken, user } = (await session.json()) as { accessToken: string; user: { region: string } };
    expect(user.region).toBe(name);
    const report = await fetch(`${hub.url}/api/v1/reports/weekly?format=csv`, {
      headers: { authorization: `Bearer ${accessToken}`, accept: 'text/html' },
    });
    expect(report.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(report.headers.get('content-disposition')).toMatch(/^attachment/);
  });
});

describe('the log', () => {
  it('has no secret in it, whatever was done and whatever went wrong', async () => {
    const { token } = await hub.addFacility('log_home');
    await hub.enrolled('log_other');
    await hub.operator('POST', '/users', { login: 'canari', password: PASSWORD, role: 'ministry' });
    const { authorization } = await hub.tokenOf('canari', PASSWORD);
    const accessToken = authorization.slice('Bearer '.length);
    await hub.get('/reports/weekly?region=Mopti', { authorization });
    await hub.post('/sessions', { login: 'canari', password: `${PASSWORD} faux` }).catch(() => {});
    await hub.post('/sessions', { login: 'canari', password: PASSWORD, surplus: PASSWORD }).catch(() => {});
    await hub.post('/enrolment', { sealed: token }).catch(() => {});
    await hub.operator('POST', '/keys/rotate', {});
    // A bug in the middle of a sign-in: what was thrown is logged, what was sent is not.
    await hub.admin.query('alter table hub.hub_user rename to hub_user_away');
    await expect(hub.post('/sessions', { login: 'canari', password: PASSWORD })).rejects.toMatchObject({ status: 500 });
    await expect(hub.get('/reports/weekly', { authorization })).rejects.toMatchObject({ status: 500 });
    await hub.admin.query('alter table hub.hub_user_away rename to hub_user');

    const identity = JSON.parse(readFileSync(join(hub.data, 'identity', 'hub.json'), 'utf8')) as Record<string, string>;
    const sealKey = readFileSync(join(hub.data, 'identity', 'kms-seal.key'), 'utf8').trim();
    const { rows } = await hub.admin.query<{ hash: string }>('select password_hash as hash from hub.hub_user');
    const secrets = [
      ...[...Object.values(identity), sealKey, PASSWORD, accessToken, token, token.split('.')[2] ?? token],
      ...rows.map(({ hash }) => hash),
    ];
    const log = hub.log.lines().map((line) => JSON.stringify(line));
    expect(log.length).toBeGreaterThan(20);
    expect(secrets.filter((secret) => log.some((line) => line.includes(secret)))).toEqual([]);
  });
});

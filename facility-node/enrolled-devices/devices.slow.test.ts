import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { describe, expect, it } from 'vitest';
import { clientOf, openTestClinic, TEST_PASSWORD, type TestClinic } from '../lan/testing/test-clinic.ts';

type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string };

/** A client judges a certificate by its own clock, which is today's. */
const openTodaysClinic: typeof openTestClinic = (options) =>
  openTestClinic({ clock: new FakeClock(Date.now()), ...options });

/** Asks over HTTPS, trusting the facility's authority alone, as an enrolled tablet does. */
const secure = async (
  clinic: TestClinic,
  [method, path]: readonly [string, string],
  { body, cookie, token }: { readonly body?: unknown; readonly cookie?: string; readonly token?: string } = {},
): Promise<Answer> => {
  const { port } = new URL(clinic.url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpsRequest({
    ...{ host: '127.0.0.1', port, servername: 'cscom-sangha.local', ca: clinic.certificates.card().pem, agent: false },
    ...{ method, path },
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  request.once('response', resolve).once('error', reject);
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const answer = await promise;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
};

const cookieOf = ({ headers }: Answer, name: string): string => {
  const found = headers['set-cookie']?.find((cookie) => cookie.startsWith(`${name}=`));
  if (found === undefined) throw new Error(`no cookie ${name}`);
  return found.split(';')[0] ?? '';
};

/** Enrols a device and gives its cookie. */
const enrol = async (clinic: TestClinic, name: string): Promise<string> => {
  const { token } = clinic.devices.invite({ kind: 'daemon' });
  const answer = await secure(clinic, ['POST', '/appareil/inscription'], { body: { token, name } });
  expect(answer.status).toBe(201);
  return cookieOf(answer, '__Host-haggui_device');
};

const signIn = (clinic: TestClinic, cookie?: string): Promise<Answer> =>
  secure(clinic, ['POST', '/api/v1/sessions'], {
    body: { login: 'nurse', password: TEST_PASSWORD },
    ...(cookie === undefined ? {} : { cookie }),
  });

const statusWith = async (clinic: TestClinic, answer: Answer): Promise<number> =>
  (await secure(clinic, ['GET', '/api/v1/patients'], { token: JSON.parse(answer.text).accessToken })).status;

describe('enrolling a device', () => {
  it('takes one invitation once, over HTTPS, and leaves a credential that no script reads', async () => {
    await using clinic = await openTodaysClinic();
    const { token } = clinic.devices.invite({ kind: 'daemon' });
    const body = { token, name: 'Tablette de la maternité' };
    const plain = await clinic.anonymous('POST', '/appareil/inscription', { body });
    expect([plain.status, plain.body.code]).toEqual([403, 'SH-A173']);
    const first = await secure(clinic, ['POST', '/appareil/inscription'], { body });
    expect(first.status).toBe(201);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^__Host-haggui_device=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; Secure; SameSite=Strict$/,
    );
    const second = await secure(clinic, ['POST', '/appareil/inscription'], { body });
    expect([second.status, JSON.parse(second.text).code]).toEqual([403, 'SH-A170']);
    expect(clinic.devices.list()).toMatchObject([{ name: 'Tablette de la maternité', revokedAt: null }]);
    const credential = cookieOf(first, '__Host-haggui_device').split('=')[1] ?? '';
    const kept = JSON.stringify(
      clinic.store.db.prepare('select hex(credential_hash) as h, * from enrolled_device').all(),
    );
    expect(kept).not.toContain(credential);
  });

  it('takes no invitation after a quarter of an hour, however the clock is turned, nor one that was made up', async () => {
    await using clinic = await openTodaysClinic();
    const { token } = clinic.devices.invite({ kind: 'daemon' });
    const tried = async (given: string): Promise<number> =>
      (await secure(clinic, ['POST', '/appareil/inscription'], { body: { token: given, name: 'Ma tablette' } })).status;
    expect(await tried('A'.repeat(22))).toBe(403);
    clinic.clock.setNow(clinic.clock.now() - 3600_000);
    expect(await tried(token)).toBe(403);
    clinic.clock.setNow(clinic.clock.now() + 3600_000 + 900_000);
    expect(await tried(token)).toBe(403);
    expect(clinic.devices.list()).toEqual([]);
  });

  it('is for who administers the facility', async () => {
    await using clinic = await openTodaysClinic();
    const nurse = await clinic.as('nurse');
    const officer = await clinic.as('it-officer');
    for (const [method, path] of [
      ['GET', '/api/v1/devices'],
      ['POST', '/api/v1/devices/invitations'],
    ] as const) {
      expect((await nurse(method, path)).status).toBe(403);
      expect((await officer(method, path)).status).toBeLessThan(300);
    }
    const { body } = await officer('POST', '/api/v1/devices/invitations');
    expect(body.links[0]).toMatch(/^http:\/\/192\.168\.1\.10:\d+\/appareil#[\w-]{22}$/);
    expect(body.links[1]).toMatch(/^http:\/\/cscom-sangha\.local:\d+\/appareil#/);
    expect(body.qr.length).toBe(body.qr[0].length);
    expect(body.fingerprint).toBe(clinic.certificates.card().fingerprint);
  });
});

describe('an enrolled device', () => {
  it('takes its sessions with it when it is withdrawn, at the very next request', async () => {
    await using clinic = await openTodaysClinic();
    await clinic.as('nurse');
    const cookie = await enrol(clinic, 'Tablette perdue');
    const onDevice = await signIn(clinic, cookie);
    const elsewhere = await signIn(clinic);
    expect([await statusWith(clinic, onDevice), await statusWith(clinic, elsewhere)]).toEqual([200, 200]);
    clinic.devices.revoke('Tablette perdue', { kind: 'daemon' });
    expect([await statusWith(clinic, onDevice), await statusWith(clinic, elsewhere)]).toEqual([401, 200]);
    const refreshed = await secure(clinic, ['POST', '/api/v1/sessions/refresh'], {
      cookie: `${cookie}; ${cookieOf(onDevice, '__Host-haggui_refresh')}`,
    });
    expect(refreshed.status).toBe(401);
    const again = await signIn(clinic, cookie);
    expect([again.status, JSON.parse(again.text).code]).toEqual([403, 'SH-A171']);
    expect(() => clinic.devices.revoke('Tablette inconnue', { kind: 'daemon' })).toThrow(/Aucun appareil/);
  });

  it('is the only one on which its sessions can be renewed', async () => {
    await using clinic = await openTodaysClinic();
    await clinic.as('nurse');
    const cookie = await enrol(clinic, 'Tablette');
    const carriedOff = cookieOf(await signIn(clinic, cookie), '__Host-haggui_refresh');
    const renew = async (given: string) =>
      (await secure(clinic, ['POST', '/api/v1/sessions/refresh'], { cookie: given })).status;
    expect(await renew(carriedOff)).toBe(401);
    expect(await renew(`${await enrol(clinic, 'Autre')}; ${carriedOff}`)).toBe(401);
    expect(await renew(`${cookie}; ${carriedOff}`)).toBe(200);
  });

  it('is all that staff can sign in on where the facility has it so, but for the machine itself', async () => {
    await using clinic = await openTodaysClinic({ areDevicesRequired: true });
    const gate = clinic.devices;
    expect(() => gate.admit(undefined, '192.168.1.44')).toThrow(/n’est pas enrôlé/);
    expect(gate.admit(undefined, '127.0.0.1')).toBeNull();
    const cookie = await enrol(clinic, 'Tablette');
    expect(gate.admit(cookie.split('=')[1], '192.168.1.44')).toBe(clinic.devices.list()[0]?.id);
  });
});

describe('signing in over HTTPS', () => {
  it('leaves a cookie for this host alone, and ends the session that the same browser had', async () => {
    await using clinic = await openTodaysClinic();
    await clinic.as('nurse');
    const first = await signIn(clinic);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^__Host-haggui_refresh=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    const elsewhere = await signIn(clinic);
    const second = await signIn(clinic, cookieOf(first, '__Host-haggui_refresh'));
    const alive = [first, elsewhere, second].map((answer) => statusWith(clinic, answer));
    expect(await Promise.all(alive)).toEqual([401, 200, 200]);
  });
});

describe('plain HTTP', () => {
  it('is answered to this machine, and to the LAN only with how to enrol', async () => {
    await using clinic = await openTodaysClinic({ plainHttp: 'never' });
    // `never` treats this machine as any other: what a tablet is answered.
    const ask = clientOf(clinic.url, undefined);
    for (const [method, path] of [
      ['GET', '/api/v1/patients'],
      ['POST', '/api/v1/sessions'],
      ['GET', '/api/docs'],
      ['GET', '/appareils'],
      ['POST', '/appareil/inscription'],
      ['DELETE', '/x'],
    ] as const) {
      const { status, body } = await ask(method, path);
      expect([path, status, body.code]).toEqual([path, 403, 'SH-A173']);
    }
    const page = await ask('GET', '/appareil');
    expect(page.status).toBe(200);
    expect(page.body).toContain(`https://cscom-sangha.local:${new URL(clinic.url).port}/appareil`);
    expect((await ask('GET', '/')).body).toContain('Enrôler cet appareil');
    expect((await secure(clinic, ['GET', '/api/docs'])).status).toBe(200);
    await using open = await openTodaysClinic();
    expect((await open.anonymous('GET', '/api/docs')).status).toBe(200);
  });

  it('hands out the certificate in the forms that phones take', async () => {
    await using clinic = await openTodaysClinic({ plainHttp: 'never' });
    const certificate = await fetch(`${clinic.url}/appareil/autorite.crt`);
    expect(certificate.headers.get('content-type')).toBe('application/x-x509-ca-cert');
    expect(Buffer.from(await certificate.arrayBuffer()).equals(clinic.certificates.card().der)).toBe(true);
    const profile = await (await fetch(`${clinic.url}/appareil/autorite.mobileconfig`)).text();
    const [, data = ''] = /<data>([^<]+)<\/data>/.exec(profile) ?? [];
    expect(Buffer.from(data, 'base64').equals(clinic.certificates.card().der)).toBe(true);
    expect(profile).toContain('com.apple.security.root');
  });
});

describe('every page of the node', () => {
  it('is served with a policy that lets in no script, style or frame from elsewhere, and none that is written into it', async () => {
    await using clinic = await openTodaysClinic();
    for (const path of ['/', '/appareil', '/appareils', '/consentements', '/api/docs']) {
      const { status, headers, text: page } = await secure(clinic, ['GET', path]);
      const policy = String(headers['content-security-policy']);
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(policy).toMatch(/base-uri 'none'/);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(page).not.toMatch(/ on\w+=|style=|<script>/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    }
  });

  it('shows no form for a password before the program that sends it is there', async () => {
    await using clinic = await openTodaysClinic();
    for (const path of ['/appareils', '/consentements']) {
      const { text: page } = await secure(clinic, ['GET', path]);
      const forms =
        page.match(/<form[^>]*>[\s\S]*?<\/form>/g)?.filter((form) => form.includes('type="password"')) ?? [];
      expect(forms).toHaveLength(1);
      expect(forms[0]).toMatch(/^<form[^>]* hidden>/);
    }
  });
});

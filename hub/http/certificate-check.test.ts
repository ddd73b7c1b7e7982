import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { issueAuthority, issueServerCertificate } from '@santehaggui/runtime/certificates/issue-certificate.ts';
import { describe, expect, it } from 'vitest';
import { certificateCheck } from './certificate-check.ts';

const DAY_MS = 24 * 3600_000;
const now = Date.now();
const validFor = { notBefore: now - DAY_MS, notAfter: now + 100 * DAY_MS };
const permitted = { names: ['hub.sante.ml', 'localhost'], networks: ['127.0.0.0/8'] };
const authority = issueAuthority({ commonName: 'Une autorité', permitted, ...validFor });

/** What is said of a hub with a certificate for `hub.sante.ml`, by who trusts its authority or not. */
async function told({ name = 'hub.sante.ml', isTrusted = true, inDays = 0 }) {
  const names = ['hub.sante.ml'];
  const issued = issueServerCertificate({ authority, commonName: 'hub', names, addresses: [], ...validFor });
  const server = createServer({ key: issued.privateKey, cert: issued.certificate }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nowMs = now + inDays * DAY_MS;
  const check = await certificateCheck({
    url,
    name,
    nowMs,
    ...(isTrusted ? { authority: authority.certificate } : {}),
  });
  server.close();
  return check;
}

describe('the certificate of a hub', () => {
  it('is fine when everybody knows its authority and it is for the name that is opened', async () => {
    expect(await told({})).toMatchObject({ state: 'ok', detail: expect.stringContaining('encore 99 jours') });
  });

  it('is told when it is of an authority that nobody knows, for another name, or soon over', async () => {
    expect(await told({ isTrusted: false })).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining('refusent'),
    });
    expect(await told({ name: 'localhost' })).toMatchObject({
      state: 'degraded',
      detail: expect.stringMatching(/ALTNAME/),
    });
    expect(await told({ inDays: 85 })).toMatchObject({ state: 'degraded', detail: 'ne vaut plus que 14 jour(s)' });
  });

  it('is nothing of a hub behind a proxy, and does not make a status fail', async () => {
    expect(await certificateCheck({ url: 'http://127.0.0.1:1', name: undefined, nowMs: now })).toBeUndefined();
    expect(await certificateCheck({ url: 'https://127.0.0.1:1', name: undefined, nowMs: now })).toMatchObject({
      state: 'degraded',
    });
  });
});

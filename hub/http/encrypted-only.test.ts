import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { createHttpApp } from '@santehaggui/runtime/http/http-app.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { describe, expect, it } from 'vitest';
import { encryptedOnly } from './encrypted-only.ts';

const application = (trustedProxies: readonly string[]) =>
  createHttpApp({
    ...{ trustedProxies, routes: [], maxBodyBytes: 10, authorise: async () => null },
    ...{ log: recordingLog().log, clock: new FakeClock() },
  });

type Asked = {
  readonly isTls: boolean;
  readonly proxies: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
};

/** What a request from that address is answered, and whether its WebSocket was taken. */
async function from(
  remoteAddress: string,
  { isTls = false, proxies = ['10.1.0.0/16'], headers = {} }: Partial<Asked> = {},
) {
  const socket = isTls ? new TLSSocket(new Socket()) : new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  const upgraded: IncomingMessage[] = [];
  const { app, onUpgrade } = encryptedOnly(application(proxies), (asking) => upgraded.push(asking));
  const request = new IncomingMessage(socket);
  Object.assign(request, { method: 'GET', url: '/nowhere', headers });
  const response = new ServerResponse(request);
  app(request, response);
  for (let turn = 0; turn < 5 && !response.writableEnded; turn++) await new Promise((done) => setImmediate(done));
  const wire = new PassThrough();
  onUpgrade(request, wire, Buffer.alloc(0));
  const refusal = upgraded.length === 1 ? undefined : (wire.read() as Buffer).toString();
  socket.destroy();
  return { status: response.statusCode, strict: response.getHeader('strict-transport-security'), refusal };
}

const strict = 'max-age=31536000; includeSubDomains';

describe('a hub', () => {
  it('answers over TLS, its own machine, and the proxies that its operator named', async () => {
    const answered = { status: 404, strict, refusal: undefined };
    expect(await from('41.73.0.1', { isTls: true })).toEqual(answered);
    for (const address of ['127.0.0.1', '::1', '10.1.2.3']) expect(await from(address), address).toEqual(answered);
  });

  it('answers nobody else in clear, neither requests nor WebSockets', async () => {
    for (const address of ['41.73.0.1', '10.2.0.1', '192.168.1.9']) {
      const { status, refusal } = await from(address);
      expect([status, refusal], address).toEqual([403, expect.stringContaining('HTTP/1.1 403')]);
    }
    expect((await from('10.1.2.3', { proxies: [] })).status).toBe(403);
  });

  it('takes no WebSocket of a page, whatever site it is of', async () => {
    const headers = { origin: 'https://hub.sante.ml', host: 'hub.sante.ml' };
    const { status, refusal } = await from('41.73.0.1', { isTls: true, headers });
    expect([status, refusal]).toEqual([404, expect.stringContaining('HTTP/1.1 403')]);
  });
});

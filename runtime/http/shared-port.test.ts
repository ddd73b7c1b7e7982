import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueAuthority, issueServerCertificate } from '../certificates/issue-certificate.ts';
import { runServices } from '../lifecycle/run-services.ts';
import { leakCheck } from '../testing/leak-check.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { systemClock } from '../time/clock.ts';
import { type ListenOptions, listenService } from './listen-service.ts';
import type { TlsCertificate } from './shared-port.ts';

const validFor = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 86_400_000 };
const authority = issueAuthority({
  commonName: 'Test',
  permitted: { names: ['localhost'], networks: ['127.0.0.0/8'] },
  ...validFor,
});
const issue = (commonName: string): TlsCertificate => {
  const names = { names: ['localhost'], addresses: ['127.0.0.1'] };
  const { certificate, privateKey } = issueServerCertificate({ authority, commonName, ...names, ...validFor });
  return { cert: certificate, key: privateKey };
};

/** Tells whether it was asked over TLS, and how many bytes came. */
const echo: ListenOptions['app'] = async (request, response) => {
  const body = await text(request);
  response.end(`${(request.socket as TLSSocket).encrypted === true ? 'https' : 'http'} ${body.length}`);
};

const serve = async (certificate: () => TlsCertificate | null, more: Partial<ListenOptions> = {}) => {
  const { log } = recordingLog();
  const at = { host: '127.0.0.1', port: 0 };
  const options = { name: 'lan', app: echo, at, log, clock: systemClock, sharedTls: certificate, ...more };
  const service = listenService(options);
  const controller = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = runServices([service], { log, signal: controller.signal, ready: ready.resolve });
  await Promise.race([ready.promise, ended]);
  const { port } = service.address() as { port: number };
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  return { port, stop, [Symbol.asyncDispose]: stop };
};

const dial = async (port: number, kind: 'http' | 'https'): Promise<Socket> => {
  const socket =
    kind === 'http'
      ? connect(port, '127.0.0.1')
      : connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.certificate });
  await once(socket, kind === 'http' ? 'connect' : 'secureConnect');
  return socket;
};

const request = (body: string, more = ''): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

const lastAnswers = (said: string): readonly string[] => said.match(/https? \d+/g) ?? [];

describe('one port for both', () => {
  it.each(['http', 'https'] as const)('answers %s, request after request, large ones and torn ones', async (kind) => {
    const certificate = issue('one');
    await using server = await serve(() => certificate);
    const socket = await dial(server.port, kind);
    const whole = request('a'.repeat(200_000)) + request('bc') + request('def', 'Connection: close\r\n');
    // Its very first byte alone: it decides what the rest is.
    socket.write(whole.slice(0, 1));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(whole.slice(1));
    expect(lastAnswers(await text(socket))).toEqual([`${kind} 200000`, `${kind} 2`, `${kind} 3`]);
  });

  it('serves a renewed certificate from the next handshake on, and none while there is none', async () => {
    let current: TlsCertificate | null = issue('one');
    await using server = await serve(() => current);
    const nameServed = async (): Promise<string> => {
      const socket = (await dial(server.port, 'https')) as TLSSocket;
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return String(CN);
    };
    expect(await nameServed()).toBe('one');
    current = issue('two');
    expect(await nameServed()).toBe('two');
    current = null;
    await expect(nameServed()).rejects.toThrow();
    const plain = await dial(server.port, 'http');
    plain.write(request('x', 'Connection: close\r\n'));
    expect(lastAnswers(await text(plain))).toEqual(['http 1']);
  });

  it('hands over encrypted connections that upgrade', async () => {
    await using server = await serve(() => issue('one'), { onUpgrade: (_request, socket) => socket.end('taken') });
    const socket = await dial(server.port, 'https');
    socket.write('GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
    expect(await text(socket)).toBe('taken');
  });

  it('goes on after connections that break off in the middle of a handshake', async () => {
    const certificate = issue('one');
    await using server = await serve(() => certificate);
    for (const nonsense of [Buffer.from([0x16, 3, 1, 2, 0]), Buffer.from([0x16, 3, 1, 0, 2, 1, 1])]) {
      const broken = await dial(server.port, 'http');
      broken.on('error', () => {});
      await new Promise<void>((resolve) => broken.write(nonsense, () => resolve()));
      broken.destroy();
    }
    const socket = await dial(server.port, 'https');
    socket.write(request('x', 'Connection: close\r\n'));
    expect(lastAnswers(await text(socket))).toEqual(['https 1']);
  });

  it('refuses TLS older than 1.2', async () => {
    const certificate = issue('one');
    await using server = await serve(() => certificate);
    const old = connectTls({
      port: server.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(once(old, 'secureConnect')).rejects.toThrow();
  });

  it('stops with connections open that said nothing, half a handshake, or half a request', async () => {
    const check = leakCheck();
    const server = await serve(() => issue('one'), { graceMs: 0 });
    const silent = await dial(server.port, 'http');
    const torn = await dial(server.port, 'http');
    torn.write(Buffer.from([0x16, 3, 1, 2, 0]));
    const slow = await dial(server.port, 'https');
    slow.write('POST / HTTP/1.1\r\nHost: x\r\n');
    const idle = await dial(server.port, 'https');
    idle.write(request('x'));
    await once(idle, 'data');
    const closed = [silent, torn, slow, idle].map((socket) => {
      socket.on('error', () => {});
      return once(socket, 'close');
    });
    await server.stop();
    await Promise.all(closed);
    expect(await check.leaked()).toEqual([]);
  });
});

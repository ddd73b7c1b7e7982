import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { HubTls } from './hub-tls.ts';

const pem = (name: string): string => readFileSync(join(import.meta.dirname, '../../testing/tls', name), 'utf8');
const authority = pem('authority.pem');
const servers: Server[] = [];
/** What the servers accepted: their bytes are those on the wire. */
const sockets: Socket[] = [];

async function listen(certificate: string): Promise<number> {
  const tls = createServer({ key: pem('hub.key'), cert: pem(certificate), minVersion: 'TLSv1.3' }, (socket) => {
    socket.on('error', () => {});
    socket.end('hub');
  });
  tls.on('tlsClientError', () => {});
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    tls.emit('connection', socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Connects, reads to the end, and tells how it went. */
async function converse(tls: HubTls, port: number) {
  const socket: TLSSocket = tls.connect({ host: '127.0.0.1', port });
  await once(socket, 'secureConnect');
  const reused = socket.isSessionReused();
  const protocol = socket.getProtocol();
  socket.resume();
  await once(socket, 'close');
  const wire = sockets.at(-1) as Socket;
  return { reused, protocol, bytes: wire.bytesRead + wire.bytesWritten };
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('HubTls', () => {
  it('resumes with a ticket at a fraction of the bytes, and makes a whole handshake again after a day', async () => {
    const clock = new FakeClock();
    const tls = new HubTls({ authority, isClockTrusted: () => true, clock });
    const port = await listen('hub.pem');
    const first = await converse(tls, port);
    const second = await converse(tls, port);
    expect(first).toMatchObject({ reused: false, protocol: 'TLSv1.3' });
    expect(second.reused).toBe(true);
    expect([first.bytes, second.bytes]).toEqual([expect.closeTo(4000, -3), expect.closeTo(1000, -3)]);
    await clock.advance(23 * 3600_000);
    expect((await converse(tls, port)).reused).toBe(true);
    await clock.advance(2 * 3600_000);
    expect((await converse(tls, port)).reused).toBe(false);
  });

  it('refuses a hub whose certificate nobody it trusts has signed', async () => {
    const tls = new HubTls({ isClockTrusted: () => true, clock: new FakeClock() });
    const socket = tls.connect({ host: '127.0.0.1', port: await listen('hub.pem') });
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('not trusted');
  });

  it('judges the dates of a certificate only while the node knows the time', async () => {
    const port = await listen('expired.pem');
    let isTrusted = true;
    const tls = new HubTls({ authority, isClockTrusted: () => isTrusted, clock: new FakeClock() });
    const [error] = await once(tls.connect({ host: '127.0.0.1', port }), 'error');
    expect(String(error)).toContain('CERT_HAS_EXPIRED');
    isTrusted = false;
    expect((await converse(tls, port)).protocol).toBe('TLSv1.3');
  });
});

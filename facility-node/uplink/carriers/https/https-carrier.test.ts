import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { POSTED, packFrames } from '@santehaggui/protocols/frames/posted-frames.ts';
import { FakeClock } from '@santehaggui/runtime/testing/fake-clock.ts';
import { recordingLog } from '@santehaggui/runtime/testing/recording-log.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from '../carrier.ts';
import { httpsCarrier } from './https-carrier.ts';
import { HubTls } from './hub-tls.ts';

type Upgrades = 'welcome' | 'swallow' | 'refuse' | 'unavailable';

const servers: Server[] = [];
const clock = new FakeClock();
const tls = new HubTls({ isClockTrusted: () => true, clock });

/** A hub behind something: it answers a POST with the frame [1], and a WebSocket, where there is one, with [2]. */
async function hubBehind(how: { upgrades: Upgrades }): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isFirst = request.headers[POSTED.sessionHeader] === undefined;
      if (!isFirst) return;
      response.writeHead(200, { [POSTED.sessionHeader]: 'abc' }).end(packFrames([Uint8Array.of(1)]));
    });
  });
  server.on('upgrade', (request, socket, head) => {
    if (how.upgrades === 'refuse' || how.upgrades === 'unavailable') {
      socket.end(`HTTP/1.1 ${how.upgrades === 'refuse' ? 403 : 503} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open: WebSocket) => {
      if (how.upgrades === 'welcome') open.send(Uint8Array.of(2));
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Connects, says something, and gives the first frame that comes; undefined when the connection is closed without one. */
async function firstFrame(
  carrier: ReturnType<typeof httpsCarrier>,
  hubUrl: string,
  patienceMs = 2000,
): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const connection: Connection = await carrier.connect({
    hubUrl,
    signal: new AbortController().signal,
    timeoutMs: 1000,
    listener: { onFrame: (frame) => resolve(frame[0]), onClosed: () => resolve(undefined) },
  });
  connection.send(Uint8Array.of(7));
  const impatient = setTimeout(() => connection.close('nobody speaks'), patienceMs);
  const first = await promise;
  clearTimeout(impatient);
  connection.close('enough');
  return first;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the carrier https', () => {
  const carrier = () => httpsCarrier({ clock, tls, log: recordingLog().log });

  it('speaks over a WebSocket where it can', async () => {
    expect(await firstFrame(carrier(), await hubBehind({ upgrades: 'welcome' }))).toBe(2);
  });

  it('posts where the upgrade is refused, keeps to that for an hour, and then tries the WebSocket again', async () => {
    const how: { upgrades: Upgrades } = { upgrades: 'refuse' };
    const url = await hubBehind(how);
    const one = carrier();
    expect(await firstFrame(one, url)).toBe(1);
    how.upgrades = 'welcome';
    expect(await firstFrame(one, url)).toBe(1);
    await clock.advance(3601_000);
    expect(await firstFrame(one, url)).toBe(2);
  });

  it('posts after a WebSocket that was opened and carried nothing', async () => {
    const url = await hubBehind({ upgrades: 'swallow' });
    const one = carrier();
    expect(await firstFrame(one, url, 100)).toBeUndefined();
    expect(await firstFrame(one, url)).toBe(1);
  });

  it('does not post to a hub that is starting, nor to one that is not there', async () => {
    const url = await hubBehind({ upgrades: 'unavailable' });
    await expect(firstFrame(carrier(), url)).rejects.toThrow('503');
    await expect(firstFrame(carrier(), 'http://127.0.0.1:9')).rejects.toThrow('ECONNREFUSED');
  });
});

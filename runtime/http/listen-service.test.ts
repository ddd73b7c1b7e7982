import { once } from 'node:events';
import { rename, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { runServices } from '../lifecycle/run-services.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { leakCheck } from '../testing/leak-check.ts';
import { recordingLog } from '../testing/recording-log.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { systemClock } from '../time/clock.ts';
import { type ListenAt, type ListenOptions, listenService } from './listen-service.ts';
import { requestOverSocket } from './socket-client.ts';

type App = ListenOptions['app'];

const hello: App = (_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"hello":true}');
};

const serve = async (at: ListenAt, app: App = hello, more: Partial<ListenOptions> = {}) => {
  const { log } = recordingLog();
  const service = listenService({ name: 'lan', app, at, log, clock: systemClock, ...more });
  const controller = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = runServices([service], { log, signal: controller.signal, ready: ready.resolve });
  await Promise.race([ready.promise, ended]);
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  return { service, stop, ended, controller, [Symbol.asyncDispose]: stop };
};

const loopback = { host: '127.0.0.1', port: 0 };

describe('listenService', () => {
  it('binds any free port, tells which, and leaves nothing open when stopped', async () => {
    const check = leakCheck();
    const { service, stop } = await serve(loopback);
    const address = service.address();
    if (!('url' in address)) throw new Error('no url');
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number), url: `http://127.0.0.1:${address.port}` });
    const socket = connect(address.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await stop();
    await closed;
    expect(() => service.address()).toThrow('does not listen');
    expect(await check.leaked()).toEqual([]);
  });

  it('lets a running request end before it stops', async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { service, stop } = await serve(loopback, async (_request, response) => {
      arrived.resolve();
      await release.promise;
      response.end('done');
    });
    const answer = fetch((service.address() as { url: string }).url);
    await arrived.promise;
    const stopped = stop();
    release.resolve();
    expect(await (await answer).text()).toBe('done');
    await stopped;
  });

  it('cuts a request that does not end within the grace', async () => {
    const clock = new FakeClock();
    const arrived = Promise.withResolvers<void>();
    const { service, stop } = await serve(loopback, () => arrived.resolve(), { clock, graceMs: 5000 });
    const answer = fetch((service.address() as { url: string }).url).catch((error: unknown) => error);
    await arrived.promise;
    const stopped = stop();
    await clock.advance(5000);
    await stopped;
    expect(await answer).toBeInstanceOf(TypeError);
  });

  it('refuses a port that is taken, with an error that names it', async () => {
    await using first = await serve(loopback);
    const { port } = first.service.address() as { port: number };
    await expect(serve({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'SH-K001',
      message: `L’adresse 127.0.0.1:${port} est déjà prise par un autre programme`,
    });
  });

  it('opens a Unix socket for its owner and group alone, and removes it when stopped', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    const { service, stop } = await serve({ socketPath });
    expect(service.address()).toEqual({ socketPath });
    expect((await stat(socketPath)).mode & 0o777).toBe(0o660);
    expect((await requestOverSocket({ socketPath, method: 'GET', path: '/' })).body).toEqual({ hello: true });
    await stop();
    await expect(stat(socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes the place of a socket file that nobody answers on', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    const dead = createNetServer().listen(`${socketPath}.real`);
    await once(dead, 'listening');
    // Closing removes the file, a killed process does not: a socket moved away before closing is what is left of one.
    await rename(`${socketPath}.real`, socketPath);
    dead.close();
    await once(dead, 'close');
    expect((await stat(socketPath)).isSocket()).toBe(true);
    await using _service = await serve({ socketPath });
    expect((await requestOverSocket({ socketPath, method: 'GET', path: '/' })).status).toBe(200);
  });

  it('leaves alone a socket that somebody answers on, and whatever is no socket', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    await using _first = await serve({ socketPath });
    await expect(serve({ socketPath })).rejects.toMatchObject({ code: 'SH-K001' });
    expect((await requestOverSocket({ socketPath, method: 'GET', path: '/' })).status).toBe(200);
    const file = join(directory.path, 'precious');
    await writeFile(file, 'data');
    await expect(serve({ socketPath: file })).rejects.toMatchObject({ code: 'SH-K001' });
    await symlink(file, join(directory.path, 'link'));
    await expect(serve({ socketPath: join(directory.path, 'link') })).rejects.toMatchObject({ code: 'SH-K001' });
    expect((await stat(file)).size).toBe(4);
  });

  it('hands over connections that upgrade, and closes them where nobody takes them', async () => {
    const upgrade = 'GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n';
    const ask = async (port: number): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      socket.write(upgrade);
      return text(socket);
    };
    await using deaf = await serve(loopback);
    expect(await ask((deaf.service.address() as { port: number }).port)).toBe('');
    await using live = await serve(loopback, hello, {
      onUpgrade: (request, socket) => socket.end(`taken ${request.url}`),
    });
    expect(await ask((live.service.address() as { port: number }).port)).toBe('taken /live');
  });
});

describe('requestOverSocket', () => {
  it('sends JSON and bytes, and gives back what the daemon answered', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    await using _service = await serve({ socketPath }, async (request, response) => {
      const body = await text(request);
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }));
    });
    const ask = async (body: unknown) =>
      (await requestOverSocket({ socketPath, method: 'POST', path: '/x', body })).body;
    expect(await ask({ a: 'é' })).toEqual({ method: 'POST', type: 'application/json', body: '{"a":"é"}' });
    expect(await ask(Buffer.from('raw'))).toEqual({ method: 'POST', type: 'application/octet-stream', body: 'raw' });
  });

  it('says that the daemon is stopped when there is no socket, or nobody behind it', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    const ask = () => requestOverSocket({ socketPath, method: 'GET', path: '/' });
    await expect(ask()).rejects.toMatchObject({ code: 'SH-T001', kind: 'transient' });
    const rude = createServer((request) => request.socket.destroy()).listen(socketPath);
    await once(rude, 'listening');
    await expect(ask()).rejects.toMatchObject({ code: 'SH-T001' });
    rude.close();
  });

  it('gives up after its time, and when told to', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    const silent: App = () => {};
    await using _service = await serve({ socketPath }, silent, { graceMs: 0 });
    const ask = { socketPath, method: 'GET', path: '/' } as const;
    await expect(requestOverSocket({ ...ask, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'SH-T002',
      kind: 'transient',
    });
    await expect(requestOverSocket({ ...ask, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('throws the daemon’s own error for a problem', async () => {
    await using directory = await temporaryDirectory();
    const socketPath = join(directory.path, 'admin.sock');
    await using _service = await serve({ socketPath }, (_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'SH-K123', title: 'Déjà fait', detail: 'Déjà fait hier' }));
    });
    await expect(requestOverSocket({ socketPath, method: 'GET', path: '/' })).rejects.toMatchObject({
      code: 'SH-K123',
      kind: 'conflict',
      message: 'Déjà fait hier',
    });
  });
});

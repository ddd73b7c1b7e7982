import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { failRuntime } from '../errors/runtime-errors.ts';
import { builtIn } from '../lifecycle/built-in.ts';
import { aborted, type Service } from '../lifecycle/service.ts';
import type { Log } from '../log/logger.ts';
import type { Clock } from '../time/clock.ts';
import { shareWithTls, type TlsCertificate } from './shared-port.ts';

const { createServer } = builtIn('node:http');

/** Where to listen: a host and port (0: any free one), or the path of a Unix socket (mode 0660). */
export type ListenAt = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** Where a service listens, once it does. */
export type BoundAddress =
  | { readonly host: string; readonly port: number; readonly url: string }
  | { readonly socketPath: string };

/** What a listening service is made of. */
export type ListenOptions = {
  readonly name: string;
  /** An express application, or any request listener. */
  readonly app: RequestListener;
  readonly at: ListenAt;
  readonly log: Log;
  readonly clock: Clock;
  /** Given: HTTPS with this key and certificate, by default from TLS 1.2 on. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'minVersion' | 'ecdhCurve'>;
  /** Given: connections that begin with a TLS handshake are served HTTPS on the same port. See {@link shareWithTls}. */
  readonly sharedTls?: () => TlsCertificate | null;
  /** Takes over connections that ask to upgrade (WebSocket); without it they are closed. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** How long running requests may go on after the stop is asked for; default 5,000. */
  readonly graceMs?: number;
};

/** A service that answers HTTP; `address()` is known once it is ready and throws before. */
export type ListenService = Service & { address(): BoundAddress };

const answersOn = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = createConnection(socketPath);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });

const addressTaken = (address: string, cause?: unknown) =>
  failRuntime('SH-K001', {
    what: {
      fr: `L’adresse ${address} est déjà prise par un autre programme`,
      en: `The address ${address} is already taken by another program`,
    },
    cause,
  });

const removeStaleSocket = async (socketPath: string): Promise<void> => {
  const found = await lstat(socketPath).catch(() => null);
  if (found === null) return;
  if (!found.isSocket() || (await answersOn(socketPath))) throw addressTaken(socketPath);
  await unlink(socketPath);
};

const bind = async (server: Server, at: ListenAt): Promise<void> => {
  const listening = once(server, 'listening');
  if ('socketPath' in at) {
    await removeStaleSocket(at.socketPath);
    server.listen(at.socketPath);
  } else {
    server.listen(at.port, at.host);
  }
  try {
    await listening;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const address = 'socketPath' in at ? at.socketPath : `${at.host}:${at.port}`;
    throw code === 'EADDRINUSE' ? addressTaken(address, error) : error;
  }
  if ('socketPath' in at) await chmod(at.socketPath, 0o660);
};

const boundAddress = (server: Server, at: ListenAt, scheme: string): BoundAddress => {
  const bound = server.address();
  if (bound === null || typeof bound === 'string' || 'socketPath' in at) return { socketPath: String(bound) };
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  return { host: at.host, port: bound.port, url: `${scheme}://${host}:${bound.port}` };
};

const close = async (server: Server, clock: Clock, graceMs: number): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const waiting = new AbortController();
  const grace = clock.sleep(graceMs, waiting.signal).then(
    () => server.closeAllConnections(),
    () => {},
  );
  await closed;
  waiting.abort();
  await grace;
};

/**
 * Listens until the signal aborts, then takes no new connection, lets running requests end for `graceMs` and closes.
 * A socket file that nobody answers on is removed first. Throws SH-K001 when the address is taken. Upgraded connections
 * (WebSocket) are their taker's to close.
 */
export const listenService = ({
  name,
  app,
  at,
  log,
  clock,
  tls,
  sharedTls,
  onUpgrade,
  graceMs = 5000,
}: ListenOptions): ListenService => {
  let address: BoundAddress | null = null;
  return {
    name,
    address: () => {
      if (address === null) throw new TypeError(`${name} does not listen yet`);
      return address;
    },
    run: async ({ signal, ready }) => {
      const server: Server =
        tls === undefined ? createServer(app) : createTlsServer({ minVersion: 'TLSv1.2', ...tls }, app);
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (onUpgrade === undefined) socket.destroy();
        else onUpgrade(request, socket, head);
      });
      const dropSilent = sharedTls === undefined ? undefined : shareWithTls(server, sharedTls);
      await bind(server, at);
      const broken = once(server, 'error').then(([error]) => {
        throw error;
      });
      broken.catch(() => {});
      address = boundAddress(server, at, tls === undefined ? 'http' : 'https');
      log.info('http.listening', { service: name, ...address });
      ready();
      try {
        await Promise.race([aborted(signal), broken]);
      } finally {
        address = null;
        dropSilent?.();
        await close(server, clock, graceMs);
      }
    },
  };
};

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_FRAME_BYTES } from '@santehaggui/protocols/frames/messages.ts';
import { EXCHANGE_PATH } from '@santehaggui/protocols/frames/posted-frames.ts';
import { aborted, type Service } from '@santehaggui/runtime/lifecycle/service.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { failHub } from '../errors/hub-errors.ts';
import { CLOSE, ExchangeSession } from './exchange-session.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { SessionServices } from './session-services.ts';

const HELLO_WITHIN_MS = 15_000;
const PING_EVERY_MS = 30_000;
const MAX_CONNECTIONS = 4096;

/** Where exchanges come in: accepts WebSockets and watches that they live, and wakes the sessions, of any wire, whose feed grew. */
export class ExchangeEndpoint {
  readonly #services: SessionServices;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES + 64,
    perMessageDeflate: false,
  });
  readonly #sessions = new Set<ExchangeSession>();
  readonly #sockets = new Set<WebSocket>();
  #isOpen = false;

  constructor(services: SessionServices) {
    this.#services = services;
  }

  /** Takes over a connection that asks to upgrade; anything but the exchange is turned away. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = (request.url ?? '').split('?', 1)[0];
    const isWelcome = this.#isOpen && path === EXCHANGE_PATH && this.#sessions.size < MAX_CONNECTIONS;
    if (!isWelcome) {
      socket.end(
        `HTTP/1.1 ${path === EXCHANGE_PATH ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) =>
      this.#accept(connection, request.socket.remoteAddress ?? ''),
    );
  };

  /** Tells the sessions of a facility, or all of them, that feeds may have grown. */
  wake(facility?: string): void {
    for (const session of this.#sessions) {
      if (facility === undefined || session.node()?.facility === facility) session.wake();
    }
  }

  /** Ends the connections of a facility's node. */
  disconnect(facility: string): void {
    for (const session of this.#sessions)
      if (session.node()?.facility === facility) session.close(CLOSE.policy, 'the node is no longer this facility’s');
  }

  /** The facilities that are connected now. */
  connected(): ReadonlySet<string> {
    return new Set([...this.#sessions].flatMap((session) => session.node()?.facility ?? []));
  }

  /** The service during which connections are taken; at its end all are closed. */
  service(): Service {
    return {
      name: 'exchange',
      run: async ({ signal, ready }) => {
        this.#isOpen = true;
        ready();
        await aborted(signal);
        this.#isOpen = false;
        for (const session of this.#sessions) session.close(CLOSE.goingAway, 'the hub is stopping');
        // A node that is cut off would keep the hub from stopping until TCP gives up.
        const { promise: isEmpty, resolve } = Promise.withResolvers<void>();
        const late = setTimeout(() => {
          for (const socket of this.#sockets) socket.terminate();
        }, 1000);
        const look = (): void => {
          if (this.#sockets.size === 0) resolve();
        };
        for (const socket of this.#sockets) socket.once('close', () => setImmediate(look));
        look();
        await isEmpty;
        clearTimeout(late);
        this.#server.close();
      },
    };
  }

  /** Begins a session over a wire. Throws SH-T301 when the hub is stopping or has as many as it can bear. */
  open(wire: FrameSocket): ExchangeSession {
    if (!this.#isOpen || this.#sessions.size >= MAX_CONNECTIONS) throw failHub('SH-T301');
    const session = new ExchangeSession(wire, this.#services, () => this.#closeOlder(session));
    this.#sessions.add(session);
    return session;
  }

  /** Tells that the wire of a session is gone. */
  forget(session: ExchangeSession): void {
    session.closed();
    this.#sessions.delete(session);
  }

  #accept(socket: WebSocket, from: string): void {
    const session = this.open({
      from,
      send: (frame) => socket.send(frame),
      close: (code, reason) => socket.close(code, reason),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    });
    this.#sockets.add(socket);
    const stopWatching = watch(socket, session);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) session.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      else session.close(CLOSE.policy, 'frames are binary');
    });
    socket.on('error', (error) => this.#services.log.debug('exchange.socket-error', { reason: error.message }));
    socket.once('close', () => {
      stopWatching();
      this.forget(session);
      this.#sockets.delete(socket);
    });
  }

  // The other end of an old connection may be long gone without TCP knowing.
  #closeOlder(proven: ExchangeSession): void {
    for (const session of this.#sessions) {
      if (session === proven) return;
      if (session.node()?.node === proven.node()?.node) session.close(CLOSE.policy, 'a newer connection took over');
    }
  }
}

/** Closes a connection without a HELLO, and one whose other end answers no ping. */
function watch(socket: WebSocket, session: ExchangeSession): () => void {
  let isAlive = true;
  const greeting = setTimeout(() => {
    if (session.node() === undefined) session.close(CLOSE.policy, 'no HELLO');
  }, HELLO_WITHIN_MS);
  const pinging = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, PING_EVERY_MS);
  const sign = (): void => {
    isAlive = true;
  };
  socket.on('pong', sign);
  socket.on('ping', sign);
  socket.on('message', sign);
  return () => {
    clearTimeout(greeting);
    clearInterval(pinging);
  };
}

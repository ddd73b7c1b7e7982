import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { UNKNOWN_NODE } from '@santehaggui/protocols/enrolment/certificate.ts';
import { REVOKED } from '@santehaggui/protocols/enrolment/revoked.ts';
import { MAX_FRAME_BYTES } from '@santehaggui/protocols/frames/messages.ts';
import { EXCHANGE_PATH } from '@santehaggui/protocols/frames/posted-frames.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { WebSocket } from 'ws';
import type { Connection, ConnectOptions } from '../carrier.ts';
import type { HubTls } from './hub-tls.ts';

// A frame's seal and header on top of the largest body.
const MAX_MESSAGE_BYTES = MAX_FRAME_BYTES + 1024;

// What a hub that starts or stops answers: not a proxy's doing, and POST would fare no better.
const SERVICE_UNAVAILABLE = 503;

/** Thrown when the hub's address can be reached and answers, but no WebSocket comes of it. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
}

/**
 * One WebSocket of binary messages at `/api/v1/exchange` of the hub (RFC 6455). Throws {@link UpgradeRefused} where something
 * answers that is no WebSocket, and what connecting throws.
 */
export function openWebSocket(
  { hubUrl, listener, signal, timeoutMs }: ConnectOptions,
  { clock, tls }: { readonly clock: Clock; readonly tls: HubTls },
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const url = exchangeUrl(hubUrl);
    let [isConnected, isOpen] = [false, false];
    const socket = new WebSocket(url, {
      createConnection: (options: unknown) => {
        const isSecure = url.startsWith('wss:');
        const wire = isSecure ? tls.connect(options as ConnectionOptions) : connect(options as NetConnectOpts);
        wire.once(isSecure ? 'secureConnect' : 'connect', () => {
          isConnected = true;
        });
        return wire;
      },
      handshakeTimeout: timeoutMs,
      maxPayload: MAX_MESSAGE_BYTES,
      // Sealed frames do not compress.
      perMessageDeflate: false,
    });
    let tcp: Socket | undefined;
    let lastHeardMs = clock.monotonic();
    let reason: string | undefined;
    const heard = (): void => {
      lastHeardMs = clock.monotonic();
    };
    const close = (why: string): void => {
      reason ??= why;
      socket.terminate();
    };
    const onAbort = (): void => close('asked to stop');
    signal.addEventListener('abort', onAbort, { once: true });

    socket.on('upgrade', (response: IncomingMessage) => {
      tcp = response.socket;
      // Frames are small and answers are waited for: nothing is gained by Nagle's algorithm.
      tcp.setNoDelay(true);
    });
    socket.on('open', () => {
      heard();
      isOpen = true;
      resolve({
        send: (frame) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(frame);
        },
        ping: () => {
          if (socket.readyState === WebSocket.OPEN) socket.ping();
        },
        lastHeardMs: () => lastHeardMs,
        close,
        bytes: () => ({ sent: tcp?.bytesWritten ?? 0, received: tcp?.bytesRead ?? 0 }),
      });
    });
    socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      const error = `the hub’s address answered ${status}`;
      reject(status === SERVICE_UNAVAILABLE ? new Error(error) : new UpgradeRefused(error));
      close(error);
    });
    socket.on('ping', heard);
    socket.on('pong', heard);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      heard();
      if (!isBinary) close('the hub sent text');
      else if (reason === undefined) listener.onFrame(data);
    });
    socket.on('error', (error: Error) => {
      reason ??= error.message;
      // After the opening this is another rejection of a settled promise, and nothing more.
      // What the system calls an error (a reset, a cut) is the link's doing, not a proxy's.
      const isRefusal = isConnected && (error as NodeJS.ErrnoException).code === undefined;
      reject(isRefusal ? new UpgradeRefused(error.message, { cause: error }) : error);
    });
    socket.on('close', (code: number, why: Buffer) => {
      signal.removeEventListener('abort', onAbort);
      if ([REVOKED, UNKNOWN_NODE].includes(why.toString())) reason = why.toString();
      if (isOpen) listener.onClosed(reason ?? `closed by the hub (${code})`);
      else reject(new Error(reason ?? `closed by the hub (${code})`));
    });
  });
}

function exchangeUrl(hubUrl: string): string {
  const url = new URL(hubUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${EXCHANGE_PATH}`;
  return url.href;
}

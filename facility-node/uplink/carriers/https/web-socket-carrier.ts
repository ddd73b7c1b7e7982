import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_FRAME_BYTES } from '@santehaggui/protocols/frames/messages.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { WebSocket } from 'ws';
import type { Carrier, Connection, ConnectOptions } from '../carrier.ts';

// A frame's seal and header on top of the largest body.
const MAX_MESSAGE_BYTES = MAX_FRAME_BYTES + 1024;

/** The carrier `https`: one WebSocket of binary messages at `/api/v1/exchange` of the hub (RFC 6455). */
export function webSocketCarrier(clock: Clock): Carrier {
  return { name: 'https', connect: (options) => connect(options, clock) };
}

function connect({ hubUrl, listener, signal, timeoutMs }: ConnectOptions, clock: Clock): Promise<Connection> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new WebSocket(exchangeUrl(hubUrl), {
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
      reject(error);
    });
    socket.on('close', (code: number) => {
      signal.removeEventListener('abort', onAbort);
      listener.onClosed(reason ?? `closed by the hub (${code})`);
      reject(new Error(reason ?? `closed by the hub (${code})`));
    });
  });
}

function exchangeUrl(hubUrl: string): string {
  const url = new URL(hubUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/exchange`;
  return url.href;
}

import type { Agent, IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { UNKNOWN_NODE } from '@santehaggui/protocols/enrolment/certificate.ts';
import { REVOKED, REVOKED_STATUS } from '@santehaggui/protocols/enrolment/revoked.ts';
import {
  EXCHANGE_PATH,
  framesOfOneBody,
  POSTED,
  packFrames,
  unpackFrames,
} from '@santehaggui/protocols/frames/posted-frames.ts';
import { builtIn } from '@santehaggui/runtime/lifecycle/built-in.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import type { Connection, ConnectOptions } from '../carrier.ts';
import type { HubTls } from './hub-tls.ts';

const { Agent: PlainAgent, request: plainRequest } = builtIn('node:http');

const NOT_FOUND = 404;

/** What an exchange by POST is made of. */
export type PostParts = { readonly clock: Clock; readonly tls: HubTls };

/**
 * A conversation of frames by POST at `/api/v1/exchange`, where something between here and the hub breaks WebSockets: what is
 * to be sent goes in requests one after the other, and one request without frames is always open for what the hub has to say.
 * Nothing is sent before the first frame.
 */
export function openPostConnection(options: ConnectOptions, parts: PostParts): Connection {
  return new PostConnection(options, parts);
}

type Answer = { readonly status: number; readonly session: string | undefined; readonly body: Uint8Array };

class PostConnection implements Connection {
  readonly #options: ConnectOptions;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #sockets = new Map<Socket, { readonly sent: number; readonly received: number }>();
  readonly #over = new AbortController();
  #queue: Uint8Array[] = [];
  #session: string | undefined;
  #isSending = false;
  #lastHeardMs: number;

  constructor(options: ConnectOptions, { clock, tls }: PostParts) {
    this.#options = options;
    this.#clock = clock;
    this.#url = new URL(options.hubUrl);
    this.#url.pathname = `${this.#url.pathname.replace(/\/+$/, '')}${EXCHANGE_PATH}`;
    this.#agent = this.#url.protocol === 'https:' ? tls.agent() : new PlainAgent({ keepAlive: true });
    this.#lastHeardMs = clock.monotonic();
    options.signal.addEventListener('abort', () => this.close('asked to stop'), {
      once: true,
      signal: this.#over.signal,
    });
  }

  send(frame: Uint8Array): void {
    this.#queue.push(frame);
    void this.#sendAll();
  }

  /** The open request is answered every {@link POSTED.waitSeconds} anyway: that is the sign of life. */
  ping(): void {}

  lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  close(reason: string): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#agent.destroy();
    setImmediate(() => this.#options.listener.onClosed(reason));
  }

  bytes(): { readonly sent: number; readonly received: number } {
    let [sent, received] = [0, 0];
    for (const [socket, before] of this.#sockets) {
      sent += socket.bytesWritten - before.sent;
      received += socket.bytesRead - before.received;
    }
    return { sent, received };
  }

  async #sendAll(): Promise<void> {
    // The answer to the first request names the conversation: until then nothing else can go.
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#queue.length > 0 && !this.#over.signal.aborted) {
        const frames = framesOfOneBody(this.#queue);
        this.#queue = this.#queue.slice(frames.length);
        const isFirst = this.#session === undefined;
        this.#take(await this.#post(frames));
        if (isFirst) void this.#fetchAll();
      }
    } catch (error) {
      this.close((error as Error).message);
    } finally {
      this.#isSending = false;
    }
  }

  async #fetchAll(): Promise<void> {
    try {
      while (!this.#over.signal.aborted) this.#take(await this.#post([]));
    } catch (error) {
      this.close((error as Error).message);
    }
  }

  #take({ status, session, body }: Answer): void {
    if (status === REVOKED_STATUS) throw new Error(REVOKED);
    // The only conversation that is not found before it has begun is that of a node whose HELLO was refused.
    if (status === NOT_FOUND && this.#session === undefined) throw new Error(UNKNOWN_NODE);
    if (status !== 200 || session === undefined) throw new Error(`the hub answered ${status}`);
    this.#session = session;
    for (const frame of unpackFrames(body)) {
      if (!this.#over.signal.aborted) this.#options.listener.onFrame(frame);
    }
  }

  #post(frames: readonly Uint8Array[]): Promise<Answer> {
    const body = packFrames(frames);
    const request = (this.#url.protocol === 'https:' ? tlsRequest : plainRequest)(this.#url, {
      method: 'POST',
      agent: this.#agent,
      signal: this.#over.signal,
      // A request that waits is answered after the wait at the latest.
      timeout: POSTED.waitSeconds * 1000 + this.#options.timeoutMs,
      headers: {
        'content-type': POSTED.contentType,
        'content-length': body.length,
        ...(this.#session === undefined ? {} : { [POSTED.sessionHeader]: this.#session }),
        ...(frames.length === 0 ? { prefer: `wait=${POSTED.waitSeconds}` } : {}),
      },
    });
    return new Promise((resolve, reject) => {
      request.on('socket', (socket) => {
        if (!this.#sockets.has(socket))
          this.#sockets.set(socket, { sent: socket.bytesWritten, received: socket.bytesRead });
      });
      request.on('timeout', () => request.destroy(new Error('the hub does not answer')));
      request.on('error', reject);
      request.on('response', (response) => {
        this.#read(response).then(resolve, reject);
      });
      request.end(body);
    });
  }

  async #read(response: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response) {
      length += (chunk as Buffer).length;
      if (length > POSTED.maxBodyBytes) throw new Error('the hub sent too much at once');
      chunks.push(chunk as Buffer);
    }
    this.#lastHeardMs = this.#clock.monotonic();
    const session = response.headers[POSTED.sessionHeader];
    return {
      status: response.statusCode ?? 0,
      session: typeof session === 'string' ? session : undefined,
      body: Buffer.concat(chunks),
    };
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import { fromProblem } from '../errors/problem.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { builtIn } from '../lifecycle/built-in.ts';

const { request: httpRequest } = builtIn('node:http');

// Said, so that Node does not look whether the host is an address: compiling that pattern takes 4 ms of each start of the CLI.
const NO_SERVER_NAME = { servername: '' };

/** A request to a daemon's local socket. */
export type SocketRequest = {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a Uint8Array as it is (give its `content-type`). */
  readonly body?: unknown;
  /** How long to wait for the whole answer; default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** The answer: `body` parsed if it is JSON, else its bytes; undefined if there is none. */
export type SocketAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
};

const failConnection = (error: NodeJS.ErrnoException, socketPath: string): unknown => {
  if (error.name === 'TimeoutError') return failRuntime('SH-T002', { cause: error });
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return failRuntime('SH-T001', {
        why: { fr: `personne ne répond sur ${socketPath}`, en: `nobody answers on ${socketPath}` },
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return failRuntime('SH-A003', { why: socketPath, cause: error });
    default:
      return error;
  }
};

const parse = (bytes: Buffer, headers: IncomingHttpHeaders): unknown => {
  if (bytes.length === 0) return undefined;
  return /^application\/([a-z.]+\+)?json\b/.test(headers['content-type'] ?? '')
    ? JSON.parse(bytes.toString('utf8'))
    : bytes;
};

const exchange = (
  { socketPath, method, path, headers, body }: SocketRequest,
  signal: AbortSignal,
): Promise<SocketAnswer> => {
  const isBytes = body instanceof Uint8Array;
  const payload = body === undefined ? undefined : isBytes ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        socketPath,
        method,
        path,
        signal,
        ...NO_SERVER_NAME,
        headers: {
          host: 'localhost',
          accept: 'application/json',
          ...(payload === undefined
            ? {}
            : {
                'content-length': String(Buffer.byteLength(payload)),
                'content-type': isBytes ? 'application/octet-stream' : 'application/json',
              }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          try {
            const answer = parse(Buffer.concat(chunks), response.headers);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer });
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    request.once('error', reject);
    request.end(payload);
  });
};

/**
 * Asks a daemon over its Unix socket. Throws SH-T001 when no daemon answers there, SH-A003 when the socket may not be
 * opened, SH-T002 when the answer takes longer than `timeoutMs`, and the daemon's own error for an answer of 400 and above.
 */
export const requestOverSocket = async (options: SocketRequest): Promise<SocketAnswer> => {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  let answer: SocketAnswer;
  try {
    answer = await exchange(options, signal);
  } catch (error) {
    throw failConnection(
      timeout.aborted ? (timeout.reason as Error) : (error as NodeJS.ErrnoException),
      options.socketPath,
    );
  }
  if (answer.status >= 400) throw fromProblem(answer.status, answer.body);
  return answer;
};

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { builtIn } from '@santehaggui/runtime/lifecycle/built-in.ts';

const { request: httpRequest } = builtIn('node:http');

/** A request whose answer is read piece by piece: an export, or the events of an import. It may last for hours. */
export type StreamRequest = {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

const STOPPED_CODES: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);

async function answerTo({ socketPath, method, path, headers, body, signal }: StreamRequest): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const request = httpRequest({
    socketPath,
    method,
    path,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      host: 'localhost',
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
      ...headers,
    },
  });
  request.end(payload);
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (STOPPED_CODES.has(code)) throw failRuntime('SH-T001', { why: socketPath, cause: error });
    if (code === 'EACCES' || code === 'EPERM') throw failRuntime('SH-A003', { why: socketPath, cause: error });
    throw error;
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The body of the answer as it comes. Throws SH-T001 when no daemon answers, SH-T002 when the connection is lost before the
 * end, and the daemon's own error for a status of 400 and above.
 */
export async function* streamOverSocket(request: StreamRequest): AsyncIterable<Buffer> {
  const response = await answerTo(request);
  const pieces: Buffer[] = [];
  const isRefused = (response.statusCode ?? 500) >= 400;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      if (isRefused) pieces.push(piece);
      else yield piece;
    }
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    throw failRuntime('SH-T002', { why: request.socketPath, cause: error });
  }
  if (isRefused) throw fromProblem(response.statusCode ?? 500, parsed(Buffer.concat(pieces)));
}

/** The JSON values of an NDJSON body, line by line; throws SyntaxError for a line that is none. */
export async function* jsonLines<Value>(body: AsyncIterable<Buffer>): AsyncIterable<Value> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Value;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as Value;
}

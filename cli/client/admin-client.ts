import { join } from 'node:path';
import type { HubStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import { hasCode } from '@santehaggui/runtime/errors/haggui-error.ts';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { type OnProgress, PROGRESS_MEDIA_TYPE, type ProgressEvent } from '@santehaggui/runtime/http/progress-answer.ts';
import { requestOverSocket } from '@santehaggui/runtime/http/socket-client.ts';
import { builtIn } from '@santehaggui/runtime/lifecycle/built-in.ts';
import { failCli } from '../cli-errors.ts';
import { bilingual } from '../texts/texts.ts';
import { jsonLines, streamOverSocket } from './admin-stream.ts';

const { existsSync } = builtIn('node:fs');

/** Whom an {@link AdminClient} speaks to. */
export type AdminClientOptions = {
  readonly dataDirectory: string;
  /** An access token, for what concerns people's records. */
  readonly token?: string;
  readonly signal?: AbortSignal;
  /** The language of the daemon's messages. */
  readonly language?: string;
};

/** One request to a daemon; the path is given without `/v1`. */
export type AdminCall = { readonly body?: unknown; readonly timeoutMs?: number };

/** A daemon's local socket; every method throws what the daemon answered, SH-T001 when it is stopped, SH-C501 when there is none. */
export type AdminClient = {
  readonly dataDirectory: string;
  readonly get: <Answer>(path: string, call?: AdminCall) => Promise<Answer>;
  readonly post: <Answer>(path: string, call?: AdminCall) => Promise<Answer>;
  /** A POST that lasts: `onProgress` is told how far it is, where the daemon tells it. */
  readonly postLong: <Answer>(path: string, body: unknown, onProgress: OnProgress) => Promise<Answer>;
  /** The body of the answer, piece by piece as it comes. */
  readonly stream: (method: 'GET' | 'POST', path: string, body?: unknown) => AsyncIterable<Buffer>;
  /** The same daemon, asked as somebody. */
  readonly as: (token: string) => AdminClient;
};

const DEFAULT_TIMEOUT_MS = 30_000;

/** Says how to start the daemon that did not answer, instead of only that it did not. */
function withStartTold(error: unknown, dataDirectory: string): unknown {
  if (!hasCode(error, 'SH-T001')) return error;
  if (!existsSync(dataDirectory)) return failCli('SH-C501', { why: dataDirectory, cause: error });
  const daemon = existsSync(join(dataDirectory, 'identity', 'hub.json')) ? 'haggui-hub' : 'haggui-node';
  return failRuntime('SH-T001', {
    why: bilingual('daemon.stoppedWhy', { path: join(dataDirectory, 'admin.sock') }),
    remedy: bilingual('daemon.stoppedRemedy', { daemon, directory: dataDirectory }),
    cause: error,
  });
}

/** Makes the client of the daemon of a data directory. Connects only when asked something. */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const { dataDirectory, token, signal, language } = options;
  const socketPath = join(dataDirectory, 'admin.sock');
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(language === undefined ? {} : { 'accept-language': language }),
  };
  const ask = async <Answer>(method: 'GET' | 'POST', path: string, call: AdminCall = {}): Promise<Answer> => {
    const { body, timeoutMs = DEFAULT_TIMEOUT_MS } = call;
    try {
      const answer = await requestOverSocket({
        socketPath,
        method,
        path: `/v1${path}`,
        headers,
        timeoutMs,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      return answer.body as Answer;
    } catch (error) {
      throw withStartTold(error, dataDirectory);
    }
  };
  return {
    dataDirectory,
    get: (path, call) => ask('GET', path, call),
    post: (path, call) => ask('POST', path, call),
    postLong: async <Answer>(path: string, body: unknown, onProgress: OnProgress) => {
      const asked = { ...headers, accept: PROGRESS_MEDIA_TYPE };
      try {
        const lines = jsonLines<ProgressEvent<Answer>>(
          streamOverSocket({ socketPath, method: 'POST', path: `/v1${path}`, headers: asked, body, signal }),
        );
        for await (const line of lines) {
          if (line.event === 'result') return line.result;
          if (line.event === 'problem') throw fromProblem(line.status, line.problem);
          onProgress(line.done, line.total);
        }
      } catch (error) {
        throw withStartTold(error, dataDirectory);
      }
      throw failRuntime('SH-T002', { why: dataDirectory });
    },
    stream: async function* (method, path, body) {
      try {
        yield* streamOverSocket({ socketPath, method, path: `/v1${path}`, headers, body, signal });
      } catch (error) {
        throw withStartTold(error, dataDirectory);
      }
    },
    as: (newToken) => createAdminClient({ ...options, token: newToken }),
  };
}

/** A hub counts facilities in its status; a node does not. */
export function isHubStatus(status: NodeStatus | HubStatus): status is HubStatus {
  return 'facilities' in status;
}

/** The status of a hub; throws SH-K501 when the data directory is a node's. */
export async function hubStatus(client: AdminClient): Promise<HubStatus> {
  const status = await client.get<NodeStatus | HubStatus>('/status');
  if (!isHubStatus(status))
    throw failCli('SH-K501', { why: bilingual('daemon.isNode', { directory: client.dataDirectory }) });
  return status;
}

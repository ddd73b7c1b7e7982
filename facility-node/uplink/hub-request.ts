import { request as tlsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { builtIn } from '@santehaggui/runtime/lifecycle/built-in.ts';
import type { HubTls } from './carriers/https/hub-tls.ts';
import { failUplink } from './uplink-errors.ts';

const { Agent, request: plainRequest } = builtIn('node:http');

/** One question to the hub beside the exchange: `body` makes it a POST of JSON. */
export type HubQuestion = {
  readonly url: string;
  readonly body?: unknown;
  readonly tls: HubTls;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

const MAX_ANSWER_BYTES = 256 * 1024;

/** The JSON that the hub answers. Throws SH-T110 when there is no answer, and the hub's own refusals as they are. */
export async function askHub({ url, body, tls, timeoutMs, signal }: HubQuestion): Promise<unknown> {
  const isTls = url.startsWith('https:');
  const agent = isTls ? tls.agent() : new Agent();
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    agent,
    method: payload === undefined ? 'GET' : 'POST',
    headers: payload === undefined ? {} : { 'content-type': 'application/json' },
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
  };
  try {
    const { status, answer } = await answered(url, { isTls, options, payload });
    if (status < 200 || status > 299) throw fromProblem(status, answer);
    return answer;
  } finally {
    agent.destroy();
  }
}

type Asked = {
  readonly isTls: boolean;
  readonly options: Parameters<typeof tlsRequest>[1];
  readonly payload: string | undefined;
};

async function answered(
  url: string,
  { isTls, options, payload }: Asked,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  try {
    const request = (isTls ? tlsRequest : plainRequest)(url, options);
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
      request.end(payload);
    });
    if (Number(response.headers['content-length'] ?? 0) > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    return { status: response.statusCode ?? 0, answer: parseJson(await text(response)) };
  } catch (cause) {
    const reason = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
    throw failUplink('SH-T110', { why: `${url}: ${reason}`, cause });
  }
}

function parseJson(whole: string): unknown {
  try {
    return JSON.parse(whole) as unknown;
  } catch {
    return undefined;
  }
}

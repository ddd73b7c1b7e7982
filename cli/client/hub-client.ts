import type { ConsolidatedReport } from '@santehaggui/protocols/api/admin-api.ts';
import type { AuditPage } from '@santehaggui/protocols/api/audit-api.ts';
import type { SessionAnswer } from '@santehaggui/protocols/api/lan-api.ts';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { AdminClient } from './admin-client.ts';

/** Somebody who may read a hub's reports. */
export type HubLogin = { readonly login: string; readonly password: string };

/** Which report of a hub: the nation's or a region's (by default the one of the user). */
export type HubReportQuery = {
  readonly week: string;
  readonly region?: string | undefined;
  readonly isNational: boolean;
};

/** A hub's public API, asked as one of its users. */
export type HubClient = {
  readonly report: (query: HubReportQuery) => Promise<ConsolidatedReport>;
  /** The same report as comma-separated values. */
  readonly reportCsv: (query: HubReportQuery) => Promise<string>;
  /** A page of the hub's audit trail. */
  readonly audit: (query: URLSearchParams) => Promise<AuditPage>;
  /** The hub's audit trail as a file, piece by piece. */
  readonly auditFile: (query: URLSearchParams) => AsyncIterable<Buffer>;
};

const TIMEOUT_MS = 60_000;

async function ask(url: URL, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw failRuntime(timeout.aborted ? 'SH-T002' : 'SH-T001', { why: url.origin, cause: error });
  }
  if (response.ok) return response;
  throw fromProblem(response.status, await response.json().catch(() => undefined));
}

function reportUrl(base: string, { week, region, isNational }: HubReportQuery): URL {
  const url = new URL(
    isNational ? 'api/v1/consolidated/weekly' : 'api/v1/reports/weekly',
    `${base.replace(/\/$/, '')}/`,
  );
  url.searchParams.set('week', week);
  if (region !== undefined) url.searchParams.set('region', region);
  return url;
}

/**
 * Signs in to a hub, over its admin socket: who may open that is the second factor, as a passkey is in a browser. Throws what the hub says to
 * a wrong login.
 */
export async function signInToHub(
  admin: Pick<AdminClient, 'post'>,
  { baseUrl, login, password, signal }: HubLogin & { readonly baseUrl: string; readonly signal?: AbortSignal },
): Promise<HubClient> {
  const { accessToken } = await admin.post<Pick<SessionAnswer, 'accessToken'>>('/sessions', {
    body: { login, password },
  });
  const authorization = `Bearer ${accessToken}`;
  const get = (query: HubReportQuery, accept: string): Promise<Response> =>
    ask(reportUrl(baseUrl, query), { headers: { authorization, accept } }, signal);
  const audit = (path: string, query: URLSearchParams): Promise<Response> =>
    ask(new URL(`api/v1/${path}?${query}`, `${baseUrl.replace(/\/$/, '')}/`), { headers: { authorization } }, signal);
  return {
    report: async (query) => (await (await get(query, 'application/json')).json()) as ConsolidatedReport,
    reportCsv: async (query) => (await get(query, 'text/csv')).text(),
    audit: async (query) => (await (await audit('audit', query)).json()) as AuditPage,
    auditFile: async function* (query) {
      const { body } = await audit('audit/export', query);
      for await (const piece of body ?? []) yield Buffer.from(piece);
    },
  };
}

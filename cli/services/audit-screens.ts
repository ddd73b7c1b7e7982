import type { HubStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { AuditLine, AuditPage, AuditVerification } from '@santehaggui/protocols/api/audit-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { failCli } from '../cli-errors.ts';
import { isHubStatus } from '../client/admin-client.ts';
import { signInToHub } from '../client/hub-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, pairLines, tableLines } from '../screen/table.ts';
import { isTextKey } from '../texts/texts.ts';
import { type CredentialFlags, readCredentials } from './credentials.ts';
import { adminClientFor, signedInClient } from './node-session.ts';
import { requireFileForJson, saveStream } from './save-stream.ts';

/** What is looked for, and who asks. */
export type AuditRequest = CredentialFlags & {
  readonly by?: string | undefined;
  readonly patient?: string | undefined;
  readonly record?: string | undefined;
  readonly action?: string | undefined;
  readonly refused: boolean;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

const DAY_MS = 24 * 3600 * 1000;

/** `haggui audit verify`, of a node or of a hub: exit 1 when anything is not as it was written. */
export async function verifyAudit(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const proof = await adminClientFor(invocation, dataDirectory).get<AuditVerification>('/audit/verify');
  const { valid, entries, head, anchoredEntries, anchoredAt, firstInvalid, findings, consents } = proof;
  const anchored =
    anchoredAt === null
      ? paint.dim(text('audit.notAnchored'))
      : text('audit.anchored', { count: format.integer(anchoredEntries), at: format.instant(anchoredAt) });
  const about = [anchored, ...pairLines([[text('audit.head'), head]], paint)];
  if (valid) {
    const lines = [paint.green(`✓ ${text('audit.valid', { entries: format.integer(entries) })}`), ...about];
    return { json: proof, lines };
  }
  const words = (kind: string): string => {
    const key = `audit.finding.${kind}`;
    return isTextKey(key) ? text(key) : kind;
  };
  return {
    json: proof,
    lines: [
      firstInvalid === undefined
        ? paint.green(`✓ ${text('audit.valid', { entries: format.integer(entries) })}`)
        : paint.red(`✖ ${text('audit.broken', { entry: firstInvalid })}`),
      ...findings.map(({ entry, kind }) => `  ${text('audit.entry', { entry })} · ${words(kind)}`),
      ...(consents.length === 0 ? [] : [paint.red(`✖ ${text('audit.consents', { count: consents.length })}`)]),
      ...consents
        .slice(0, 20)
        .map(({ facility, consentId, kind }) => `  ${[facility, consentId, words(kind)].filter(Boolean).join(' · ')}`),
      ...about,
      text('audit.remedy'),
    ],
    exitCode: exitCodes.refused,
  };
}

/** `haggui audit search`: a page of entries, for whom the node lets read them. */
export async function searchAudit(
  invocation: Invocation,
  dataDirectory: string,
  request: AuditRequest & { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const query = queryOf(request);
  if (request.limit !== undefined) query.set('limit', String(request.limit));
  if (request.cursor !== undefined) query.set('cursor', request.cursor);
  const page = await (await auditReader(invocation, dataDirectory, request)).page(query);
  return {
    json: page,
    lines: [
      ...(page.items.length === 0 ? [text('audit.none')] : tableLines(columns(invocation), page.items, paint)),
      ...(page.nextCursor === undefined ? [] : [paint.dim(text('audit.more', { cursor: page.nextCursor }))]),
    ],
  };
}

/** `haggui audit export`: all entries that match, into a file or onto stdout. */
export async function exportAudit(
  invocation: Invocation,
  dataDirectory: string,
  request: AuditRequest & { readonly format?: string | undefined; readonly output?: string | undefined },
): Promise<Outcome> {
  const { format = 'csv', output } = request;
  requireFileForJson(invocation, output);
  const query = queryOf(request);
  query.set('format', format);
  const reader = await auditReader(invocation, dataDirectory, request);
  return saveStream(invocation, reader.file(query), { output, format });
}

type AuditReader = {
  readonly page: (query: URLSearchParams) => Promise<AuditPage>;
  readonly file: (query: URLSearchParams) => AsyncIterable<Buffer>;
};

/** Somebody who may read a trail: of the staff at a node, of the ministry at a hub. */
async function auditReader(
  invocation: Invocation,
  dataDirectory: string,
  flags: CredentialFlags,
): Promise<AuditReader> {
  const admin = adminClientFor(invocation, dataDirectory);
  const status = await admin.get<NodeStatus | HubStatus>('/status');
  if (isHubStatus(status)) {
    const { audit, auditFile } = await signInToHub(admin, {
      ...(await readCredentials(invocation, flags)),
      ...{ baseUrl: status.url, signal: invocation.signal },
    });
    return { page: audit, file: auditFile };
  }
  const client = await signedInClient(invocation, dataDirectory, flags);
  return {
    page: (query) => client.get<AuditPage>(`/audit?${query}`),
    file: (query) => client.stream('GET', `/audit/export?${query}`),
  };
}

function columns({ text, format, paint }: Invocation): readonly Column<AuditLine>[] {
  return [
    { header: text('audit.number'), cell: ({ number }) => String(number), align: 'right' },
    { header: text('audit.at'), cell: ({ at }) => format.instant(at) },
    { header: text('audit.who'), cell: ({ login, role }) => login ?? role ?? '—' },
    {
      header: text('audit.what'),
      cell: ({ action, decision }) =>
        decision === 'permit' ? action : `${action} ${paint.red(text('audit.refused'))}`,
    },
    {
      header: text('audit.about'),
      cell: ({ recordType, recordId, patientId }) => [recordType, recordId ?? patientId].filter(Boolean).join(' '),
    },
    { header: text('audit.why'), cell: ({ purpose }) => purpose },
    { header: text('audit.from'), cell: ({ sourceAddress }) => sourceAddress ?? '—' },
  ];
}

function queryOf({ by, patient, record, action, refused, since, until }: AuditRequest): URLSearchParams {
  const asked = {
    ...{ login: by, patient, record, action },
    decision: refused ? 'deny' : undefined,
    since: since === undefined ? undefined : momentOf(since, 0),
    // A day that is named is meant with its evening.
    until: until === undefined ? undefined : momentOf(until, DAY_MS),
  };
  return new URLSearchParams(
    Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A moment as the node takes it: a day of Mali (UTC), moved by `dayMs`, or a moment as it was given. Throws SH-I503. */
function momentOf(given: string, dayMs: number): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(given);
  const ms = Date.parse(isDay ? `${given}T00:00:00Z` : given);
  if (Number.isNaN(ms)) throw failCli('SH-I503', { why: given });
  return new Date(isDay ? ms + dayMs : ms).toISOString();
}

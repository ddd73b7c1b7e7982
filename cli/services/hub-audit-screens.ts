import type { AuditFindingLine, AuditOverview } from '@santehaggui/protocols/api/hub-audit-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { isTextKey } from '../texts/texts.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub audit findings`: what is wrong with audit trails and consents, exit 1 when anything is; and what is countersigned. */
export async function listFindings(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const overview = await client.get<AuditOverview>('/audit/findings');
  const { findings, nodes } = overview;
  const what = ({ kind, about }: AuditFindingLine): string => {
    const key = `hubAudit.kind.${kind}`;
    return isTextKey(key) ? text(key, { about: format.integer(about) }) : kind;
  };
  const wrong: readonly Column<AuditFindingLine>[] = [
    { header: text('facility.code'), cell: ({ facility }) => facility },
    { header: text('former.node'), cell: ({ node }) => String(node) },
    { header: text('hubAudit.foundAt'), cell: ({ foundAt }) => format.instant(foundAt) },
    { header: text('hubAudit.what'), cell: (finding) => paint.red(what(finding)) },
  ];
  const witnessed: readonly Column<AuditOverview['nodes'][number]>[] = [
    { header: text('facility.code'), cell: ({ facility }) => facility },
    { header: text('hubAudit.entries'), cell: ({ entries }) => format.integer(entries), align: 'right' },
    { header: text('hubAudit.countersignedAt'), cell: ({ countersignedAt }) => format.instant(countersignedAt) },
  ];
  return {
    json: overview,
    lines: [
      ...(findings.length === 0
        ? [paint.green(`✓ ${text('hubAudit.none')}`)]
        : [...tableLines(wrong, findings, paint), '', text('audit.remedy'), text('hubAudit.next')]),
      ...(nodes.length === 0 ? [] : ['', ...tableLines(witnessed, nodes, paint)]),
    ],
    ...(findings.length === 0 ? {} : { exitCode: exitCodes.refused }),
  };
}

/** `haggui hub audit settle`: a person has looked into what was found. Throws SH-N382. */
export async function settleFindings(
  invocation: Invocation,
  dataDirectory: string,
  facility: string,
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const { findings } = await client.post<{ readonly findings: number }>('/audit/settle', { body: { facility } });
  return { json: { facility, findings }, lines: [paint.green(`✓ ${text('hubAudit.settled', { findings })}`)] };
}

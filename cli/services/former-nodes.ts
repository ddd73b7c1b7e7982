import type { FormerNodeLine } from '@santehaggui/protocols/api/admin-api.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub facility revoke`: the node is no longer the facility's. Throws SH-N381. */
export async function revokeNode(
  invocation: Invocation,
  dataDirectory: string,
  body: { readonly facility: string; readonly reason: 'stolen' | 'replaced' },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const former = await client.post<FormerNodeLine>('/facilities/revoke', { body });
  return {
    json: former,
    lines: [
      paint.green(`✓ ${text('revoke.done', { facility: former.facility, node: former.node })}`),
      '',
      text('revoke.next', { facility: former.facility }),
    ],
  };
}

/** `haggui hub former list`: nodes that are no longer a facility's, and what of them waits. */
export async function listFormerNodes(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const answer = await client.get<{ readonly nodes: readonly FormerNodeLine[] }>('/former-nodes');
  const columns: readonly Column<FormerNodeLine>[] = [
    { header: text('former.node'), cell: ({ node }) => String(node) },
    { header: text('facility.code'), cell: ({ facility }) => facility },
    { header: text('former.reason'), cell: ({ reason }) => text(`former.${reason}`) },
    { header: text('former.since'), cell: ({ endedAt }) => format.instant(endedAt) },
    { header: text('former.waiting'), cell: ({ waiting }) => format.integer(waiting), align: 'right' },
  ];
  const isWaiting = answer.nodes.some(({ waiting }) => waiting > 0);
  return {
    json: answer,
    lines: [
      ...(answer.nodes.length === 0 ? [text('former.none')] : tableLines(columns, answer.nodes, paint)),
      ...(isWaiting ? ['', text('former.next')] : []),
    ],
  };
}

/** `haggui hub former accept|refuse`. Throws SH-N381. */
export async function judgeFormerNode(
  invocation: Invocation,
  dataDirectory: string,
  body: { readonly node: number; readonly decision: 'accepted' | 'refused' },
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const { changes } = await client.post<{ readonly changes: number }>('/former-nodes', { body });
  return {
    json: { ...body, changes },
    lines: [paint.green(`✓ ${text(`former.${body.decision}`, { changes: format.integer(changes) })}`)],
  };
}

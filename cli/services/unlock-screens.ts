import type { UnlockLine } from '@santehaggui/protocols/api/keys-api.ts';
import { hubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** `haggui hub unlock list`: locked nodes that ask, with the six words that the caller reads out. */
export async function listUnlockRequests(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  const answer = await client.get<{ readonly nodes: readonly UnlockLine[] }>('/unlock');
  if (answer.nodes.length === 0) return { json: answer, lines: [paint.green(`✓ ${text('unlock.none')}`)] };
  const block = ({
    facility,
    words,
    askedAt,
    heardAt,
    isStillAsking,
    state,
    backupAt,
  }: UnlockLine): readonly string[] => [
    `${paint.bold(facility)}  ${text(`unlock.${state}`)}`,
    ...(backupAt === null ? [] : [paint.yellow(`  ${text('unlock.forBackup', { at: format.instant(backupAt) })}`)]),
    ...pairLines(
      [
        [`  ${text('unlock.words')}`, words.join(' ')],
        [`  ${text('unlock.since')}`, format.instant(askedAt)],
        [
          `  ${text('unlock.heard')}`,
          `${format.instant(heardAt)}${isStillAsking ? '' : ` (${text('unlock.silent')})`}`,
        ],
      ],
      paint,
    ),
    '',
  ];
  return { json: answer, lines: [...answer.nodes.flatMap(block), text('unlock.next')] };
}

/** `haggui hub unlock allow|refuse`. Throws SH-N380 when nobody asks for that facility. */
export async function decideUnlock(
  invocation: Invocation,
  dataDirectory: string,
  body: { readonly facility: string; readonly decision: 'granted' | 'refused' },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  await hubStatus(client);
  await client.post('/unlock', { body });
  const { facility, decision } = body;
  return { json: body, lines: [paint.green(`✓ ${text(`unlock.${decision}Done`, { facility })}`)] };
}

import type { ConflictLine, ConflictShown } from '@santehaggui/protocols/api/conflicts-api.ts';
import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines } from '../screen/table.ts';
import type { CredentialFlags } from './credentials.ts';
import { nodeClientFor, signedInClient } from './node-session.ts';

/** How many lines a list shows when nobody says. */
export const LIST_LIMIT = 50;

/** One entry to show; with a login its values too. */
export type ShowRequest = { readonly id: string; readonly credentials: CredentialFlags };

/** Whether the options name somebody: a value is shown to nobody else. */
export function isSignedFor(credentials: CredentialFlags): boolean {
  return credentials.login !== undefined || credentials['password-file'] !== undefined;
}

/** `haggui sync conflicts list`: what met, without any value or name. */
export async function listConflicts(
  invocation: Invocation,
  dataDirectory: string,
  limit: number = LIST_LIMIT,
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const page = await client.get<Page<ConflictLine>>(`/sync/conflicts?limit=${limit}`);
  const wrote = (write: ConflictLine['winner']): string => `${write.roleWords}, ${format.instant(write.at)}`;
  // An id alone takes most of a line of 80 columns: a block for each, instead of a table.
  const block = ({ id, label, winner, loser }: ConflictLine): readonly string[] => [
    paint.bold(label),
    ...pairLines(
      [
        [`  ${text('conflicts.winner')}`, wrote(winner)],
        [`  ${text('conflicts.loser')}`, wrote(loser)],
        [`  ${text('conflicts.id')}`, id],
      ],
      paint,
    ),
    '',
  ];
  if (page.items.length === 0) return { json: page, lines: [paint.green(`✓ ${text('conflicts.none')}`)] };
  return {
    json: page,
    lines: [
      ...page.items.flatMap(block),
      ...(page.nextCursor === undefined ? [] : [paint.dim(text('review.more')), '']),
      text('conflicts.whoDecides'),
    ],
  };
}

/** `haggui sync conflicts show`: one conflict; who signs in sees the values and the sentence. */
export async function showConflict(
  invocation: Invocation,
  dataDirectory: string,
  { id, credentials }: ShowRequest,
): Promise<Outcome> {
  const path = encodeURIComponent(id);
  if (isSignedFor(credentials)) {
    const client = await signedInClient(invocation, dataDirectory, credentials);
    const shown = await client.get<ConflictShown>(`/conflicts/${path}`);
    return { json: shown, lines: shownLines(invocation, shown) };
  }
  const line = await nodeClientFor(invocation, dataDirectory).get<ConflictLine>(`/sync/conflicts/${path}`);
  return {
    json: line,
    lines: [...lineLines(invocation, line), '', invocation.paint.dim(invocation.text('review.signIn'))],
  };
}

function lineLines(invocation: Invocation, line: ConflictLine): readonly string[] {
  const { text, paint, format } = invocation;
  const wrote = (write: ConflictLine['winner']): string =>
    text('conflicts.wrote', { role: write.roleWords, at: format.instant(write.at), node: write.node });
  return [
    paint.bold(line.label),
    '',
    ...pairLines(
      [
        [text('conflicts.record'), `${line.recordType} ${line.recordId}`],
        [text('conflicts.found'), format.instant(line.foundAt)],
        [text('conflicts.winner'), wrote(line.winner)],
        [text('conflicts.loser'), wrote(line.loser)],
      ],
      paint,
    ),
  ];
}

function shownLines(invocation: Invocation, shown: ConflictShown): readonly string[] {
  const { text, paint } = invocation;
  return [
    ...lineLines(invocation, shown),
    ...(shown.patient === undefined
      ? []
      : ['', ...pairLines([[text('conflicts.patient'), shown.patient.name]], paint)]),
    '',
    shown.sentence,
    '',
    ...pairLines(
      [
        [text('conflicts.winnerValue'), shown.winner.words],
        [text('conflicts.loserValue'), shown.loser.words],
        ...(shown.current === undefined ? [] : [[text('conflicts.currentValue'), shown.current.words] as const]),
      ],
      paint,
    ),
  ];
}

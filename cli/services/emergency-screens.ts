import type { HubStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type {
  EmergencySummaries,
  EmergencySummary,
  EmergencyTallies,
  EmergencyTally,
} from '@santehaggui/protocols/api/emergency-api.ts';
import { codeWords, roleWords } from '@santehaggui/protocols/records/value-words.ts';
import { isHubStatus } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';

/** Which accesses, of a node. */
export type EmergencyRequest = {
  readonly state?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** `haggui audit emergency list`: of a node each access, without any name; of a hub how many there were, facility by facility. */
export async function listEmergencies(
  invocation: Invocation,
  dataDirectory: string,
  request: EmergencyRequest,
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  if (isHubStatus(await client.get<NodeStatus | HubStatus>('/status'))) {
    const tallies = await client.get<EmergencyTallies>('/emergency-accesses');
    const none = tallies.facilities.length === 0;
    return {
      json: tallies,
      lines: none
        ? [paint.green(`✓ ${text('emergency.none')}`)]
        : [
            paint.dim(text('emergency.since', { at: invocation.format.instant(tallies.since) })),
            ...tableLines(tallyColumns(invocation), tallies.facilities, paint),
          ],
    };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ state: request.state, limit: request.limit, cursor: request.cursor }))
    if (value !== undefined) query.set(name, String(value));
  const page = await client.get<EmergencySummaries>(`/emergency-accesses?${query}`);
  const { items, counts, nextCursor } = page;
  const waiting = text('emergency.counts', { ...counts });
  return {
    json: page,
    lines: [
      ...(items.length === 0
        ? [paint.green(`✓ ${text('emergency.none')}`)]
        : tableLines(columns(invocation), items, paint)),
      ...(nextCursor === undefined ? [] : [paint.dim(text('audit.more', { cursor: nextCursor }))]),
      counts.overdue > 0 ? paint.red(waiting) : waiting,
    ],
  };
}

function columns({ text, format, paint, language }: Invocation): readonly Column<EmergencySummary>[] {
  const standing = ({ review, isOverdue, isElsewhere, reviewBy }: EmergencySummary): string => {
    if (review !== null) return codeWords(review, language);
    if (isElsewhere) return text('emergency.elsewhere');
    const by = text('emergency.reviewBy', { at: format.instant(reviewBy) });
    return isOverdue ? paint.red(by) : by;
  };
  return [
    { header: text('emergency.at'), cell: ({ at }) => format.instant(at) },
    {
      header: text('emergency.until'),
      cell: ({ until, isOpen }) => (isOpen ? format.instant(until) : text('emergency.closed')),
    },
    { header: text('emergency.role'), cell: ({ role }) => roleWords(role, language) },
    { header: text('emergency.why'), cell: ({ reason }) => codeWords(reason, language) },
    { header: text('emergency.review'), cell: standing },
    { header: text('consent.id'), cell: ({ id }) => paint.dim(id) },
  ];
}

function tallyColumns({ text, format, paint }: Invocation): readonly Column<EmergencyTally>[] {
  const count = (header: string, of: (tally: EmergencyTally) => number): Column<EmergencyTally> => ({
    ...{ header, align: 'right' },
    cell: (tally) => format.integer(of(tally)),
  });
  return [
    { header: text('facility.code'), cell: ({ facility }) => facility },
    count(text('emergency.opened'), ({ opened }) => opened),
    count(text('emergency.askedOthers'), ({ askedOthers }) => askedOthers),
    count(text('emergency.waiting'), ({ waiting }) => waiting),
    {
      ...{ header: text('emergency.overdue'), align: 'right' },
      cell: ({ overdue }) => (overdue > 0 ? paint.red(format.integer(overdue)) : '0'),
    },
    count(text('emergency.justified'), ({ justified }) => justified),
    count(text('emergency.unjustified'), ({ unjustified }) => unjustified),
  ];
}

import type { Page } from '@santehaggui/protocols/api/lan-api.ts';
import type {
  QuarantineLine,
  QuarantineOutcome,
  QuarantineRetryAnswer,
  QuarantineShown,
} from '@santehaggui/protocols/api/quarantine-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, pairLines, tableLines } from '../screen/table.ts';
import { isTextKey } from '../texts/texts.ts';
import { isSignedFor, LIST_LIMIT, type ShowRequest } from './conflict-screens.ts';
import { adminClientFor, signedInClient } from './node-session.ts';
import { EXCHANGE_TIMEOUT_MS, withProgress } from './sync-screens.ts';

/** `haggui sync quarantine list`, of a node or of a hub: what was refused and why, without any value or name. */
export async function listQuarantine(
  invocation: Invocation,
  dataDirectory: string,
  limit: number = LIST_LIMIT,
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  const page = await client.get<Page<QuarantineLine>>(`/sync/quarantine?limit=${limit}`);
  if (page.items.length === 0) return { json: page, lines: [paint.green(`✓ ${text('quarantine.none')}`)] };
  const block = ({ id, facility, direction, at, change, title, code }: QuarantineLine): readonly string[] => [
    `${paint.bold(id)}  ${facility === undefined ? text(`quarantine.${direction}`) : ''}`.trimEnd(),
    ...pairLines(
      [
        [`  ${text('quarantine.why')}`, `${title} (${code})`],
        [`  ${text('quarantine.about')}`, aboutText(invocation, change)],
        [`  ${text('quarantine.since')}`, format.instant(at)],
      ],
      paint,
    ),
    '',
  ];
  return {
    json: page,
    lines: [
      ...page.items.flatMap(block),
      ...(page.nextCursor === undefined ? [] : [paint.dim(text('review.more')), '']),
      text('quarantine.next'),
    ],
  };
}

/** `haggui sync quarantine show`: one entry; at a node, who signs in sees the values. */
export async function showQuarantined(
  invocation: Invocation,
  dataDirectory: string,
  { id, credentials }: ShowRequest,
): Promise<Outcome> {
  const path = encodeURIComponent(id);
  const { text, paint } = invocation;
  if (isSignedFor(credentials)) {
    const client = await signedInClient(invocation, dataDirectory, credentials);
    const shown = await client.get<QuarantineShown>(`/quarantine/${path}`);
    const values = shown.values.map(({ label, words }) => [label, words] as const);
    return {
      json: shown,
      lines: [
        ...entryLines(invocation, shown),
        ...(shown.author === null ? [] : ['', ...pairLines([[text('quarantine.author'), shown.author]], paint)]),
        ...(values.length === 0 ? [] : ['', ...pairLines(values, paint)]),
      ],
    };
  }
  const line = await adminClientFor(invocation, dataDirectory).get<QuarantineLine>(`/sync/quarantine/${path}`);
  const isOfHub = line.facility !== undefined;
  return {
    json: line,
    lines: [
      ...entryLines(invocation, line),
      '',
      paint.dim(text(isOfHub ? 'quarantine.valuesAtNode' : 'review.signIn')),
    ],
  };
}

/** `haggui sync quarantine retry`: exit 75 while something stays in quarantine. */
export async function retryQuarantine(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  const answer = await withProgress(invocation, text('quarantine.retrying'), () =>
    client.post<QuarantineRetryAnswer>('/sync/quarantine/retry', { timeoutMs: EXCHANGE_TIMEOUT_MS }),
  );
  const { tried, solved, outcomes } = answer;
  const isDone = solved === tried;
  const counts = { solved: format.integer(solved), tried: format.integer(tried) };
  const columns: readonly Column<QuarantineOutcome>[] = [
    { header: text('quarantine.id'), cell: ({ id }) => id },
    { header: text('quarantine.result'), cell: (outcome) => resultText(invocation, outcome) },
    { header: text('quarantine.why'), cell: ({ title, code }) => `${title} (${code})` },
  ];
  return {
    json: answer,
    lines: [
      tried === 0
        ? paint.green(`✓ ${text('quarantine.none')}`)
        : isDone
          ? paint.green(`✓ ${text('quarantine.allSolved', counts)}`)
          : paint.yellow(`! ${text('quarantine.someKept', counts)}`),
      ...(tried === 0 ? [] : ['', ...tableLines(columns, outcomes, paint)]),
      ...(isDone ? [] : ['', text('quarantine.next')]),
    ],
    exitCode: isDone ? exitCodes.stopped : exitCodes.cannotWorkNow,
  };
}

function aboutText({ text }: Invocation, change: QuarantineLine['change']): string {
  if (change === null) return text('quarantine.unreadable');
  const fields = change.fields.map(({ label }) => label).join(', ');
  return `${change.recordType} · ${fields === '' ? '—' : fields}`;
}

function resultText({ text }: Invocation, { result, reason }: QuarantineOutcome): string {
  if (reason === undefined) return text(`quarantine.${result}`);
  const key = `verify.reason.${reason}`;
  return `${text(`quarantine.${result}`)} · ${isTextKey(key) ? text(key) : reason}`;
}

function entryLines(invocation: Invocation, line: QuarantineLine): readonly string[] {
  const { text, paint, format } = invocation;
  const { change, facility, detail } = line;
  return [
    paint.bold(`${line.title} (${line.code})`),
    line.remedy,
    '',
    ...pairLines(
      [
        ...(facility === undefined
          ? [[text('quarantine.direction'), text(`quarantine.${line.direction}`)] as const]
          : [[text('facility.code'), facility] as const]),
        [text('quarantine.position'), format.integer(line.position)],
        [text('quarantine.since'), format.instant(line.at)],
        ...(detail === undefined ? [] : [[text('quarantine.detail'), detail] as const]),
        ...(change === null
          ? [[text('quarantine.about'), text('quarantine.unreadable')] as const]
          : ([
              [text('conflicts.record'), `${change.recordType} ${change.recordId}`],
              [text('quarantine.fields'), change.fields.map(({ label }) => label).join(', ') || '—'],
              [text('quarantine.writtenBy'), `${change.roleWords} · ${format.instant(change.writtenAt)}`],
            ] as const)),
      ],
      paint,
    ),
  ];
}

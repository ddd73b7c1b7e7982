import { epiWeekOf } from '@santehaggui/protocols/surveillance/epi-week.ts';
import type { Invocation } from '../invocation.ts';
import { barOf, type Column, pairLines, tableLines } from '../screen/table.ts';
import type { DemoDistrict } from './demo-district.ts';
import type { DemoNodeResult, DemoResult } from './demo-result.ts';
import { importLines } from './record-import.ts';

const BAR_WIDTH = 8;

/** Below this width of a terminal the bars are left out. */
const COLUMNS_FOR_BARS = 92;

function nodeColumns({ text, format, paint, columns }: Invocation, most: number): readonly Column<DemoNodeResult>[] {
  const count = (header: string, value: (node: DemoNodeResult) => string): Column<DemoNodeResult> => ({
    header,
    cell: value,
    align: 'right',
  });
  const perChange = ({ bytesSent, recordedChanges }: DemoNodeResult): string =>
    recordedChanges === 0 ? '—' : format.bytes(Math.round(bytesSent / recordedChanges));
  return [
    { header: text('demo.facility'), cell: ({ facility }) => facility },
    ...(columns < COLUMNS_FOR_BARS
      ? []
      : [{ header: '', cell: (node: DemoNodeResult) => paint.cyan(barOf(node.recordedChanges / most, BAR_WIDTH)) }]),
    count(text('demo.recorded'), ({ recordedChanges }) => format.integer(recordedChanges)),
    count(text('facility.changes'), ({ changesAtHub, recordedChanges }) =>
      (changesAtHub === recordedChanges ? paint.green : paint.red)(format.integer(changesAtHub)),
    ),
    count(text('demo.sent'), ({ bytesSent }) => format.bytes(bytesSent)),
    count(text('demo.perChange'), perChange),
    count(text('demo.receivedBytes'), ({ bytesReceived }) => format.bytes(bytesReceived)),
    count(text('demo.exchanges'), ({ exchanges }) => format.integer(exchanges)),
    {
      header: text('demo.verified'),
      cell: ({ converged }) =>
        converged ? paint.green(`✓ ${text('demo.same')}`) : paint.red(`✗ ${text('demo.differs')}`),
    },
  ];
}

function referralPairs(
  { text, format }: Invocation,
  { referrals, nodes }: DemoResult,
): readonly (readonly [string, string])[] {
  const { sent, delivered, countered, secondLevel } = referrals;
  return [
    [text('demo.referrals'), text('demo.referralsValue', { sent, delivered, countered, secondLevel })],
    [text('demo.quarantined'), format.integer(nodes.reduce((sum, { quarantined }) => sum + quarantined, 0))],
    [text('demo.sms'), text('demo.noModem')],
    [text('demo.alerts'), text('demo.noAlerts')],
  ];
}

/** What happened, for a person: a table of the facilities, the referrals, the import, and the verdict. */
export function summaryLines(invocation: Invocation, result: DemoResult): readonly string[] {
  const { text, format, paint } = invocation;
  const most = Math.max(1, ...result.nodes.map(({ recordedChanges }) => recordedChanges));
  const verdict = result.ok ? paint.green(`✓ ${text('demo.whole')}`) : paint.red(`✗ ${text('demo.notWhole')}`);
  const { days, seed, link } = result;
  return [
    '',
    paint.bold(text('demo.title', { days, seed, link, duration: format.duration(result.seconds) })),
    '',
    ...tableLines(nodeColumns(invocation, most), result.nodes, paint),
    '',
    ...pairLines(referralPairs(invocation, result), paint),
    ...(result.import === undefined
      ? []
      : [
          '',
          paint.bold(text('demo.imported')),
          ...importLines(invocation, { unresolved: [], incomplete: [], ...result.import }),
        ]),
    '',
    paint.bold(verdict),
  ];
}

/** The days that are played end yesterday. */
function playedWeek(nowMs: number): string {
  return epiWeekOf(nowMs - 24 * 3600 * 1000);
}

/** The addresses and logins of a district that keeps running. */
export function accessLines(invocation: Invocation, district: DemoDistrict): readonly string[] {
  const { text, paint, clock } = invocation;
  type Access = readonly [place: string, url: string, login: string, role: string, password: string];
  const staff = district.nodes.flatMap((node) =>
    node.profile.staff.map(({ login, role }): Access => [node.code, node.lanUrl, login, role, node.passwordOf(login)]),
  );
  const users = district.hubUsers.map(
    ({ login, role, password, invitation }): Access => [
      'hub',
      `${district.hubUrl.replace('127.0.0.1', 'localhost')}/cles-acces`,
      login,
      role,
      role === 'ministry' ? `${password} + ${invitation ?? ''}` : password,
    ],
  );
  const column = (header: string, index: number): Column<Access> => ({ header, cell: (row) => row[index] ?? '' });
  const columns = [
    column(text('demo.place'), 0),
    column(text('demo.address'), 1),
    column(text('demo.login'), 2),
    column(text('demo.role'), 3),
    column(text('demo.password'), 4),
  ];
  const [first] = district.nodes;
  return [
    '',
    ...tableLines(columns, [...users, ...staff], paint),
    '',
    text('demo.tryThis'),
    ...(first === undefined
      ? []
      : [
          `  bin/haggui status --data ${first.dataDirectory}`,
          `  bin/haggui report weekly --data ${first.dataDirectory} --period ${playedWeek(clock.now())}`,
          `  bin/haggui hub facility list --data ${district.hubDirectory}`,
        ]),
    '',
    paint.bold(text('demo.running')),
  ];
}

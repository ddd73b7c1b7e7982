import type { ConsolidatedReport, HubStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type { RecordedReport, WeeklyReport } from '@santehaggui/protocols/api/lan-api.ts';
import { epiWeekOf, parseEpiWeek } from '@santehaggui/protocols/surveillance/epi-week.ts';
import { failCli } from '../cli-errors.ts';
import { type AdminClient, isHubStatus } from '../client/admin-client.ts';
import { signInToHub } from '../client/hub-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, tableLines } from '../screen/table.ts';
import { bilingual } from '../texts/texts.ts';
import { type CredentialFlags, readCredentials } from './credentials.ts';
import { adminClientFor } from './node-session.ts';

/** Which weekly report, and how it is written. */
export type WeeklyReportRequest = {
  readonly period?: string | undefined;
  readonly region?: string | undefined;
  readonly isNational: boolean;
  /** Whether the node records the report, so that it reaches the hub. */
  readonly isSent?: boolean;
  readonly format: 'table' | 'json' | 'csv';
  readonly credentials: CredentialFlags;
};

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** The week of a report: the one named, else the last that is over. Throws SH-I503 for a text that names none. */
export function reportWeek(period: string | undefined, nowMs: number): string {
  if (period === undefined) return epiWeekOf(nowMs - WEEK_MS);
  const week = parseEpiWeek(period.toUpperCase());
  if (week === undefined) throw failCli('SH-I503', { why: period });
  return week;
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COUNTS = ['casesUnder5', 'cases5AndOver', 'deathsUnder5', 'deaths5AndOver'] as const;
const CSV_COLUMNS = ['disease', 'label', ...COUNTS] as const;

/** A facility's report as comma-separated values (RFC 4180), without the last line's end. */
export function weeklyReportCsv({ facility, week, rows }: WeeklyReport): string {
  const header = ['facility', 'week', ...CSV_COLUMNS];
  const lines = rows.map((row) => [facility, week, ...CSV_COLUMNS.map((name) => row[name])]);
  return [header, ...lines].map((line) => line.map(csvCell).join(',')).join('\r\n');
}

type CountRow = Readonly<Record<(typeof COUNTS)[number], number | null>> & { readonly label: string };

/** What stands for a count that the hub hides. */
const HIDDEN = '·';

function countColumns<Row extends CountRow>({ text, format, paint }: Invocation): readonly Column<Row>[] {
  const count = (name: (typeof COUNTS)[number]): Column<Row> => ({
    header: text(`report.${name}`),
    cell: (row) => (row[name] === 0 ? paint.dim('0') : row[name] === null ? HIDDEN : format.integer(row[name])),
    align: 'right',
  });
  return [
    { header: text('report.disease'), cell: ({ label }) => label },
    count('casesUnder5'),
    count('cases5AndOver'),
    count('deathsUnder5'),
    count('deaths5AndOver'),
  ];
}

function written(
  request: WeeklyReportRequest,
  report: WeeklyReport | ConsolidatedReport,
  lines: readonly string[],
): Outcome {
  return { json: report, lines: request.format === 'json' ? [JSON.stringify(report)] : lines };
}

async function facilityReport(
  invocation: Invocation,
  dataDirectory: string,
  request: WeeklyReportRequest,
): Promise<Outcome> {
  if (request.isNational || request.region !== undefined) {
    throw failCli('SH-K501', { why: bilingual('daemon.isNode', { directory: dataDirectory }) });
  }
  const week = reportWeek(request.period, invocation.clock.now());
  const client = adminClientFor(invocation, dataDirectory);
  const report: WeeklyReport & Partial<RecordedReport> =
    request.isSent === true
      ? await client.post<RecordedReport>('/reports/weekly', { body: { week } })
      : await client.get<WeeklyReport>(`/reports/weekly?week=${week}`);
  if (request.format === 'csv') return written(request, report, [weeklyReportCsv(report)]);
  const { text, format, paint } = invocation;
  return written(request, report, [
    paint.bold(text('report.facilityTitle', { facility: report.facility, week: report.week })),
    text('report.encounters', { count: format.integer(report.encounters) }),
    '',
    ...tableLines(countColumns(invocation), report.rows, paint),
    ...(report.outcome === undefined ? [] : ['', text(`report.${report.outcome}`)]),
  ]);
}

async function consolidatedReport(
  invocation: Invocation,
  { admin, hub }: { readonly admin: AdminClient; readonly hub: HubStatus },
  request: WeeklyReportRequest,
): Promise<Outcome> {
  if (request.isSent === true) throw failCli('SH-K501', { why: bilingual('report.notSentHere') });
  const { text, format, paint } = invocation;
  const query = {
    week: reportWeek(request.period, invocation.clock.now()),
    region: request.region,
    isNational: request.isNational,
  };
  const client = await signInToHub(admin, {
    ...(await readCredentials(invocation, request.credentials)),
    ...{ baseUrl: hub.url, signal: invocation.signal },
  });
  if (request.format === 'csv' && !invocation.isJson) {
    return { json: {}, lines: [(await client.reportCsv(query)).trimEnd()] };
  }
  const report = await client.report(query);
  type Row = CountRow & { readonly region: string | null; readonly facility: string };
  const columns: readonly Column<Row>[] = [
    { header: text('facility.region'), cell: ({ region }) => region ?? 'Mali' },
    { header: text('facility.code'), cell: ({ facility }) => facility },
    ...countColumns<Row>(invocation),
  ];
  // Every facility reports every disease, zero too: over a region that is more than a screen.
  const isNotable = (row: CountRow): boolean => COUNTS.some((name) => row[name] !== 0);
  const totals = report.totals.map((row): Row => ({ ...row, facility: text('report.total') }));
  const notable = [...report.rows, ...totals].filter(isNotable);
  const isAll = report.rows.every(isNotable);
  const isHidden = notable.some((row) => COUNTS.some((name) => row[name] === null));
  return written(request, report, [
    paint.bold(text('report.hubTitle', { region: report.region ?? 'Mali', week: report.week })),
    text('report.reporting', { reporting: report.facilitiesReporting, expected: report.facilitiesExpected }),
    text('report.encounters', { count: report.encounters === null ? HIDDEN : format.integer(report.encounters) }),
    '',
    ...(notable.length === 0 ? [text('report.nothing')] : tableLines(columns, notable, paint)),
    ...(isAll ? [] : ['', paint.dim(text('report.zerosHidden'))]),
    ...(isHidden ? [paint.dim(text('report.smallHidden', { sign: HIDDEN, smallest: report.smallestShown }))] : []),
  ]);
}

/** `haggui report weekly`: a facility's report on a node's data directory, a region's or the nation's on a hub's. */
export async function weeklyReport(
  invocation: Invocation,
  dataDirectory: string,
  request: WeeklyReportRequest,
): Promise<Outcome> {
  const admin = adminClientFor(invocation, dataDirectory);
  const status = await admin.get<NodeStatus | HubStatus>('/status');
  return isHubStatus(status)
    ? consolidatedReport(invocation, { admin, hub: status }, request)
    : facilityReport(invocation, dataDirectory, request);
}

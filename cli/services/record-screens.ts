import type { AdminClient } from '../client/admin-client.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { nodeClientFor } from './node-session.ts';
import { requireFileForJson, saveStream } from './save-stream.ts';

/** `haggui records count`: how many records of each type the node holds. */
export async function countRecords(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const { text, format, paint } = invocation;
  const counts = await nodeClientFor(invocation, dataDirectory).get<Readonly<Record<string, number>>>('/records/count');
  const rows = Object.entries(counts);
  const columns = [
    { header: text('records.type'), cell: ([type]: readonly [string, number]) => type },
    {
      header: text('records.count'),
      cell: ([, count]: readonly [string, number]) => format.integer(count),
      align: 'right' as const,
    },
  ];
  return { json: counts, lines: tableLines(columns, rows, paint) };
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `haggui records show`: one record; the node notes who read it. */
export async function showRecord(invocation: Invocation, client: AdminClient, id: string): Promise<Outcome> {
  const record = await client.get<Readonly<Record<string, unknown>>>(`/records/${encodeURIComponent(id)}`);
  const { fields, ...rest } = record;
  const pairs = Object.entries(rest).map(([name, value]) => [name, shown(value)] as const);
  const isNested = typeof fields === 'object' && fields !== null;
  const fieldPairs = isNested ? Object.entries(fields).map(([name, value]) => [name, shown(value)] as const) : [];
  return {
    json: record,
    lines: [
      ...pairLines(pairs, invocation.paint),
      ...(fieldPairs.length === 0 ? [] : ['', ...pairLines(fieldPairs, invocation.paint)]),
    ],
  };
}

/** What to export, and where to: a file, or stdout. */
export type ExportRequest = {
  readonly format: 'fhir' | 'ndjson' | 'csv';
  readonly type?: string | undefined;
  readonly output?: string | undefined;
  /** For whom; without it the facility's own copy. */
  readonly destination: {
    readonly to?: string | undefined;
    readonly purpose?: string | undefined;
    readonly country?: string | undefined;
  };
};

/** `haggui records export`. With `--json` a file must be named (SH-I502), since stdout then holds one object. */
export async function exportRecords(
  invocation: Invocation,
  client: AdminClient,
  { format, type, output, destination }: ExportRequest,
): Promise<Outcome> {
  requireFileForJson(invocation, output);
  const asked = Object.entries({ format, type, ...destination });
  const query = new URLSearchParams(asked.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const body = client.stream('GET', `/records/export?${query}`);
  return saveStream(invocation, body, { output, format });
}

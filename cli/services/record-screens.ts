import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { failCli } from '../cli-errors.ts';
import type { AdminClient } from '../client/admin-client.ts';
import type { Invocation, OutputStream } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { pairLines, tableLines } from '../screen/table.ts';
import { bilingual } from '../texts/texts.ts';
import { nodeClientFor } from './node-session.ts';

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

async function copy(from: AsyncIterable<Buffer>, to: NodeJS.WritableStream, onBytes: (bytes: number) => void) {
  let bytes = 0;
  for await (const piece of from) {
    bytes += piece.length;
    if (!to.write(piece)) await once(to as OutputStream, 'drain');
    onBytes(bytes);
  }
  return bytes;
}

/** A file appears under its name only when it is whole: half an export must not be taken for one. */
async function copyToFile(
  from: AsyncIterable<Buffer>,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const partial = `${path}.partial`;
  const file = createWriteStream(partial, { mode: 0o600 });
  try {
    const bytes = await copy(from, file, onBytes);
    file.end();
    await finished(file);
    await rename(partial, path);
    return bytes;
  } catch (error) {
    file.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** `haggui records export`. With `--json` a file must be named (SH-I502), since stdout then holds one object. */
export async function exportRecords(
  invocation: Invocation,
  client: AdminClient,
  { format, type, output, destination }: ExportRequest,
): Promise<Outcome> {
  if (invocation.isJson && output === undefined) {
    throw failCli('SH-I502', { why: bilingual('usage.missingFlags', { flags: '--output' }) });
  }
  const asked = Object.entries({ format, type, ...destination });
  const query = new URLSearchParams(asked.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const body = client.stream('GET', `/records/export?${query}`);
  if (output === undefined) {
    await copy(body, invocation.stdout, () => undefined);
    return { json: {}, lines: [] };
  }
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  const path = resolve(output);
  try {
    const bytes = await copyToFile(body, path, (done) =>
      progress.update(invocation.text('records.exporting', { bytes: invocation.format.bytes(done) })),
    );
    progress.stop();
    const written = invocation.text('records.exported', { path, bytes: invocation.format.bytes(bytes) });
    return { json: { format, file: path, bytes }, lines: [invocation.paint.green(`✓ ${written}`)] };
  } finally {
    progress.stop();
  }
}

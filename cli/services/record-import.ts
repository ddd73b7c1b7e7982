import type { ImportEvent, ImportResult } from '@santehaggui/protocols/api/admin-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import type { AdminClient } from '../client/admin-client.ts';
import { jsonLines } from '../client/admin-stream.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { tableLines } from '../screen/table.ts';

/** One step of an import that goes on. */
export type ImportProgress = Extract<ImportEvent, { event: 'progress' }>;

/**
 * Has a node import FHIR files (absolute paths) and gives what became of them. `client` must be signed in. Throws SH-T002
 * when the node ends its answer without a result.
 */
export async function importFiles(
  client: AdminClient,
  files: readonly string[],
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportResult> {
  const events = jsonLines<ImportEvent>(client.stream('POST', '/records/import', { format: 'fhir', files }));
  for await (const event of events) {
    if (event.event === 'progress') onProgress(event);
    else return event.result;
  }
  throw failRuntime('SH-T002', { why: client.dataDirectory });
}

const LISTED = 20;

function listed(lines: readonly string[], more: (count: number) => string): readonly string[] {
  const hidden = lines.length - LISTED;
  return hidden <= 0 ? lines : [...lines.slice(0, LISTED), more(hidden)];
}

/** The part of an import's result that is shown. */
export type ShownImport = Omit<ImportResult, 'seconds'>;

/** The counts per type as a table, then what was refused and what could not be resolved. */
export function importLines({ text, format, paint }: Invocation, result: ShownImport): readonly string[] {
  type Row = readonly [string, ImportResult['resources'][string]];
  const count = (name: keyof Row[1]) => ({
    header: text(`import.${name}`),
    cell: ([, counts]: Row) => format.integer(counts[name]),
    align: 'right' as const,
  });
  const columns = [
    { header: text('records.type'), cell: ([type]: Row) => type },
    count('read'),
    count('taken'),
    count('unchanged'),
    count('refused'),
    count('unsupported'),
  ];
  const rows = Object.entries(result.resources);
  const more = (hidden: number): string => `  ${text('import.more', { count: format.integer(hidden) })}`;
  const refusals = result.refusals.map(
    ({ file, path, reason }) => `  ${file}${path === '' ? '' : ` ${path}`} · ${reason}`,
  );
  const incomplete = result.incomplete.map(({ file, path, reason }) => `  ${file} ${path} · ${reason}`);
  const unresolved = result.unresolved.map(({ file, path, reference }) => `  ${file} ${path} · ${reference}`);
  return [
    format.label(text('import.files'), format.integer(result.files)),
    ...(rows.length === 0 ? [] : ['', ...tableLines(columns, rows, paint)]),
    ...(refusals.length === 0 ? [] : ['', paint.red(text('import.refusals')), ...listed(refusals, more)]),
    ...(incomplete.length === 0 ? [] : ['', paint.yellow(text('import.incomplete')), ...listed(incomplete, more)]),
    ...(unresolved.length === 0 ? [] : ['', paint.yellow(text('import.unresolved')), ...listed(unresolved, more)]),
  ];
}

/** `haggui records import`: exit 1 when anything was refused. */
export async function importRecords(
  invocation: Invocation,
  client: AdminClient,
  files: readonly string[],
): Promise<Outcome> {
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  try {
    progress.update(invocation.text('import.reading'));
    const result = await importFiles(client, files, ({ phase, done, total }) =>
      progress.update(invocation.text(`import.${phase}`), done, total),
    );
    progress.stop();
    return {
      json: result,
      lines: importLines(invocation, result),
      exitCode: result.refusals.length === 0 ? exitCodes.stopped : exitCodes.refused,
    };
  } finally {
    progress.stop();
  }
}

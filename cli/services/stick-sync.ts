import { resolve } from 'node:path';
import type { ParcelOutcome, SyncExportAnswer, SyncImportAnswer } from '@santehaggui/protocols/api/admin-api.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { tableLines } from '../screen/table.ts';
import { adminClientFor } from './node-session.ts';
import { withProgress } from './sync-screens.ts';

/** `haggui sync export`: the daemon of a node or a hub writes its parcels into a folder. */
export async function exportToStick(invocation: Invocation, dataDirectory: string, folder: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  const directory = resolve(folder);
  const answer = await withProgress(invocation, text('stick.exporting'), (onProgress) =>
    client.postLong<SyncExportAnswer>('/sync/export', { directory }, onProgress),
  );
  return {
    json: answer,
    lines: [
      paint.green(`✓ ${text('stick.exported', { directory })}`),
      '',
      ...writtenLines(invocation, answer.files),
      '',
      text('stick.receiptComes'),
    ],
  };
}

/** `haggui sync import`: exit 75 when a file was refused or broke off. */
export async function importFromStick(invocation: Invocation, dataDirectory: string, folder: string): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = adminClientFor(invocation, dataDirectory);
  const directory = resolve(folder);
  const answer = await withProgress(invocation, text('stick.importing'), (onProgress) =>
    client.postLong<SyncImportAnswer>('/sync/import', { directory }, onProgress),
  );
  const bad = answer.files.filter(({ result }) => result === 'refused' || result === 'partly');
  const used = answer.files.filter(({ result }) => result !== 'skipped');
  const headline =
    bad.length > 0
      ? paint.yellow(`! ${text('stick.someRefused')}`)
      : used.length === 0
        ? paint.yellow(`! ${text('stick.nothingHere', { directory })}`)
        : paint.green(`✓ ${text('stick.imported')}`);
  return {
    json: answer,
    lines: [
      headline,
      ...(answer.files.length === 0 ? [] : ['', ...outcomeLines(invocation, answer.files)]),
      ...(answer.written === undefined || answer.written.length === 0
        ? []
        : ['', text('stick.written'), ...writtenLines(invocation, answer.written)]),
    ],
    exitCode: bad.length > 0 ? exitCodes.cannotWorkNow : exitCodes.stopped,
  };
}

function writtenLines({ text, format, paint }: Invocation, files: SyncExportAnswer['files']): readonly string[] {
  type Row = SyncExportAnswer['files'][number];
  const columns = [
    { header: text('stick.file'), cell: ({ file }: Row) => file },
    { header: text('stick.changes'), cell: ({ changes }: Row) => format.integer(changes), align: 'right' as const },
    { header: text('stick.size'), cell: ({ bytes }: Row) => format.bytes(bytes), align: 'right' as const },
  ];
  return tableLines(columns, files, paint);
}

function outcomeLines({ text, format, paint }: Invocation, files: readonly ParcelOutcome[]): readonly string[] {
  const columns = [
    { header: text('stick.file'), cell: ({ file }: ParcelOutcome) => file },
    {
      header: text('stick.changes'),
      cell: ({ changes }: ParcelOutcome) => format.integer(changes),
      align: 'right' as const,
    },
    {
      header: text('stick.result'),
      cell: ({ result, reason }: ParcelOutcome) =>
        reason === undefined
          ? text(`stick.${result}`)
          : `${text(`stick.${result}`)} : ${text(`stick.reason.${reason}`)}`,
    },
  ];
  return tableLines(columns, files, paint);
}

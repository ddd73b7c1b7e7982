import { resolve } from 'node:path';
import type { BackupLine, BackupList, MadeBackup, VerifiedBackup } from '@santehaggui/protocols/api/backup-api.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, pairLines, tableLines } from '../screen/table.ts';
import { nodeClientFor } from './node-session.ts';
import { wordsInFile } from './recovery-words-file.ts';
import { withProgress } from './sync-screens.ts';

/** A slow stick and a big node; whoever waits sees that it goes on. */
const BACKUP_TIMEOUT_MS = 6 * 3600_000;

/** `haggui backup create`: makes one, and looks at it. */
export async function createBackup(
  invocation: Invocation,
  dataDirectory: string,
  folder: string | undefined,
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const body = folder === undefined ? {} : { directory: resolve(folder) };
  const made = await withProgress(invocation, text('backup.creating'), () =>
    client.post<MadeBackup>('/backups', { body, timeoutMs: BACKUP_TIMEOUT_MS }),
  );
  return {
    json: made,
    lines: [
      paint.green(`✓ ${text('backup.created', { file: made.file })}`),
      '',
      ...pairLines([[text('backup.size'), format.bytes(made.bytes)], ...contentPairs(invocation, made)], paint),
      ...(made.removed.length === 0 ? [] : ['', text('backup.removed', { count: made.removed.length })]),
      '',
      text('backup.keepAway'),
    ],
  };
}

/** `haggui backup list`: what lies in a folder, and who can open it. */
export async function listBackups(
  invocation: Invocation,
  dataDirectory: string,
  folder: string | undefined,
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const query = folder === undefined ? '' : `?directory=${encodeURIComponent(resolve(folder))}`;
  const list = await nodeClientFor(invocation, dataDirectory).get<BackupList>(`/backups${query}`);
  const columns: readonly Column<BackupLine>[] = [
    { header: text('backup.file'), cell: ({ file }) => file },
    { header: text('backup.madeAt'), cell: ({ createdAt }) => format.instant(createdAt) },
    { header: text('backup.size'), cell: ({ bytes }) => format.bytes(bytes), align: 'right' },
    {
      header: text('backup.verifiedAt'),
      cell: ({ verifiedAt }) => (verifiedAt === null ? '—' : format.instant(verifiedAt)),
    },
    {
      header: text('backup.opens'),
      cell: ({ opens }) =>
        opens.map(({ by, since }) => `${text(`backup.by.${by}`)} (${since.slice(0, 10)})`).join(', '),
    },
  ];
  return {
    json: list,
    lines: [
      ...(list.backups.length === 0
        ? [paint.yellow(`! ${text('backup.none', { directory: list.directory })}`)]
        : tableLines(columns, list.backups, paint)),
      ...(list.unreadable.length === 0
        ? []
        : ['', paint.yellow(`! ${text('backup.unreadable', { files: list.unreadable.join(', ') })}`)]),
    ],
  };
}

/** `haggui backup verify`: puts it back beside and compares. */
export async function verifyBackup(
  invocation: Invocation,
  dataDirectory: string,
  { file, wordsFile }: { readonly file: string; readonly wordsFile: string | undefined },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const body = {
    file: resolve(file),
    ...(wordsFile === undefined ? {} : { words: await wordsInFile(wordsFile) }),
  };
  const verified = await withProgress(invocation, text('backup.verifying'), () =>
    client.post<VerifiedBackup>('/backups/verify', { body, timeoutMs: BACKUP_TIMEOUT_MS }),
  );
  return {
    json: verified,
    lines: [paint.green(`✓ ${text('backup.verified')}`), '', ...pairLines(contentPairs(invocation, verified), paint)],
  };
}

/** What a backup holds, in words. */
export function contentPairs(
  { text, format }: Invocation,
  { facility, createdAt, contents }: Pick<VerifiedBackup, 'facility' | 'createdAt' | 'contents'>,
): [string, string][] {
  const records = Object.values(contents.records).reduce((sum, count) => sum + count, 0);
  return [
    [text('backup.facility'), facility],
    [text('backup.madeAt'), format.instant(createdAt)],
    [text('backup.records'), format.integer(records)],
    [text('backup.changes'), format.integer(contents.changes)],
    [text('backup.auditEntries'), format.integer(contents.auditEntries)],
    [text('backup.digest'), contents.digest],
  ];
}

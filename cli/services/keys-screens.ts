import { writeFile } from 'node:fs/promises';
import type { LockedStatus, NodeStatus } from '@santehaggui/protocols/api/admin-api.ts';
import type {
  EscrowAnswer,
  KeysStatus,
  RotateAnswer,
  RotateRequest,
  UnlockerLine,
} from '@santehaggui/protocols/api/keys-api.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { type Column, pairLines, tableLines } from '../screen/table.ts';
import { type CredentialFlags, readCredentials } from './credentials.ts';
import { nodeClientFor } from './node-session.ts';
import { recoveryPage } from './recovery-page.ts';
import { wordsInFile } from './recovery-words-file.ts';
import { withProgress } from './sync-screens.ts';

/** A gigabyte takes some ten seconds, more on a small machine. */
const ROTATION_TIMEOUT_MS = 10 * 60_000;
const UNLOCK_TIMEOUT_MS = 60_000;

/** `haggui keys status`: who opens the database. */
export async function showKeys(invocation: Invocation, dataDirectory: string): Promise<Outcome> {
  const status = await nodeClientFor(invocation, dataDirectory).get<KeysStatus>('/keys');
  return { json: status, lines: keysLines(invocation, status) };
}

/** `haggui keys rotate`: a new key for the database. */
export async function rotateKeys(
  invocation: Invocation,
  dataDirectory: string,
  { acceptRing, only }: { readonly acceptRing: boolean; readonly only: RotateRequest['only'] },
): Promise<Outcome> {
  const { text, paint, format } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const answer = await withProgress(invocation, text('keys.rotating'), () =>
    client.post<RotateAnswer>('/keys/rotate', { body: { acceptRing, only }, timeoutMs: ROTATION_TIMEOUT_MS }),
  );
  const milliseconds = format.integer(answer.milliseconds);
  const isMeant = (what: RotateRequest['only']): boolean => only === undefined || only === what;
  return {
    json: answer,
    lines: [
      ...(isMeant('database') ? [paint.green(`✓ ${text('keys.rotated', { milliseconds })}`)] : []),
      ...(isMeant('tokens') ? [paint.green(`✓ ${text('keys.tokensRotated')}`)] : []),
      ...(isMeant('link') ? [linkLine(invocation, answer.link)] : []),
    ],
  };
}

/** `haggui keys escrow`: new recovery words, on screen and as a page to print. */
export async function escrowKeys(
  invocation: Invocation,
  dataDirectory: string,
  { page }: { readonly page?: string | undefined },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const { facility } = await client.get<NodeStatus>('/status');
  const answer = await client.post<EscrowAnswer>('/keys/escrow');
  if (page !== undefined) {
    await writeFile(page, recoveryPage(facility, answer.words, answer.since.slice(0, 10)), { mode: 0o600 });
  }
  return {
    json: { ...answer, ...(page === undefined ? {} : { page }) },
    lines: [
      paint.green(`✓ ${text('keys.escrowDone')}`),
      ...wordLines(answer.words),
      ...(page === undefined ? [] : ['', text('keys.escrowPage', { path: page })]),
    ],
  };
}

/** `haggui keys unlock`: opens a locked node. Throws SH-A180, SH-A005. */
export async function unlockNode(
  invocation: Invocation,
  dataDirectory: string,
  { credentials, wordsFile }: { readonly credentials: CredentialFlags; readonly wordsFile?: string | undefined },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const status = await client.get<NodeStatus | LockedStatus>('/status');
  const opened = { json: { opened: true }, lines: [paint.green(`✓ ${text('keys.unlocked')}`)] };
  if (!('isLocked' in status)) return opened;
  const body =
    wordsFile === undefined ? await readCredentials(invocation, credentials) : { words: await wordsInFile(wordsFile) };
  await withProgress(invocation, text('keys.unlocking'), () =>
    client.post('/unlock', { body, timeoutMs: UNLOCK_TIMEOUT_MS }),
  );
  return opened;
}

/** `haggui keys opening`: who opens the node after a power cut. */
export async function chooseOpening(
  invocation: Invocation,
  dataDirectory: string,
  { opens, credentials }: { readonly opens: 'staff' | 'unattended'; readonly credentials: CredentialFlags },
): Promise<Outcome> {
  const { text, paint } = invocation;
  const client = nodeClientFor(invocation, dataDirectory);
  const body = opens === 'staff' ? { opens, ...(await readCredentials(invocation, credentials)) } : { opens };
  const status = await client.post<KeysStatus>('/keys/opening', { body, timeoutMs: ROTATION_TIMEOUT_MS });
  return {
    json: status,
    lines: [paint.green(`✓ ${text('keys.openingDone')}`), '', ...keysLines(invocation, status)],
  };
}

/** Words in two columns, numbered, to be copied by hand. */
export function wordLines(words: readonly string[]): readonly string[] {
  const half = Math.ceil(words.length / 2);
  const cell = (index: number): string => `${String(index + 1).padStart(2)}. ${(words[index] ?? '').padEnd(14)}`;
  return ['', ...words.slice(0, half).map((_, index) => `  ${cell(index)}${cell(index + half)}`.trimEnd())];
}

function linkLine({ text, paint }: Invocation, link: RotateAnswer['link']): string {
  if (link === 'rotated') return paint.green(`✓ ${text('keys.linkRotated')}`);
  return paint.yellow(`! ${text(link === 'waits' ? 'keys.linkWaits' : 'keys.linkNone')}`);
}

function keysLines(invocation: Invocation, status: KeysStatus): readonly string[] {
  const { text, paint, format } = invocation;
  const columns: readonly Column<UnlockerLine>[] = [
    { header: text('keys.kind'), cell: ({ kind }) => text(`keys.kind.${kind}`) },
    { header: text('keys.login'), cell: ({ login }) => login ?? '—' },
    { header: text('keys.added'), cell: ({ since }) => format.instant(since) },
  ];
  return [
    ...(status.isGenuine ? [] : [paint.red(`✗ ${text('keys.forged')}`), '']),
    ...pairLines(
      [
        [text('keys.opens'), text(`keys.${status.opens}`)],
        [text('keys.since'), format.instant(status.databaseKeySince)],
        [text('keys.tokensSince'), status.tokenKeySince === null ? '—' : format.instant(status.tokenKeySince)],
        [text('keys.linkSince'), status.linkKeySince === null ? '—' : format.instant(status.linkKeySince)],
        [text('keys.cipher'), status.cipher === 'aegis' ? 'AEGIS-256' : 'ChaCha20-Poly1305'],
      ],
      paint,
    ),
    '',
    paint.bold(text('keys.unlockers')),
    ...tableLines(columns, status.unlockers, paint),
  ];
}

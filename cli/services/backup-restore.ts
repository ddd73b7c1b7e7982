import { resolve } from 'node:path';
import type { RestoredBackup } from '@santehaggui/protocols/api/backup-api.ts';
import { fromProblem } from '@santehaggui/runtime/errors/problem.ts';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { openPrompter } from '../screen/prompt.ts';
import { pairLines } from '../screen/table.ts';
import { bilingual } from '../texts/texts.ts';
import { contentPairs } from './backup-screens.ts';
import { runDaemonCommand } from './daemon-command.ts';
import { launcherPath } from './launchers.ts';
import { wordsInFile } from './recovery-words-file.ts';
import { withProgress } from './sync-screens.ts';

/** What is put back, and how it is opened. */
export type RestoreFlags = {
  readonly file: string;
  readonly wordsFile: string | undefined;
  readonly throughHub: boolean;
  readonly force: boolean;
};

type Told = Readonly<Record<string, unknown>> & {
  readonly asking?: readonly string[];
  readonly problem?: { readonly status?: number };
};

/** `haggui backup restore`: runs `haggui-node restore`, which alone touches the data directory. Throws what that refuses. */
export async function restoreBackup(
  invocation: Invocation,
  dataDirectory: string,
  flags: RestoreFlags,
): Promise<Outcome> {
  const { text, paint } = invocation;
  const words = flags.throughHub ? undefined : await readWords(invocation, flags.wordsFile);
  const restored = await withProgress(invocation, text('backup.restoring'), () =>
    runRestore(invocation, dataDirectory, { ...flags, words }),
  );
  return {
    json: restored,
    lines: [
      paint.green(`✓ ${text('backup.restored', { facility: restored.facility, directory: restored.dataDirectory })}`),
      '',
      ...pairLines(contentPairs(invocation, restored), paint),
      ...(restored.aside === null ? [] : ['', text('backup.aside', { aside: restored.aside })]),
      '',
      text('backup.startIt', { directory: restored.dataDirectory }),
      ...(restored.opens === 'staff' ? [text('backup.startLocked')] : []),
    ],
  };
}

async function runRestore(
  { root, environment, language, signal, stderr, errorPaint, text }: Invocation,
  dataDirectory: string,
  { file, throughHub, force, words }: RestoreFlags & { readonly words: string | undefined },
): Promise<RestoredBackup> {
  const told: Told[] = [];
  const { exitCode, stderr: said } = await runDaemonCommand({
    launcher: launcherPath(root, 'haggui-node'),
    arguments: [
      ...['restore', '--data', dataDirectory, '--from', resolve(file)],
      ...(force ? ['--force'] : []),
      ...(throughHub ? ['--through-hub'] : []),
    ],
    input: JSON.stringify({ words }),
    environment: { ...environment, LC_ALL: language },
    signal,
    onLine: (line) => {
      const one = JSON.parse(line) as Told;
      told.push(one);
      if (one.asking !== undefined)
        stderr.write(`\n${errorPaint.bold(text('backup.callTheHub', { words: one.asking.join(' ') }))}\n`);
    },
  });
  const last = told.at(-1);
  if (last?.problem !== undefined) throw fromProblem(last.problem.status ?? 500, last.problem);
  if (exitCode !== 0 || last === undefined) throw failCli('SH-F502', { why: said.trim().slice(-2000) });
  return last as unknown as RestoredBackup;
}

async function readWords(invocation: Invocation, wordsFile: string | undefined): Promise<string> {
  if (wordsFile !== undefined) return wordsInFile(wordsFile);
  if (!invocation.isInteractive) throw failCli('SH-I505', { why: bilingual('backup.wordsMissing') });
  using prompter = openPrompter(invocation);
  return prompter.ask(invocation.text('backup.askWords'), { isSecret: true });
}

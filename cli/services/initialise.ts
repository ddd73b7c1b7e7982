import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import type { FieldProblem } from '@santehaggui/runtime/errors/haggui-error.ts';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../screen/progress.ts';
import { openPrompter, type Prompter } from '../screen/prompt.ts';
import { bilingual } from '../texts/texts.ts';
import { passwordInFile } from './credentials.ts';
import { wordLines } from './keys-screens.ts';
import { initialiseNode, type NodeAnswers, type NodeInitReport } from './node-init.ts';

/** What the options of `haggui init` say; the rest is asked for. */
export type InitFlags = {
  readonly code?: string | undefined;
  readonly name?: string | undefined;
  readonly login?: string | undefined;
  readonly familyName?: string | undefined;
  readonly givenName?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly unlock?: 'unattended' | 'staff' | undefined;
};

const OPTIONS: Readonly<Record<string, string>> = {
  code: '--code',
  name: '--name',
  login: '--admin-login',
  familyName: '--admin-family-name',
  givenName: '--admin-given-name',
  password: '--password-file',
};

type Given = Omit<InitFlags, 'passwordFile'> & { readonly password?: string | undefined };

function answersOf(given: Given): NodeAnswers {
  const missing = Object.keys(OPTIONS).filter((key) => !given[key as keyof Given]);
  if (missing.length > 0) {
    const fields: readonly FieldProblem[] = missing.map((key) => ({
      field: OPTIONS[key] ?? key,
      message: bilingual('init.missing'),
    }));
    throw failCli('SH-I505', { fields });
  }
  const { code = '', name = '', login = '', familyName = '', givenName = '', password = '', unlock } = given;
  return {
    facility: { code, name },
    administrator: { login, password, familyName, givenName, role: 'it-officer' },
    ...(unlock === undefined ? {} : { unlock }),
  };
}

async function newPassword({ text, stderr, errorPaint }: Invocation, { ask }: Prompter): Promise<string> {
  for (;;) {
    const password = await ask(text('ask.password'), { isSecret: true });
    if (password === (await ask(text('ask.passwordAgain'), { isSecret: true }))) return password;
    stderr.write(`${errorPaint.yellow(text('init.passwordsDiffer'))}\n`);
  }
}

async function askWhoOpens({ text }: Invocation, { ask }: Prompter): Promise<'unattended' | 'staff'> {
  for (;;) {
    const answer = (await ask(text('init.askUnlock'))).toLowerCase();
    if (/^(o|oui|y|yes)$/.test(answer)) return 'unattended';
    if (/^(n|non|no)$/.test(answer)) return 'staff';
  }
}

async function askForTheRest(invocation: Invocation, directory: string, given: Given): Promise<Given> {
  const { text, stderr, errorPaint } = invocation;
  using prompter = openPrompter(invocation);
  const { ask } = prompter;
  stderr.write(`${errorPaint.bold(text('init.welcome', { directory }))}\n\n`);
  const code = given.code ?? (await ask(text('ask.code')));
  const name = given.name ?? (await ask(text('ask.name')));
  const familyName = given.familyName ?? (await ask(text('ask.familyName')));
  const givenName = given.givenName ?? (await ask(text('ask.givenName')));
  const preset = `${givenName}.${familyName}`
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '');
  const login = given.login ?? (await ask(text('ask.adminLogin'), { preset }));
  const password = given.password ?? (await newPassword(invocation, prompter));
  const unlock = given.unlock ?? (await askWhoOpens(invocation, prompter));
  return { code, name, familyName, givenName, login, password, unlock };
}

/** `haggui init`: asks for what the options leave open, where somebody is there to answer (SH-I505 otherwise), and makes the node. */
export async function initialise(invocation: Invocation, dataDirectory: string, flags: InitFlags): Promise<Outcome> {
  const { text, paint } = invocation;
  const { passwordFile = invocation.passwordFile, ...rest } = flags;
  const given: Given = {
    ...rest,
    password: passwordFile === undefined ? undefined : await passwordInFile(passwordFile),
  };
  const isComplete = Object.keys(OPTIONS).every((key) => given[key as keyof Given]);
  const answers = answersOf(
    isComplete || !invocation.isInteractive ? given : await askForTheRest(invocation, dataDirectory, given),
  );
  const progress = new Progress({ stream: invocation.stderr, paint: invocation.errorPaint, clock: invocation.clock });
  progress.update(text('init.running'));
  let report: NodeInitReport;
  try {
    report = await initialiseNode({
      root: invocation.root,
      dataDirectory,
      answers,
      environment: invocation.environment,
    });
  } finally {
    progress.stop();
  }
  const { code, name } = answers.facility;
  return {
    json: {
      ...{ facility: code, name, dataDirectory, administrator: answers.administrator.login },
      ...{ unlock: report.unlock, recoveryWords: report.recoveryWords },
    },
    lines: [
      paint.green(`✓ ${text('init.done', { code, directory: dataDirectory })}`),
      '',
      text('init.recovery'),
      ...wordLines(report.recoveryWords),
      '',
      report.unlock === 'staff'
        ? text('init.openedBy', { logins: report.unlockers.join(', ') })
        : paint.yellow(`! ${text('init.unattended')}`),
      '',
      text('init.next'),
      `  haggui-node start --data ${dataDirectory}`,
      `  haggui facility enrol --data ${dataDirectory} --hub URL --token …`,
    ],
    exitCode: exitCodes.stopped,
  };
}

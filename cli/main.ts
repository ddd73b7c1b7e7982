import { fileURLToPath } from 'node:url';
import { errorLines } from '@santehaggui/runtime/errors/error-lines.ts';
import { exitCodeFor } from '@santehaggui/runtime/errors/exit-codes.ts';
import { HagguiError } from '@santehaggui/runtime/errors/haggui-error.ts';
import { failRuntime } from '@santehaggui/runtime/errors/runtime-errors.ts';
import { systemClock } from '@santehaggui/runtime/time/clock.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import type { Outcome } from './outcome.ts';
import { runPlainCommand } from './plain-commands.ts';
import { shown, shownJson } from './screen/paint.ts';

function print(invocation: Invocation, { json, lines }: Outcome): void {
  const text = invocation.isJson ? shownJson(json) : shown(lines.join('\n'));
  if (text !== undefined && text !== '') invocation.stdout.write(`${text}\n`);
}

/** A defect of ours says what it is: whoever reports it should not have to look for it. */
function known(error: unknown): HagguiError {
  if (error instanceof HagguiError) return error;
  return failRuntime('SH-B001', { why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

function printError({ isJson, language, stdout, stderr, errorPaint }: Invocation, error: HagguiError): void {
  if (isJson) {
    const { what, code, fields, ...rest } = error.tell(language);
    const told = { code, message: what, ...rest, ...(fields.length === 0 ? {} : { fields }) };
    stdout.write(`${shownJson({ error: told })}\n`);
    return;
  }
  const [what = '', ...rest] = errorLines(error, language);
  stderr.write(`${shown([errorPaint.bold(errorPaint.red(`✗ ${what}`)), ...rest].join('\n'))}\n`);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}

async function runAnyCommand(argv: readonly string[], invocation: Invocation): Promise<Outcome | undefined> {
  return (await import('./run-with-oclif.ts')).runWithOclif(argv, invocation);
}

async function main(): Promise<void> {
  const controller = new AbortController();
  const root = fileURLToPath(new URL('..', import.meta.url));
  const argv = process.argv.slice(2);
  const { env, stdin, stdout, stderr } = process;
  const invocation = readInvocation({
    argv,
    env,
    stdin,
    stdout,
    stderr,
    root,
    signal: controller.signal,
    clock: systemClock,
  });
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    // The second one means it: whoever is still being stopped is stopped by the guardian of `services/guardian.ts`.
    if (received !== undefined) process.exit(1);
    received = signal;
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const outcome = await (runPlainCommand(argv, invocation) ?? runAnyCommand(argv, invocation));
    if (outcome !== undefined) print(invocation, outcome);
    process.exitCode = outcome?.exitCode ?? 0;
  } catch (thrown) {
    // Whoever read our output has read enough (`haggui records export | head`).
    if (isBrokenPipe(thrown)) {
      process.exitCode = 0;
      return;
    }
    const error = known(thrown);
    if (received === undefined) {
      printError(invocation, error);
      process.exitCode = exitCodeFor(error);
    } else {
      // What was interrupted ends as the signal would have ended it, so that a shell's loop stops too.
      process.removeAllListeners(received);
      process.kill(process.pid, received);
    }
  }
}

await main();

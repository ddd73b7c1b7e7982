import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text as allText } from 'node:stream/consumers';

/** A daemon's command that runs and ends (`init`, `migrate`). */
export type DaemonCommand = {
  readonly launcher: string;
  readonly arguments: readonly string[];
  readonly input?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Told each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
};

/** How it ended: its exit code (null when a signal ended it) and all that it wrote. */
export type DaemonCommandResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a daemon's command to its end. Throws what `spawn` throws; an exit code other than 0 is a result. */
export async function runDaemonCommand(command: DaemonCommand): Promise<DaemonCommandResult> {
  const child = spawn(command.launcher, [...command.arguments], {
    env: { ...command.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(command.signal === undefined ? {} : { signal: command.signal }),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(command.input ?? '');
  if (command.onLine !== undefined) createInterface({ input: child.stdout }).on('line', command.onLine);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    allText(child.stdout),
    allText(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

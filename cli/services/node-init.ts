import type { Role } from '@santehaggui/protocols/records/record-type.ts';
import { exitCodes } from '@santehaggui/runtime/errors/exit-codes.ts';
import { failCli } from '../cli-errors.ts';
import { runDaemonCommand } from './daemon-command.ts';
import { launcherPath } from './launchers.ts';

/** A member of staff with an account. */
export type StaffAnswer = {
  readonly login: string;
  readonly password: string;
  readonly role: Role;
  readonly familyName: string;
  readonly givenName?: string;
  readonly phone?: string;
};

/** What `haggui-node init --answers -` reads. */
export type NodeAnswers = {
  readonly facility: { readonly code: string; readonly name: string };
  readonly administrator: StaffAnswer;
  readonly staff?: readonly StaffAnswer[];
  /** Who opens the database after a power cut; default: the node itself. */
  readonly unlock?: 'unattended' | 'staff';
};

/** What `haggui-node init` tells once: whose password opens the database, and the recovery words. */
export type NodeInitReport = {
  readonly unlock: 'unattended' | 'staff';
  readonly unlockers: readonly string[];
  readonly recoveryWords: readonly string[];
};

/** Where and what to initialise. */
export type NodeInit = {
  /** The folder that holds `bin/`. */
  readonly root: string;
  readonly dataDirectory: string;
  readonly answers: NodeAnswers;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
};

/** Our code for a daemon's exit code. */
const CODE_OF_EXIT = {
  [exitCodes.refused]: 'SH-K502',
  [exitCodes.usage]: 'SH-I505',
  [exitCodes.notAllowed]: 'SH-A501',
  [exitCodes.configuration]: 'SH-C502',
} as const;

/**
 * Makes a node's data directory with `haggui-node init`. Throws SH-I505, SH-K502, SH-A501, SH-C502 or SH-F502 by the daemon's
 * exit code, with what it said.
 */
export async function initialiseNode({
  root,
  dataDirectory,
  answers,
  environment,
  signal,
}: NodeInit): Promise<NodeInitReport> {
  const { exitCode, stdout, stderr } = await runDaemonCommand({
    launcher: launcherPath(root, 'haggui-node'),
    arguments: ['init', '--data', dataDirectory, '--answers', '-'],
    input: JSON.stringify(answers),
    environment,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === exitCodes.stopped) return JSON.parse(stdout) as NodeInitReport;
  const code = CODE_OF_EXIT[exitCode as keyof typeof CODE_OF_EXIT] ?? 'SH-F502';
  throw failCli(code, { why: (stderr.trim() || stdout.trim() || `haggui-node init: ${exitCode}`).slice(-2000) });
}

import { fileURLToPath } from 'node:url';
import { run, settings } from '@oclif/core';
import type { Invocation } from './invocation.ts';
import type { Outcome } from './outcome.ts';
import manifest from './package.json' with { type: 'json' };
import { withUsageTold } from './usage-error.ts';

/** What oclif would read from package.json; given here so that it looks for no file and never tries to transpile. */
function oclifSettings(invocation: Invocation) {
  return {
    name: '@santehaggui/cli',
    version: manifest.version,
    type: 'module',
    invocation,
    oclif: {
      bin: 'haggui',
      topicSeparator: ' ' as const,
      commands: { strategy: 'explicit' as const, target: 'commands.ts', identifier: 'commands' },
      helpClass: { target: 'help.ts', identifier: 'HagguiHelp' },
      hooks: { command_not_found: { target: 'usage-error.ts', identifier: 'unknownCommand' } },
    },
  };
}

/** Runs any command, or tells its help (then there is no outcome). Throws what the command throws, SH-I501 and SH-I502. */
export async function runWithOclif(argv: readonly string[], invocation: Invocation): Promise<Outcome | undefined> {
  settings.enableAutoTranspile = false;
  try {
    return (await run([...argv], {
      root: fileURLToPath(new URL('.', import.meta.url)),
      pjson: oclifSettings(invocation),
      ignoreManifest: true,
    })) as Outcome | undefined;
  } catch (error) {
    throw withUsageTold(error);
  }
}

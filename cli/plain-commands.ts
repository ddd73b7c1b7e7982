import { resolve } from 'node:path';
import type { Invocation } from './invocation.ts';
import type { Outcome } from './outcome.ts';

/** A command that takes no more than the options of all commands: it tells something of a daemon. */
export type PlainCommand = (invocation: Invocation, dataDirectory: string) => Promise<Outcome>;

/**
 * What is asked again and again, by people and by what watches a machine: run without oclif, which takes longer to load than the
 * whole command to answer (docs/adr/0060). Everything else of these commands, their help among it, is in their class.
 */
export const plainCommands = {
  status: async (...asked) => (await import('./services/status-screen.ts')).showStatus(...asked),
  'sync:status': async (...asked) => (await import('./services/sync-screens.ts')).showSyncStatus(...asked),
} as const satisfies Readonly<Record<string, PlainCommand>>;

/**
 * Runs the command that these words name, where it is one of {@link plainCommands} and written without any doubt; undefined for all
 * others and for every mistake, which oclif knows how to tell.
 */
export function runPlainCommand(argv: readonly string[], invocation: Invocation): Promise<Outcome> | undefined {
  const asked = readPlain(argv);
  return asked?.command(invocation, resolve(asked.data ?? invocation.dataDirectory));
}

function readPlain(argv: readonly string[]): { readonly command: PlainCommand; readonly data?: string } | undefined {
  const firstOption = argv.findIndex((word) => word.startsWith('-'));
  const words = firstOption === -1 ? argv : argv.slice(0, firstOption);
  const id = words.join(':');
  const data = readOptions(argv.slice(words.length));
  if (data === undefined || !Object.hasOwn(plainCommands, id)) return undefined;
  return { command: plainCommands[id as keyof typeof plainCommands], ...data };
}

/** The options of all commands (`commonFlags`), of which `main.ts` has read `--json` and `--lang`; undefined if there is anything else. */
function readOptions(words: readonly string[]): { readonly data?: string } | undefined {
  const [word, ...rest] = words;
  if (word === undefined) return {};
  if (word === '--json') return readOptions(rest);
  const { name, joined } = /^--(?<name>data|lang)(?:=(?<joined>.*))?$/s.exec(word)?.groups ?? {};
  const value = joined ?? rest[0] ?? '';
  if (name === undefined || value === '' || value.startsWith('-')) return undefined;
  if (name === 'lang' && !['fr', 'en'].includes(value)) return undefined;
  const others = readOptions(joined === undefined ? rest.slice(1) : rest);
  return others === undefined || name === 'lang' ? others : { data: value, ...others };
}

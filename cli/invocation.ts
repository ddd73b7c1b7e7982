import type { Language } from '@santehaggui/runtime/errors/bilingual.ts';
import type { Clock } from '@santehaggui/runtime/time/clock.ts';
import { createFormats, type Formats } from './screen/formats.ts';
import { createPaint, type Paint } from './screen/paint.ts';
import { createTexts, type Texts } from './texts/texts.ts';

/** Where a daemon installed by the package keeps its data. */
export const INSTALLED_DATA_DIRECTORY = '/var/lib/santehaggui';

/** A stream to write on, as much of it as is used. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** A stream to read answers from. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** All that one run of the command line knows of its surroundings; made once by `main.ts`, handed to every command. */
export type Invocation = {
  readonly language: Language;
  /** One JSON object on stdout and nothing else. */
  readonly isJson: boolean;
  /** Whether someone sits at a terminal and can be asked. */
  readonly isInteractive: boolean;
  /** Width of the terminal in columns; 80 where there is none. */
  readonly columns: number;
  /** The data directory where `--data` is not given. */
  readonly dataDirectory: string;
  /** A file holding the password, from the environment. */
  readonly passwordFile: string | undefined;
  /** The environment that daemons started from here are given. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that holds `bin/`. */
  readonly root: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborts on the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly text: Texts;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly errorPaint: Paint;
  readonly format: Formats;
};

/** What {@link readInvocation} reads. */
export type InvocationSources = Pick<Invocation, 'stdin' | 'stdout' | 'stderr' | 'signal' | 'clock' | 'root'> & {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** The words of a command line that stand before `--`. */
function beforeDoubleDash(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

/** Whether `--json` is asked for; read before the command is known, so that even a wrong usage is told as JSON. */
export function isJsonAsked(argv: readonly string[]): boolean {
  return beforeDoubleDash(argv).includes('--json');
}

function languageFlag(argv: readonly string[]): string | undefined {
  const words = beforeDoubleDash(argv);
  const joined = words.findLast((word) => word.startsWith('--lang='));
  const at = words.lastIndexOf('--lang');
  return joined?.slice('--lang='.length) ?? (at === -1 ? undefined : words[at + 1]);
}

/**
 * The language to answer in: `--lang`, else the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`, in POSIX's order). English for
 * an English locale, French for every other and where there is none.
 */
export function languageOf(argv: readonly string[], env: InvocationSources['env']): Language {
  const wanted = languageFlag(argv) ?? [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value);
  return /^en(?:$|[-_.@])/i.test(wanted ?? '') ? 'en' : 'fr';
}

/** Whether to colour what goes to this stream: a terminal, and nobody asked not to (https://no-color.org). */
export function isColourWanted(stream: OutputStream, env: InvocationSources['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Reads the surroundings once; throws nothing. */
export function readInvocation({ argv, env, ...rest }: InvocationSources): Invocation {
  const language = languageOf(argv, env);
  const isJson = isJsonAsked(argv);
  return {
    ...rest,
    language,
    isJson,
    isInteractive: !isJson && rest.stdin.isTTY === true && rest.stderr.isTTY === true,
    columns: rest.stdout.columns ?? 80,
    dataDirectory: env.HAGGUI_DATA || INSTALLED_DATA_DIRECTORY,
    passwordFile: env.HAGGUI_PASSWORD_FILE || undefined,
    environment: env,
    text: createTexts(language),
    paint: createPaint(isColourWanted(rest.stdout, env)),
    errorPaint: createPaint(isColourWanted(rest.stderr, env)),
    format: createFormats(language),
  };
}

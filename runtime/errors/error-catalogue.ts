import type { Bilingual, Text } from './bilingual.ts';
import type { ExitCode } from './exit-codes.ts';
import { type ErrorKind, type FieldProblem, HagguiError } from './haggui-error.ts';

/** One code, documented where it is defined. `status` and `exitCode` are given only where they differ from the kind's. */
export type ErrorDefinition<K extends ErrorKind = ErrorKind> = {
  readonly kind: K;
  readonly title: Bilingual;
  /** What to do next. */
  readonly remedy: Bilingual;
  readonly status?: number;
  readonly exitCode?: ExitCode;
};

/**
 * The ranges. The letter says the kind: SH-C configuration, SH-I input, SH-A auth, SH-N not found, SH-K conflict,
 * SH-T transient, SH-F fatal, SH-B bug; SH-X (exchange and frames) may be of any kind. The number says who defines it:
 * 001–099 runtime, 100–299 facility-node, 300–499 hub, 500–599 cli.
 */
type KindOfLetter = {
  C: 'config';
  I: 'input';
  A: 'auth';
  N: 'not-found';
  K: 'conflict';
  T: 'transient';
  F: 'fatal';
  B: 'bug';
  X: ErrorKind;
};

/** The kind that a code's letter stands for; `never` for a letter without a range. */
export type KindOfCode<C> = C extends `SH-${infer L}${string}`
  ? L extends keyof KindOfLetter
    ? KindOfLetter[L]
    : never
  : never;

/** What the place that fails knows beyond the definition. Without `what` the title is told; without `remedy` the definition's. */
export type FailDetails = {
  readonly what?: Text;
  readonly why?: Text;
  readonly remedy?: Text;
  readonly fields?: readonly FieldProblem[];
  /** Answered as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

/** A catalogue: its definitions, and the only way to make errors of it. */
export type ErrorCodes<C extends string> = {
  readonly definitions: Readonly<Record<C, ErrorDefinition>>;
  /** Makes the error of this code, to be thrown: `throw fail('SH-N101', { what })`. */
  readonly fail: (code: C, details?: FailDetails) => HagguiError;
};

const codePattern = /^SH-[CIANKTFBX]\d{3}$/;

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  config: 500,
  input: 422,
  auth: 403,
  'not-found': 404,
  conflict: 409,
  transient: 503,
  fatal: 500,
  bug: 500,
};

/** The HTTP status of a definition: its own, else its kind's. */
export const statusOf = (definition: ErrorDefinition): number => definition.status ?? statusOfKind[definition.kind];

/**
 * Defines a catalogue; the compiler checks that each code's letter agrees with its kind and that `fail` is given a code
 * that exists. Throws TypeError for a code that is not `SH-` + letter + three digits.
 */
export const errorCodes = <const T extends { readonly [C in keyof T]: ErrorDefinition<KindOfCode<C>> }>(
  definitions: T,
): ErrorCodes<keyof T & string> => {
  for (const code of Object.keys(definitions)) {
    if (!codePattern.test(code)) throw new TypeError(`not an error code: ${code}`);
  }
  const known = definitions as Readonly<Record<string, ErrorDefinition>>;
  return {
    definitions: known,
    fail: (code, details = {}) => {
      const definition = known[code];
      if (definition === undefined) throw new TypeError(`error code without a definition: ${code}`);
      return new HagguiError({
        code,
        kind: definition.kind,
        status: statusOf(definition),
        exitCode: definition.exitCode,
        title: definition.title,
        what: details.what,
        why: details.why,
        remedy: details.remedy ?? definition.remedy,
        fields: details.fields,
        retryAfterSeconds: details.retryAfterSeconds,
        cause: details.cause,
      });
    },
  };
};

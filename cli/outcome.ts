import type { ExitCode } from '@santehaggui/runtime/errors/exit-codes.ts';

/** What a command gives back; `main.ts` prints it. */
export type Outcome = {
  /** The object that `--json` prints; undefined when the command has printed it itself. */
  readonly json: unknown;
  /** What a person reads, line by line. */
  readonly lines: readonly string[];
  /** Default: 0. */
  readonly exitCode?: ExitCode;
};

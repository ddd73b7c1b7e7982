import { type ErrorKind, HagguiError } from './haggui-error.ts';

/** Every exit code a process of the project ends with; after `sysexits.h` where it has one. */
export const exitCodes = {
  stopped: 0,
  refused: 1,
  usage: 2,
  broken: 70,
  cannotWorkNow: 75,
  notAllowed: 77,
  configuration: 78,
} as const;

/** One of the seven exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  config: exitCodes.configuration,
  input: exitCodes.usage,
  auth: exitCodes.notAllowed,
  'not-found': exitCodes.refused,
  conflict: exitCodes.refused,
  transient: exitCodes.cannotWorkNow,
  fatal: exitCodes.broken,
  bug: exitCodes.broken,
};

/** The code a process ends with because of this error: the one its definition names, else its kind's; 70 for what is not ours. */
export const exitCodeFor = (error: unknown): ExitCode =>
  error instanceof HagguiError ? (error.exitCode ?? exitCodeOfKind[error.kind]) : exitCodes.broken;

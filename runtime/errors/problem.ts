import { type Language, textIn } from './bilingual.ts';
import { type ErrorKind, HagguiError } from './haggui-error.ts';
import { failRuntime } from './runtime-errors.ts';

/** A problem details object (RFC 9457), with our `code`, `requestId`, `remedy` and refused fields. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly detail?: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
};

/** The media type of a problem (RFC 9457 §3). */
export const problemMediaType = 'application/problem+json';

// What these say names files, tables or code: it is for the log, not for whoever sent the request.
const silentKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['config', 'fatal', 'bug']);

/** What the system and SQLite say of a full disk. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** Any thrown value as an error of ours: itself if it is one, SH-F008 for a full disk, else SH-B001; the value is its cause. */
export const asHagguiError = (error: unknown): HagguiError => {
  if (error instanceof HagguiError) return error;
  const isFull = error instanceof Error && 'code' in error && FULL.has(error.code);
  return failRuntime(isFull ? 'SH-F008' : 'SH-B001', { cause: error });
};

/**
 * The problem that answers a request which ended in this error. Holds no stack, and no word of the error itself for
 * configuration, fatal errors and bugs: only the title, the code and the request to look up.
 */
export const toProblem = (error: unknown, requestId: string, language: Language = 'fr'): Problem => {
  const known = asHagguiError(error);
  const story = known.tell(language);
  const isSilent = silentKinds.has(known.kind);
  return {
    type: `urn:santehaggui:error:${known.code}`,
    title: textIn(known.title, language),
    status: known.status,
    code: known.code,
    requestId,
    ...(isSilent ? {} : { detail: story.what }),
    ...(isSilent || story.why === undefined ? {} : { why: story.why }),
    ...(story.remedy === undefined ? {} : { remedy: story.remedy }),
    ...(isSilent || story.fields.length === 0 ? {} : { errors: story.fields }),
  };
};

const kindOfLetter: Readonly<Record<string, ErrorKind>> = {
  C: 'config',
  I: 'input',
  A: 'auth',
  N: 'not-found',
  K: 'conflict',
  T: 'transient',
  F: 'fatal',
  B: 'bug',
};

const kindOfStatus = (status: number): ErrorKind => {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'transient';
  return status >= 500 ? 'fatal' : 'input';
};

const stringOr = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value !== '' ? value : fallback;

const fieldsOf = (errors: unknown): { field: string; message: string }[] =>
  Array.isArray(errors)
    ? errors.flatMap((entry: unknown) =>
        typeof entry === 'object' && entry !== null && 'field' in entry && 'message' in entry
          ? [{ field: String(entry.field), message: String(entry.message) }]
          : [],
      )
    : [];

/**
 * The error that another process answered with, for a client to throw again: same code, kind, remedy and fields.
 * `body` is what came, parsed; anything that is not a problem gives an error of the status alone.
 */
export const fromProblem = (status: number, body: unknown): HagguiError => {
  const problem: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {};
  const code = stringOr(problem.code, 'SH-B001');
  const title = stringOr(problem.title, `HTTP ${status}`);
  const kind =
    typeof problem.code === 'string' ? (kindOfLetter[code.charAt(3)] ?? kindOfStatus(status)) : kindOfStatus(status);
  return new HagguiError({
    code,
    kind,
    status,
    title: { fr: title, en: title },
    what: stringOr(problem.detail, title),
    why: typeof problem.why === 'string' ? problem.why : undefined,
    remedy: typeof problem.remedy === 'string' ? problem.remedy : undefined,
    fields: fieldsOf(problem.errors),
  });
};

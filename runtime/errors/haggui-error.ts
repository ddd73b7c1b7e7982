import { type Bilingual, type Language, type Text, textIn } from './bilingual.ts';
import type { ExitCode } from './exit-codes.ts';

/**
 * What the caller must do about an error:
 * `config` correct the configuration · `input` send something else · `auth` sign in or ask for the right ·
 * `not-found` look elsewhere · `conflict` read again, then decide · `transient` try again later ·
 * `fatal` stop, an operator must act · `bug` report it.
 */
export type ErrorKind = 'config' | 'input' | 'auth' | 'not-found' | 'conflict' | 'transient' | 'fatal' | 'bug';

/** A field that was refused: where it is (`vitals.0.value`, `lan.port`) and what is wrong with it. */
export type FieldProblem = { readonly field: string; readonly message: Text };

/** Everything a `HagguiError` is made of; catalogues fill it in (`errorCodes`). */
export type HagguiErrorParts = {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly status: number;
  readonly exitCode?: ExitCode | undefined;
  readonly title: Bilingual;
  readonly what?: Text | undefined;
  readonly why?: Text | undefined;
  readonly remedy?: Text | undefined;
  readonly fields?: readonly FieldProblem[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
};

/** An error as a person is told it: what happened, why, what to do next, and the code to look up. */
export type ErrorStory = {
  readonly what: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly fields: readonly { readonly field: string; readonly message: string }[];
  readonly code: string;
};

/**
 * The one error class of the project. Told apart by `kind` and `code`, never by the text of `message`
 * (which is *what happened*, in French, for logs). Made by a catalogue's `fail`, not by `new`.
 */
export class HagguiError extends Error {
  override readonly name = 'HagguiError';
  readonly kind: ErrorKind;
  readonly code: string;
  /** The HTTP status that answers a request which ended so. */
  readonly status: number;
  readonly exitCode: ExitCode | undefined;
  readonly title: Bilingual;
  readonly what: Text;
  readonly why: Text | undefined;
  readonly remedy: Text | undefined;
  readonly fields: readonly FieldProblem[];
  /** When it is worth trying again (RFC 9110 §10.2.3), where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(parts: HagguiErrorParts) {
    const what = parts.what ?? parts.title;
    super(textIn(what, 'fr'), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.kind = parts.kind;
    this.code = parts.code;
    this.status = parts.status;
    this.exitCode = parts.exitCode;
    this.title = parts.title;
    this.what = what;
    this.why = parts.why;
    this.remedy = parts.remedy;
    this.fields = parts.fields ?? [];
    this.retryAfterSeconds = parts.retryAfterSeconds;
  }

  /** The error in one language, in the four parts a person is shown. */
  tell(language: Language): ErrorStory {
    return {
      what: textIn(this.what, language),
      ...(this.why === undefined ? {} : { why: textIn(this.why, language) }),
      ...(this.remedy === undefined ? {} : { remedy: textIn(this.remedy, language) }),
      fields: this.fields.map(({ field, message }) => ({ field, message: textIn(message, language) })),
      code: this.code,
    };
  }
}

/** Whether this is an error of ours with that code. */
export const hasCode = (error: unknown, code: string): error is HagguiError =>
  error instanceof HagguiError && error.code === code;

import { Errors } from '@oclif/core';
import type { Bilingual } from '@santehaggui/runtime/errors/bilingual.ts';
import { failCli } from './cli-errors.ts';
import { bilingual } from './texts/texts.ts';

// oclif exports the classes of its parse errors from no public module: their names and fields are all that can be looked at.
type ParseError = Error & {
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly name: string })[];
  readonly parse?: {
    readonly input?: { readonly flags?: Readonly<Record<string, { readonly required?: boolean }>> };
    readonly output?: { readonly flags?: Readonly<Record<string, unknown>> };
  };
};

const nameOf = (argument: string | { readonly name: string }): string =>
  typeof argument === 'string' ? argument : argument.name.toUpperCase();

function missingFlags({ parse }: ParseError): readonly string[] {
  const given = parse?.output?.flags ?? {};
  const declared = Object.entries(parse?.input?.flags ?? {});
  return declared
    .filter(([name, flag]) => flag.required === true && given[name] === undefined)
    .map(([name]) => `--${name}`);
}

function whyOf(error: ParseError): Bilingual | string {
  const plain = error.message.replace(/\n?See more help with --help$/, '').trim();
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return bilingual('usage.unknownFlags', { flags: (error.flags ?? []).join(', ') });
    case 'UnexpectedArgsError':
      return bilingual('usage.unexpectedArguments', { arguments: (error.args ?? []).map(nameOf).join(', ') });
    case 'RequiredArgsError':
      return bilingual('usage.missingArguments', { arguments: (error.args ?? []).map(nameOf).join(', ') });
    case 'FailedFlagValidationError': {
      const missing = missingFlags(error);
      return missing.length === 0 ? plain : bilingual('usage.missingFlags', { flags: missing.join(', ') });
    }
    default:
      return plain;
  }
}

/** What oclif says of a badly written command, as an error of ours (SH-I502); any other value is given back as it is. */
export function withUsageTold(error: unknown): unknown {
  if (!(error instanceof Errors.CLIError)) return error;
  return failCli('SH-I502', { why: whyOf(error as ParseError), cause: error });
}

/** oclif's hook for a command that is not in the table; throws SH-I501. */
export const unknownCommand = async ({ id }: { readonly id: string }): Promise<never> => {
  throw failCli('SH-I501', { why: `haggui ${id.replaceAll(':', ' ')}` });
};

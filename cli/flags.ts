import { Flags, type Interfaces } from '@oclif/core';
import { failCli } from './cli-errors.ts';
import { bilingual, type TextKey } from './texts/texts.ts';

/** Checks that a help text is the name of a sentence; `help.ts` puts the sentence in its place. */
export const helpText = (key: TextKey): TextKey => key;

const refusedValue = (given: string, expected: string) =>
  failCli('SH-I502', { why: bilingual('usage.badValue', { given, expected }) });

/** An option with free text. `value` stands for the text in the help. */
export const textFlag = (summary: TextKey, value: string) => Flags.string({ summary, helpValue: value });

/** The same, and it must be given. */
export const requiredTextFlag = (summary: TextKey, value: string) =>
  Flags.string({ summary, helpValue: value, required: true });

const oneOf =
  <Choice extends string>(choices: readonly Choice[]) =>
  async (given: string): Promise<Choice> => {
    const choice = choices.find((candidate) => candidate === given);
    if (choice === undefined) throw refusedValue(given, choices.join(', '));
    return choice;
  };

/** An option that takes one of a few words; SH-I502 for any other. */
export const choiceFlag = <const Choice extends string>(
  summary: TextKey,
  choices: readonly Choice[],
): Interfaces.OptionFlag<Choice | undefined> =>
  Flags.string({ summary, helpValue: choices.join('|'), parse: oneOf(choices) }) as Interfaces.OptionFlag<
    Choice | undefined
  >;

/** The same, and it must be given. */
export const requiredChoiceFlag = <const Choice extends string>(
  summary: TextKey,
  choices: readonly Choice[],
): Interfaces.OptionFlag<Choice> =>
  Flags.string({
    summary,
    helpValue: choices.join('|'),
    parse: oneOf(choices),
    required: true,
  }) as Interfaces.OptionFlag<Choice>;

/** An option that takes a whole number between two bounds; SH-I502 for anything else. */
export const wholeFlag = (summary: TextKey, bounds: { readonly min: number; readonly max: number }) =>
  Flags.custom<number>({
    summary,
    helpValue: 'N',
    parse: async (given: string) => {
      const value = Number(given);
      const isInside = Number.isSafeInteger(value) && value >= bounds.min && value <= bounds.max;
      if (!isInside || !/^-?\d+$/.test(given)) throw refusedValue(given, `${bounds.min}–${bounds.max}`);
      return value;
    },
  })();

/** An option that takes a decimal number between two bounds; SH-I502 for anything else. */
export const decimalFlag = (summary: TextKey, bounds: { readonly min: number; readonly max: number }) =>
  Flags.custom<number>({
    summary,
    helpValue: 'N',
    parse: async (given: string) => {
      const value = Number(given);
      if (given.trim() === '' || !(value >= bounds.min && value <= bounds.max)) {
        throw refusedValue(given, `${bounds.min}–${bounds.max}`);
      }
      return value;
    },
  })();

/** The options that every command has. */
export const commonFlags = {
  data: textFlag('flag.data', 'DIR'),
  json: Flags.boolean({ summary: helpText('flag.json') }),
  lang: choiceFlag('flag.lang', ['fr', 'en']),
};

/** The options of a command that reads or writes people's records. */
export const loginFlags = {
  login: textFlag('flag.login', 'NAME'),
  'password-file': textFlag('flag.passwordFile', 'FILE'),
};

/** What entries of the audit trail are chosen by. */
export const auditFilterFlags = {
  by: textFlag('audit.byFlag', 'NAME'),
  patient: textFlag('audit.patientFlag', 'ID'),
  record: textFlag('audit.recordFlag', 'ID'),
  action: choiceFlag('audit.actionFlag', [
    ...(['create', 'read', 'update', 'delete', 'search', 'export', 'import', 'sign-in', 'sign-out'] as const),
  ]),
  refused: Flags.boolean({ summary: helpText('audit.refusedFlag') }),
  since: textFlag('audit.sinceFlag', 'DATE'),
  until: textFlag('audit.untilFlag', 'DATE'),
};

import { type Command, HelpBase, type Interfaces } from '@oclif/core';
import { failCli } from './cli-errors.ts';
import { invocationOf } from './haggui-command.ts';
import type { Invocation } from './invocation.ts';
import { describedLines, wrapped } from './screen/table.ts';
import { isTextKey, type TextKey } from './texts/texts.ts';

type Flag = Command.Flag.Cached;

/** The help of every command and topic, in the language of this run: oclif's own speaks English only. */
export class HagguiHelp extends HelpBase {
  get #invocation(): Invocation {
    return invocationOf(this.config);
  }

  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.slice(0, argv.indexOf('--') === -1 ? undefined : argv.indexOf('--'));
    const firstFlag = words.findIndex((word) => word.startsWith('-'));
    const id = words.slice(0, firstFlag === -1 ? undefined : firstFlag).join(':');
    const command = this.#longestCommand(id);
    if (id === '') this.#write(this.#rootLines());
    else if (command !== undefined) await this.showCommandHelp(command);
    else if (this.config.topics.some((topic) => topic.name === id)) this.#write(this.#topicLines(id));
    else throw failCli('SH-I501', { why: `haggui ${id.replaceAll(':', ' ')}` });
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    this.#write(this.#commandLines(command));
  }

  /** `records show 0197…` names the command `records:show`: what follows is its argument. */
  #longestCommand(id: string): Command.Loadable | undefined {
    const words = id.split(':');
    return words
      .map((_word, index) => words.slice(0, words.length - index).join(':'))
      .map((candidate) => this.config.findCommand(candidate))
      .find((command) => command !== undefined);
  }

  #write(lines: readonly string[]): void {
    this.#invocation.stdout.write(`${lines.join('\n')}\n`);
  }

  #told(text: string | undefined): string {
    if (text === undefined) return '';
    return isTextKey(text) ? this.#invocation.text(text) : text;
  }

  #section(key: TextKey, lines: readonly string[]): readonly string[] {
    if (lines.length === 0) return [];
    return ['', this.#invocation.paint.bold(this.#invocation.text(key)), ...lines.map((line) => `  ${line}`)];
  }

  /** As wide as the terminal; whatever reads elsewhere (`| grep`) has each on one line. */
  get #columns(): number {
    const { stdout, columns } = this.#invocation;
    return stdout.isTTY === true ? columns - 2 : Number.POSITIVE_INFINITY;
  }

  #described(pairs: readonly (readonly [string, string])[]): readonly string[] {
    const { paint } = this.#invocation;
    return describedLines(pairs, this.#columns, { ...paint, dim: paint.cyan });
  }

  #rootLines(): readonly string[] {
    const { text, paint } = this.#invocation;
    const pairs = this.config.commands
      .toSorted((a, b) => a.id.localeCompare(b.id))
      .map((command) => [command.id.replaceAll(':', ' '), this.#told(command.summary)] as const);
    return [
      paint.bold(text('help.about')),
      ...this.#section('help.usage', [text('help.rootUsage')]),
      ...this.#section('help.commands', this.#described(pairs)),
      ...this.#section('help.examples', ['haggui demo --once', 'haggui status --data /srv/cscom_sangha']),
      '',
      text('help.more'),
    ];
  }

  #topicLines(topic: string): readonly string[] {
    const pairs = this.config.commands
      .filter(({ id }) => id.startsWith(`${topic}:`))
      .toSorted((a, b) => a.id.localeCompare(b.id))
      .map((command) => [command.id.replaceAll(':', ' '), this.#told(command.summary)] as const);
    return [...this.#section('help.commands', this.#described(pairs)).slice(1), '', this.#invocation.text('help.more')];
  }

  #commandLines(command: Command.Loadable): readonly string[] {
    const { paint } = this.#invocation;
    const name = `haggui ${command.id.replaceAll(':', ' ')}`;
    const examples = (command.examples ?? []).map((example) =>
      typeof example === 'string' ? example : example.command,
    );
    return [
      paint.bold(this.#told(command.summary)),
      ...this.#section('help.usage', [
        [name, ...argumentWords(command), this.#invocation.text('help.options')].join(' '),
      ]),
      ...this.#section(
        'help.description',
        this.#told(command.description)
          .split('\n')
          .filter(Boolean)
          .flatMap((line) => wrapped(line, this.#columns)),
      ),
      ...this.#section('help.arguments', this.#argumentLines(command)),
      ...this.#section('help.flags', this.#flagLines(command)),
      ...this.#section('help.examples', examples),
    ];
  }

  #argumentLines(command: Command.Loadable): readonly string[] {
    const pairs = Object.values(command.args).map(
      (argument) => [argument.name.toUpperCase(), this.#told(argument.description)] as const,
    );
    return this.#described(pairs);
  }

  #flagLines(command: Command.Loadable): readonly string[] {
    const { text } = this.#invocation;
    const flags = Object.values(command.flags).filter((flag) => flag.hidden !== true);
    const describe = (flag: Flag): readonly [string, string] => {
      const notes = [
        flag.required === true ? text('help.required') : '',
        flag.type === 'option' && flag.options !== undefined && flag.helpValue === undefined
          ? flag.options.join(', ')
          : '',
        flag.type === 'option' && typeof flag.default === 'string' ? text('help.default', { value: flag.default }) : '',
      ].filter(Boolean);
      const told = this.#told(flag.summary);
      return [flagWords(flag), notes.length === 0 ? told : `${told} (${notes.join(' ; ')})`];
    };
    return this.#described([...flags.map(describe), ['--help', text('flag.help')]]);
  }
}

function argumentWords(command: { readonly args: Interfaces.ArgInput | Command.Loadable['args'] }): readonly string[] {
  return Object.values(command.args).map((argument) => {
    const word = `${(argument.name ?? '').toUpperCase()}${argument.multiple === true ? '…' : ''}`;
    return argument.required === true ? word : `[${word}]`;
  });
}

function flagWords(flag: Flag): string {
  if (flag.type === 'boolean') return `--${flag.name}`;
  const value = Array.isArray(flag.helpValue) ? flag.helpValue.join(' ') : flag.helpValue;
  return `--${flag.name} ${value ?? flag.name.toUpperCase()}`;
}

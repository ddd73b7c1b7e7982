import type { Language } from '../errors/bilingual.ts';
import type { ConfigEntry, ConfigKey, ConfigTable } from './config-table.ts';

/** A flag as an option parser wants it; every flag takes a value, booleans too (`--demo true`). */
export type ConfigFlag = {
  readonly attribute: string;
  /** For parsers in commander's notation, e.g. `--lan-port <port>`. */
  readonly flags: string;
  readonly description: string;
};

const placeholder: Readonly<Record<ConfigEntry['kind'], string>> = {
  string: 'text',
  integer: 'n',
  port: 'port',
  boolean: 'true|false',
  path: 'path',
  url: 'url',
  seconds: 'seconds',
  enum: 'choice',
  secret: 'file',
};

const defaultOf = (entry: ConfigEntry): string | null => (entry.default === undefined ? null : String(entry.default));

const describe = ({ entry, env }: ConfigKey, language: Language): string => {
  const choices = entry.kind === 'enum' ? ` (${entry.values.join(' | ')})` : '';
  const value = defaultOf(entry);
  const fallback = value === null ? '' : language === 'fr' ? ` ; par défaut ${value}` : `; default ${value}`;
  return `${entry[language]}${choices} [${env}]${fallback}`;
};

/** The flags of a table, to be given to whichever option parser the daemon uses. */
export const configFlags = (table: ConfigTable, language: Language = 'fr'): readonly ConfigFlag[] =>
  table.keys.map((key) => ({
    attribute: key.attribute,
    flags: `${key.flag} <${placeholder[key.entry.kind]}>`,
    description: describe(key, language),
  }));

/** The lines of `--help` for a table, flags in one column and what they are in the next. */
export const configHelp = (table: ConfigTable, language: Language = 'fr'): readonly string[] => {
  const flags = configFlags(table, language);
  const width = Math.max(...flags.map(({ flags: text }) => text.length));
  return flags.map(({ flags: text, description }) => `  ${text.padEnd(width)}  ${description}`);
};

const kindOf = (entry: ConfigEntry): string => {
  if (entry.kind === 'enum') return entry.values.map((value) => `\`${value}\``).join(', ');
  if (entry.kind === 'integer' || entry.kind === 'seconds') {
    const { min, max } = entry;
    const range = min === undefined && max === undefined ? '' : ` ${min ?? ''}…${max ?? ''}`;
    return `${entry.kind}${range}`;
  }
  return entry.kind;
};

/** The page of a table as Markdown, in the table's own order: the same table gives the same text. */
export const configPage = (table: ConfigTable, title: string): string => {
  const rows = table.keys.map(({ key, entry, env, flag }) => {
    const fallback = defaultOf(entry) ?? (entry.optional === true ? '–' : '**requis · required**');
    const cells = [`\`${key}\``, `\`${flag}\``, `\`${env}\``, kindOf(entry), fallback, entry.fr, entry.en];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const head =
    '| Clé | Option | Environnement | Forme | Défaut | Ce que c’est | What it is |\n|---|---|---|---|---|---|---|';
  return `# ${title}\n\n${head}\n${rows.join('\n')}\n`;
};

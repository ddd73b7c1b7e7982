import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FieldProblem } from '../errors/haggui-error.ts';
import { failRuntime } from '../errors/runtime-errors.ts';
import { mask, Private } from '../log/private.ts';
import type { ConfigEntries, ConfigKey, ConfigOf, ConfigTable } from './config-table.ts';
import { parseValue } from './parse-value.ts';

/** Where a value came from; a later one of this list wins. */
export type ConfigSource = 'default' | 'file' | 'env' | 'flag';

/** What configuration is read from. `flags` is keyed by attribute (`lanPort`), as option parsers give it; other attributes in it are left alone. */
export type ConfigSources = {
  /** Path of a JSON file, nested (`{"lan": {"port": 8600}}`) or with dots (`{"lan.port": 8600}`); relative paths in it count from its folder. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, unknown>>;
};

/** One key as it was settled, for a person: secrets are masked. */
export type ConfigExplanation = { readonly key: string; readonly value: unknown; readonly source: ConfigSource };

type FileContent = { readonly values: ReadonlyMap<string, unknown>; readonly problems: readonly FieldProblem[] };

type Found = {
  readonly source: ConfigSource;
  readonly name: string;
  readonly raw: unknown;
  readonly baseDirectory: string;
};

type Settled = { readonly key: string; readonly value: unknown; readonly source: ConfigSource };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const flatten = (value: Record<string, unknown>, prefix: string): [string, unknown][] =>
  Object.entries(value).flatMap(([name, inner]) =>
    isObject(inner) ? flatten(inner, `${prefix}${name}.`) : [[`${prefix}${name}`, inner] as [string, unknown]],
  );

const readConfigFile = (path: string): FileContent => {
  const refuse = (fr: string, en: string): FileContent => ({
    values: new Map(),
    problems: [{ field: path, message: { fr, en } }],
  });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return refuse(`le fichier ne se lit pas (${reason})`, `the file cannot be read (${reason})`);
  }
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content)
      ? { values: new Map(flatten(content, '')), problems: [] }
      : refuse('attendu un objet JSON', 'expected a JSON object');
  } catch (error) {
    const reason = (error as Error).message;
    return refuse(`n’est pas du JSON (${reason})`, `is not JSON (${reason})`);
  }
};

const findRaw = (
  { key, entry, env, flag, attribute }: ConfigKey,
  file: FileContent,
  sources: ConfigSources,
): Found | null => {
  const here = resolve();
  const fromFlag = sources.flags?.[attribute];
  if (fromFlag !== undefined) return { source: 'flag', name: flag, raw: fromFlag, baseDirectory: here };
  const fromEnv = sources.env[env];
  if (fromEnv !== undefined && fromEnv !== '') return { source: 'env', name: env, raw: fromEnv, baseDirectory: here };
  if (file.values.has(key)) {
    const folder = sources.file === undefined ? here : dirname(resolve(sources.file));
    return { source: 'file', name: key, raw: file.values.get(key), baseDirectory: folder };
  }
  return entry.default === undefined ? null : { source: 'default', name: key, raw: entry.default, baseDirectory: here };
};

const settle = (table: ConfigTable, sources: ConfigSources): readonly Settled[] => {
  const file =
    sources.file === undefined ? { values: new Map<string, unknown>(), problems: [] } : readConfigFile(sources.file);
  const known = new Set(table.keys.map(({ key }) => key));
  const problems: FieldProblem[] = [
    ...file.problems,
    ...[...file.values.keys()]
      .filter((key) => !known.has(key))
      .map((key) => ({ field: key, message: { fr: 'clé inconnue', en: 'unknown key' } })),
  ];
  const settled: Settled[] = [];
  for (const configKey of table.keys) {
    const { key, entry, env, flag } = configKey;
    const found = findRaw(configKey, file, sources);
    if (found === null) {
      if (entry.optional === true) settled.push({ key, value: undefined, source: 'default' });
      else
        problems.push({
          field: key,
          message: { fr: `manque (${flag} ou ${env})`, en: `is missing (${flag} or ${env})` },
        });
      continue;
    }
    const parsed = parseValue(entry, found.raw, found.baseDirectory);
    if (parsed.ok) settled.push({ key, value: parsed.value, source: found.source });
    else problems.push({ field: found.name, message: parsed.message });
  }
  if (problems.length > 0) throw failRuntime('SH-C001', { fields: problems });
  return settled;
};

/**
 * The configuration of a table. Flags win over the environment, that over the file, that over defaults; an empty
 * environment variable counts as absent. Throws one SH-C001 (exit 78) that lists every problem and unknown key at once.
 */
export const loadConfig = <E extends ConfigEntries>(
  table: ConfigTable<E>,
  sources: ConfigSources,
): ConfigOf<ConfigTable<E>> => {
  const config: Record<string, unknown> = {};
  for (const { key, value } of settle(table, sources)) {
    const parts = key.split('.');
    const last = parts.pop() as string;
    let folder = config;
    for (const part of parts) {
      folder[part] ??= {};
      folder = folder[part] as Record<string, unknown>;
    }
    folder[last] = value;
  }
  return config as ConfigOf<ConfigTable<E>>;
};

/** Each key with its value and where that came from; throws as `loadConfig` does. */
export const explainConfig = (table: ConfigTable, sources: ConfigSources): readonly ConfigExplanation[] =>
  settle(table, sources).map(({ key, value, source }) => ({
    key,
    value: value instanceof Private ? mask : value,
    source,
  }));
